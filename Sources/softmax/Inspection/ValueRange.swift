// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The range of all features in the precision of the storage: doubles for a table, otherwise floats.
struct ValueRange {
  let minimum: JSONValue
  let maximum: JSONValue
  /// The range of the unscaled bytes; nil unless the features are bytes with a scale.
  let bytes: ClosedRange<UInt8>?

  /// Computes the range; nil if there are no features.
  init?(of features: Features) {
    if let table = features.table {
      self.init(of: FeatureStatistics.all(of: table))
    } else if let matrix = features.bytes {
      let bytes = matrix.bytes
      guard let low = bytes.min(), let high = bytes.max() else { return nil }
      self.init(
        minimum: .float(Float(low) * matrix.scale), maximum: .float(Float(high) * matrix.scale),
        bytes: low...high)
    } else if let sparse = features.sparse {
      let isFull = sparse.values.count == sparse.rowCount * sparse.columnCount
      let values = isFull ? sparse.values : sparse.values + [0]
      guard let low = values.min(), let high = values.max() else { return nil }
      self.init(minimum: .float(low), maximum: .float(high), bytes: nil)
    } else {
      let elements = features.matrix.elements
      guard let low = elements.min(), let high = elements.max() else { return nil }
      self.init(minimum: .float(low), maximum: .float(high), bytes: nil)
    }
  }

  /// Returns the range of all numbers of a table; nil if there are none.
  init?(of features: [FeatureStatistics]) {
    let ranges = features.compactMap(\.range)
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max()
    else { return nil }
    self.init(minimum: .number(low), maximum: .number(high), bytes: nil)
  }

  private init(minimum: JSONValue, maximum: JSONValue, bytes: ClosedRange<UInt8>?) {
    self.minimum = minimum
    self.maximum = maximum
    self.bytes = bytes
  }

  var description: String {
    let range = "\(minimum.text) to \(maximum.text)"
    return bytes.map { "\(range) (bytes \($0.lowerBound) to \($0.upperBound))" } ?? range
  }
}
