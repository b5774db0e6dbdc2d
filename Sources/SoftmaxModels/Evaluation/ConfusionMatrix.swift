// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// How often each class was taken for each: rows are the true classes, columns the predicted ones.
///
/// ```swift
/// let matrix = try ConfusionMatrix(
///   labels: [0, 1, 2, 2, 2], predictions: [0, 0, 2, 2, 1], classNames: ["cat", "dog", "owl"])
/// print(matrix[label: 2, prediction: 1])    // 1: an owl was taken for a dog
/// print(matrix.macroAverage.f1)             // 0.49
/// print(matrix.report())
/// ```
///
/// Only pairs that occur are kept, so the memory grows with the samples and the classes, not with the square
/// of the classes.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The pairs of classes that occur, right ones included, in the order of label and prediction.
  package let cells: [Confusion]

  /// The number of classes.
  public var classCount: Int { classNames.count }

  // What is greater is no class but a number that went astray.
  private static let greatestNumberedCount = 10_000

  /// Counts predictions.
  ///
  /// - Parameters:
  ///   - labels: the index of the true class of each sample.
  ///   - predictions: the index of the predicted class of each sample.
  ///   - classNames: the names of the classes; without them "0", "1", ... up to the greatest index.
  /// - Throws: `shapeMismatch` unless there is a prediction for each label; `labelOutOfRange`
  ///   naming the first row whose label or prediction is no class; `invalidArgument` for two
  ///   classes of the same name.
  /// - Complexity: O(samples log samples + classes).
  public init(
    labels: [Int], predictions: [Int], classNames: [String]? = nil
  ) throws(SoftmaxError) {
    guard labels.count == predictions.count else {
      throw SoftmaxError(
        .shapeMismatch, "\(labels.count) labels, but \(predictions.count) predictions",
        remedy: "give one prediction for each label")
    }
    let greatest = max(labels.max() ?? -1, predictions.max() ?? -1, -1)
    guard classNames != nil || greatest < Self.greatestNumberedCount else {
      throw SoftmaxError(
        .labelOutOfRange,
        "\(greatest) is not the index of a class: without names there are at most "
          + "\(Self.greatestNumberedCount)")
    }
    let names = classNames ?? (0..<greatest + 1).map { "\($0)" }
    guard Set(names).count == names.count else {
      throw SoftmaxError(.invalidArgument, "two classes have the same name in \(names.prefix(20))")
    }
    try Self.validate(labels, "label", classCount: names.count)
    try Self.validate(predictions, "prediction", classCount: names.count)
    self.init(checkedLabels: labels, predictions: predictions, classNames: names)
  }

  init(checkedLabels labels: [Int], predictions: [Int], classNames: [String]) {
    // Two indices of names in memory, so the product fits an Int.
    let count = classNames.count
    let places = zip(labels, predictions).map { $0 * count + $1 }.sorted()
    var cells: [Confusion] = []
    var begin = 0
    while begin < places.count {
      let end = places[begin...].firstIndex { $0 != places[begin] } ?? places.count
      let (label, prediction) = places[begin].quotientAndRemainder(dividingBy: count)
      cells.append(Confusion(label: label, prediction: prediction, count: end - begin))
      begin = end
    }
    self.classNames = classNames
    self.cells = cells
  }

  static func validate(
    _ indices: [Int], _ what: String, classCount: Int
  ) throws(SoftmaxError) {
    guard let row = indices.firstIndex(where: { !(0..<classCount ~= $0) }) else { return }
    throw SoftmaxError(
      .labelOutOfRange,
      "\(what) \(indices[row]) is not one of the \(classCount) classes, which count from 0",
      at: .row(row, column: nil))
  }

  /// The number of samples of one class that were taken for another, or for itself.
  ///
  /// - Complexity: O(log pairs).
  /// - Precondition: both are classes.
  public subscript(label label: Int, prediction prediction: Int) -> Int {
    precondition(
      classNames.indices ~= label && classNames.indices ~= prediction,
      "(\(label), \(prediction)) lies outside of \(classCount) classes")
    var (low, high) = (0, cells.count)
    while low < high {
      let middle = (low + high) / 2
      let cell = cells[middle]
      if (cell.label, cell.prediction) < (label, prediction) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < cells.count, cells[low].label == label, cells[low].prediction == prediction else {
      return 0
    }
    return cells[low].count
  }

  /// The number of samples.
  public var rowCount: Int { cells.reduce(0) { $0 + $1.count } }
  /// The number of samples that were classified rightly.
  public var correctCount: Int {
    cells.reduce(0) { $0 + ($1.label == $1.prediction ? $1.count : 0) }
  }
  /// The fraction of the samples that were classified rightly; 0 of none.
  public var accuracy: Double { fraction(correctCount, of: rowCount) }

  /// The number of samples of each class.
  package var labelCounts: [Int] { sums(by: \.label) }
  /// The number of times that each class was predicted.
  package var predictionCounts: [Int] { sums(by: \.prediction) }

  private func sums(by index: (Confusion) -> Int) -> [Int] {
    cells.reduce(into: Array(repeating: 0, count: classCount)) { $0[index($1)] += $1.count }
  }

  /// What the counts are divided by.
  package enum Normalization: Hashable, Sendable {
    /// The samples of the true class: each row sums to 1. scikit-learn's "true".
    case labels
    /// The predictions of the class: each column sums to 1. scikit-learn's "pred".
    case predictions
    /// All samples: everything sums to 1. scikit-learn's "all".
    case all
  }

  /// The counts of ``cells`` as fractions, in their order.
  package func shares(by normalization: Normalization) -> [Double] {
    let (labelCounts, predictionCounts, total) = (labelCounts, predictionCounts, rowCount)
    return cells.map { cell in
      let whole =
        switch normalization {
        case .labels: labelCounts[cell.label]
        case .predictions: predictionCounts[cell.prediction]
        case .all: total
        }
      return fraction(cell.count, of: whole)
    }
  }

  /// How often a class was taken for another, or for itself.
  public struct Confusion: Hashable, Sendable {
    /// The index of the true class.
    public let label: Int
    /// The index of the class that it was taken for.
    public let prediction: Int
    /// How often.
    public let count: Int
  }

  /// The mistakes that were made most often, at most so many; equals in the order of the classes.
  public func mostConfused(_ limit: Int = .max) -> [Confusion] {
    let mistakes = cells.filter { $0.label != $0.prediction }.sorted {
      ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction)
    }
    return Array(mistakes.prefix(max(0, limit)))
  }
}

/// The part of a whole; 0 of nothing.
func fraction(_ part: Int, of whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
