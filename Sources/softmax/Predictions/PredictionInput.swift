// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows to classify that one command-line argument names.
struct PredictionInput {
  /// The argument without the row number.
  let name: String
  let features: Features
  let featureShape: [Int]
  /// The number of the row that the argument names, which is then the only row; nil for all rows.
  let namedRow: Int?
  // Returns the class name of each row as the data contain it; nil for data without labels.
  private let trueLabel: ((Int) -> String?)?

  /// Loads the rows that an argument names.
  init(
    _ text: String, for classifier: Classifier, loader: inout DatasetLoader
  ) throws(SoftmaxError) {
    let reference = try DatasetReference(text)
    namedRow = reference.row
    switch reference.source {
    case .file(let path), .folder(let path):
      name = DatasetReference(source: reference.source, part: reference.part).description
      let rows = try loader.rows(of: path, part: reference.part, for: classifier)
      featureShape = rows.featureShape
      features = try Self.chosen(reference.row, of: rows.features, path: path)
      let labels = rows.labels.map { labels in reference.row.map { [labels[$0]] } ?? labels }
      trueLabel = labels.map { labels in { labels[$0] } }
    case .builtIn:
      let samples = try loader.samples(
        of: reference, default: .test, like: KnownInputs(of: classifier))
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

  /// Throws if the rows are images of a different shape than the network takes.
  ///
  /// The same number of pixels in a different shape is an error. Dimensions of 1 are ignored, and flat rows
  /// match any shape, because only their length can be compared.
  func validateShape(for inputShape: [Int]) throws(SoftmaxError) {
    guard featureShape.count > 1, inputShape.count > 1 else { return }
    guard featureShape.filter({ $0 != 1 }) != inputShape.filter({ $0 != 1 }) else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "\(name): its rows are \(NumberText.shape(featureShape)), the model takes "
        + NumberText.shape(inputShape), remedy: "give it images of the shape that it learned from")
  }

  /// Returns the number of a row in its data.
  func number(ofRow row: Int) -> Int { namedRow ?? row }

  /// Returns the name of a row's true class; nil if it is not known.
  func trueLabel(ofRow row: Int) -> String? { trueLabel.flatMap { $0(row) } }
}
