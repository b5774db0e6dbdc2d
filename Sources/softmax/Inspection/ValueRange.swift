// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The least and the greatest feature.
struct ValueRange {
  let minimum: Float
  let maximum: Float
  /// The same as bytes, where the features are bytes with a scale.
  let bytes: ClosedRange<UInt8>?

  /// Looks through all features; nil if there are none.
  init?(of features: Features) {
    if let matrix = features.bytes {
      let bytes = matrix.bytes
      guard let low = bytes.min(), let high = bytes.max() else { return nil }
      self.init(
        minimum: Float(low) * matrix.scale, maximum: Float(high) * matrix.scale, bytes: low...high)
    } else {
      let elements = features.matrix.elements
      guard let low = elements.min(), let high = elements.max() else { return nil }
      self.init(minimum: low, maximum: high, bytes: nil)
    }
  }

  private init(minimum: Float, maximum: Float, bytes: ClosedRange<UInt8>?) {
    self.minimum = minimum
    self.maximum = maximum
    self.bytes = bytes
  }

  var description: String {
    let range = "\(minimum) to \(maximum)"
    return bytes.map { "\(range) (bytes \($0.lowerBound) to \($0.upperBound))" } ?? range
  }
}
