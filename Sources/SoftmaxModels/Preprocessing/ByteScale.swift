// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Multiplies bytes, such as the pixels of images, with the scale that they had in training.
///
/// Features that are numbers already stay as they are.
package struct ByteScale: PreprocessingKind {
  package static let name = "byte_scale"

  package struct Settings: Hashable, Sendable, Codable {
    /// What a byte is multiplied with.
    package var scale: Float
  }

  package let settings: Settings
  package var scale: Float { settings.scale }

  package init(_ scale: Float) throws(SoftmaxError) {
    try self.init(settings: Settings(scale: scale), learnt: [:])
  }

  /// - Throws: `invalidArgument` for a scale that is not a finite number greater than 0.
  package init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError) {
    try ByteMatrix.validate(scale: settings.scale)
    self.settings = settings
  }

  package var learnt: [String: [Double]] { [:] }
  package var isFitted: Bool { true }
  package func fitted(to rows: PreprocessedRows) -> ByteScale { self }
  package func columnCount(from count: Int?) -> Int? { count }

  package var description: String {
    let divisor = (1 / scale).rounded()
    let isWhole = divisor <= 65_535 && Float(1) / divisor == scale
    return "bytes times \(isWhole ? "1/\(Int(divisor))" : "\(scale)")"
  }

  package var action: PreprocessingAction {
    .arrange { features throws(SoftmaxError) in
      guard let bytes = features.bytes, bytes.scale != scale else { return features }
      return .bytes(
        try ByteMatrix(
          rowCount: bytes.rowCount, columnCount: bytes.columnCount, storage: bytes.storage,
          scale: scale))
    }
  }
}
