// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// The thresholds of sets of classes in the metadata of a model file.
struct ArtefactConformal: Codable {
  private static let key = "conformal"

  var kind: String
  var coverage: Double
  var rows: Int
  var thresholds: [Double]
  var seed: UInt64

  /// Returns the metadata of sets, or of none.
  static func metadata(
    of conformal: ConformalPredictor?
  ) throws(SoftmaxError) -> [String: String] {
    guard let conformal else { return [:] }
    let stored = ArtefactConformal(
      kind: conformal.kind.name, coverage: conformal.coverage, rows: conformal.rowCount,
      thresholds: conformal.thresholds, seed: conformal.seed)
    return [key: try ArtefactJSON.encode(stored)]
  }

  /// Returns a classifier with the sets of a file, if it has some.
  ///
  /// - Throws: `unsupported` for an unknown kind or setting; `invalidData`, `invalidArgument` or `shapeMismatch` for values
  ///   that are no thresholds of the classifier.
  static func adding(
    to classifier: Classifier, from file: SafetensorsFile
  ) throws(SoftmaxError) -> Classifier {
    guard let stored: ArtefactConformal = try ArtefactJSON.decodeIfPresent(key, of: file) else {
      return classifier
    }
    if let unknown = try ArtefactJSON.unknownKey(key, of: file, as: stored) {
      throw SoftmaxError(
        .unsupported, "its sets ask for \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    return try classifier.with(
      conformal: ConformalPredictor(
        kind: stored.kind, coverage: stored.coverage, rowCount: stored.rows,
        thresholds: stored.thresholds, seed: stored.seed,
        outputFunction: classifier.calibration == nil ? classifier.outputFunction : .softmax,
        classCount: classifier.classNames.count))
  }
}
