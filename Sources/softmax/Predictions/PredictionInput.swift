// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Rows to be classified, as one argument names them.
struct PredictionInput {
  /// The argument without its row.
  let name: String
  let features: Features
  let featureShape: [Int]
  /// The row that was named, if one was; then there is no other.
  let namedRow: Int?
  // The name of each row's class as the data have it; nil for rows without labels.
  private let trueLabel: ((Int) -> String?)?

  /// Loads what an argument names, for a classifier.
  init(
    _ text: String, for classifier: Classifier, loader: inout DatasetLoader
  ) throws(SoftmaxError) {
    let reference = try DatasetReference(text)
    namedRow = reference.row
    if case .file(let path) = reference.source {
      name = DatasetReference(source: reference.source, part: reference.part).description
      let rows = try loader.rows(of: path, part: reference.part, for: classifier)
      featureShape = rows.featureShape
      features = try Self.chosen(reference.row, of: rows.features, path: path)
      let labels = rows.labels.map { labels in reference.row.map { [labels[$0]] } ?? labels }
      trueLabel = labels.map { labels in { labels[$0] } }
    } else {
      let samples = try loader.samples(
        of: reference, default: .test, schema: classifier.table)
      name = DatasetReference(source: reference.source, part: reference.part ?? .test).description
      features = samples.features
      featureShape = samples.featureShape
      trueLabel = { samples.classNames[samples.labels[$0]] }
    }
  }

  private static func chosen(
    _ row: Int?, of features: Features, path: String
  ) throws(SoftmaxError) -> Features {
    guard let row else { return features }
    guard row < features.rowCount else {
      throw SoftmaxError(
        .notFound, "there is no row \(row), it has \(features.rowCount)",
        at: .file(path: PipedBytes.name(path), offset: nil))
    }
    return features.selecting(rows: [row])
  }

  /// Throws if the pictures have another shape than those that a network is made for.
  ///
  /// As many pixels in other rows are another picture. Extents of 1 do not matter, nor do shapes
  /// where one side has rows of numbers only.
  func validateShape(for inputShape: [Int]) throws(SoftmaxError) {
    guard featureShape.count > 1, inputShape.count > 1 else { return }
    guard featureShape.filter({ $0 != 1 }) != inputShape.filter({ $0 != 1 }) else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "\(name): its rows are \(NumberText.shape(featureShape)), the model takes "
        + NumberText.shape(inputShape), remedy: "give it images of the shape that it learned from")
  }

  /// The number that a row has in its data.
  func number(ofRow row: Int) -> Int { namedRow ?? row }

  /// The name of the class that a row belongs to, where that is known.
  func trueLabel(ofRow row: Int) -> String? { trueLabel.flatMap { $0(row) } }
}
