// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
public import SoftmaxModels

/// A selection of samples as pictures, each titled "true / predicted", with wrong predictions marked.
///
/// It copies the pixels of the selected samples. Only samples that are grey pictures can be shown.
///
/// ```swift
/// let gallery = try Gallery(evaluation, of: digits.training, order: .wrongFirst, limit: 12)
/// print(gallery.lines(columns: 80).joined(separator: "\n"))
/// let picture = gallery.svg()
/// ```
public struct Gallery: Hashable, Sendable {
  /// The order in which samples are selected.
  public enum Order: Hashable, Sendable {
    /// The order of the data set.
    case asGiven
    /// First the wrong predictions, in descending order of the model's confidence; then the others.
    case wrongFirst
  }

  /// One picture.
  public struct Tile: Hashable, Sendable {
    /// The index of the sample in its data set.
    public let row: Int
    /// The sample's features as a picture.
    public let picture: GrayPicture
    /// The name of the true class.
    public let label: String
    /// The name of the predicted class.
    public let prediction: String
    /// Whether the prediction is correct.
    package let isRight: Bool

    /// The title, such as "Sneaker / Sandal".
    public var title: String { "\(label) / \(prediction)" }
  }

  /// The selected pictures, in the chosen order.
  public let tiles: [Tile]
  /// The number of samples of the evaluation.
  public let rowCount: Int
  /// The number of samples that were classified correctly.
  public let correctCount: Int

  /// Selects pictures of the samples of an evaluation.
  ///
  /// - Parameters:
  ///   - evaluation: the predictions and true classes.
  ///   - dataset: the samples, in the order of the evaluation.
  ///   - order: the order in which samples are selected.
  ///   - limit: the maximum number of pictures.
  /// - Throws: `shapeMismatch` unless evaluation and data set have the same number of samples;
  ///   `unsupported` if the samples are not grey pictures.
  public init(
    _ evaluation: Evaluation, of dataset: LabeledDataset, order: Order = .wrongFirst,
    limit: Int = 12
  ) throws(SoftmaxError) {
    guard evaluation.rowCount == dataset.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "the evaluation is about \(evaluation.rowCount) samples, the data set has \(dataset.count)",
        remedy: "evaluate on the data set that is to be shown")
    }
    let (labels, predictions) = (evaluation.labels, evaluation.predictions)
    var rows = Array(labels.indices)
    if order == .wrongFirst {
      let scores = evaluation.predictionScores
      let wrong = rows.filter { labels[$0] != predictions[$0] }.sorted { a, b in
        (scores[b], a) < (scores[a], b)
      }
      rows = wrong + rows.filter { labels[$0] == predictions[$0] }
    }
    var tiles: [Tile] = []
    for row in rows.prefix(max(0, limit)) {
      guard
        let picture = GrayPicture(values: dataset.features.row(row), shape: dataset.featureShape)
      else {
        throw SoftmaxError(
          .unsupported, "samples of the shape \(dataset.featureShape) are no grey pictures",
          remedy: "a gallery needs samples of [rows, columns]")
      }
      tiles.append(
        Tile(
          row: row, picture: picture, label: evaluation.classNames[labels[row]],
          prediction: evaluation.classNames[predictions[row]],
          isRight: labels[row] == predictions[row]))
    }
    self.tiles = tiles
    rowCount = evaluation.rowCount
    correctCount = evaluation.correctCount
  }

  /// Returns whether the samples of a data set are grey pictures.
  package static func canShow(_ dataset: LabeledDataset) -> Bool {
    let shape = dataset.featureShape
    return shape.count == 2 || (shape.count == 3 && shape[2] == 1)
  }
}
