// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
public import SoftmaxModels

/// Pictures, each titled "true / predicted", wrong ones marked.
///
/// ```swift
/// let gallery = try Gallery(evaluation, of: digits.training, order: .wrongFirst, limit: 12)
/// print(gallery.lines(columns: 80).joined(separator: "\n"))
/// let picture = gallery.svg()
/// ```
public struct Gallery: Hashable, Sendable {
  /// Which samples come first.
  public enum Order: Hashable, Sendable {
    /// As the data set has them.
    case asGiven
    /// Those that were classified wrongly, the surest mistake first; behind them the others.
    case wrongFirst
  }

  /// One picture.
  public struct Tile: Hashable, Sendable {
    /// The sample's row in its data set.
    public let row: Int
    /// The sample.
    public let picture: GrayPicture
    /// The name of the true class.
    public let label: String
    /// The name of the predicted class.
    public let prediction: String
    /// Whether both are the same.
    public let isRight: Bool

    /// The title, such as "Sneaker / Sandal".
    public var title: String { "\(label) / \(prediction)" }
  }

  /// The pictures, first to last.
  public let tiles: [Tile]
  /// The number of samples that they were chosen from.
  public let rowCount: Int
  /// The number of those that were classified rightly.
  public let correctCount: Int

  /// Chooses pictures of the samples that an evaluation is about.
  ///
  /// - Parameters:
  ///   - evaluation: what was predicted.
  ///   - dataset: the samples, in the order of the evaluation.
  ///   - order: which come first.
  ///   - limit: the greatest number of pictures.
  /// - Throws: `shapeMismatch` unless both have as many samples; `unsupported` for samples that are no
  ///   grey pictures.
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

  /// Whether the samples of a data set are grey pictures.
  package static func canShow(_ dataset: LabeledDataset) -> Bool {
    let shape = dataset.featureShape
    return shape.count == 2 || (shape.count == 3 && shape[2] == 1)
  }
}
