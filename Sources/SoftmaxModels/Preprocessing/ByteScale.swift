// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A step that gives byte features, such as pixels, the scale of the training data.
///
/// A byte b then has the value b * scale. The bytes are not copied; features that are floats stay
/// unchanged.
package struct ByteScale: PreprocessingKind {
  package static let name = "byte_scale"

  package struct Settings: Hashable, Sendable, Codable {
    /// The factor by which a byte is multiplied.
    package var scale: Float
  }

  package let settings: Settings
  package var scale: Float { settings.scale }

  package init(_ scale: Float) throws(SoftmaxError) {
    try self.init(settings: Settings(scale: scale), learnt: [:])
  }

  /// Creates a step from its settings, which may come from a file.
  ///
  /// - Throws: `invalidArgument` unless the scale is finite and greater than 0.
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
