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
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The counts, row after row: `counts[label * classCount + prediction]`.
  public let counts: [Int]

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
  public init(
    labels: [Int], predictions: [Int], classNames: [String]? = nil
  ) throws(SoftmaxError) {
    guard labels.count == predictions.count else {
      throw SoftmaxError(
        .shapeMismatch, "\(labels.count) labels, but \(predictions.count) predictions",
        remedy: "give one prediction for each label")
    }
    let greatest = max(labels.max() ?? -1, predictions.max() ?? -1)
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
    var counts = Array(repeating: 0, count: classNames.count * classNames.count)
    for (label, prediction) in zip(labels, predictions) {
      counts[label * classNames.count + prediction] += 1
    }
    self.classNames = classNames
    self.counts = counts
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
  /// - Precondition: both are classes.
  public subscript(label label: Int, prediction prediction: Int) -> Int {
    precondition(
      classNames.indices ~= label && classNames.indices ~= prediction,
      "(\(label), \(prediction)) lies outside of \(classCount) classes")
    return counts[label * classCount + prediction]
  }

  /// The number of samples.
  public var rowCount: Int { counts.reduce(0, +) }
  /// The number of samples that were classified rightly.
  public var correctCount: Int {
    (0..<classCount).reduce(0) { $0 + self[label: $1, prediction: $1] }
  }
  /// The fraction of the samples that were classified rightly; 0 of none.
  public var accuracy: Double { fraction(correctCount, of: rowCount) }

  /// The number of samples of each class.
  public var labelCounts: [Int] {
    (0..<classCount).map { label in
      counts[label * classCount..<(label + 1) * classCount].reduce(0, +)
    }
  }

  /// The number of times that each class was predicted.
  public var predictionCounts: [Int] {
    (0..<classCount).map { prediction in
      (0..<classCount).reduce(0) { $0 + self[label: $1, prediction: prediction] }
    }
  }

  /// What the counts are divided by.
  public enum Normalization: Hashable, Sendable {
    /// The samples of the true class: each row sums to 1. scikit-learn's "true".
    case labels
    /// The predictions of the class: each column sums to 1. scikit-learn's "pred".
    case predictions
    /// All samples: everything sums to 1. scikit-learn's "all".
    case all
  }

  /// The counts as fractions, a row for each true class; 0 where there is nothing to divide by.
  public func normalized(by normalization: Normalization) -> [[Double]] {
    let (labelCounts, predictionCounts, total) = (labelCounts, predictionCounts, rowCount)
    return (0..<classCount).map { label in
      (0..<classCount).map { prediction in
        let whole =
          switch normalization {
          case .labels: labelCounts[label]
          case .predictions: predictionCounts[prediction]
          case .all: total
          }
        return fraction(self[label: label, prediction: prediction], of: whole)
      }
    }
  }

  /// A class that was taken for another.
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
    var confusions: [Confusion] = []
    for label in 0..<classCount {
      for prediction in 0..<classCount where prediction != label {
        let count = self[label: label, prediction: prediction]
        guard count > 0 else { continue }
        confusions.append(Confusion(label: label, prediction: prediction, count: count))
      }
    }
    confusions.sort { ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction) }
    return Array(confusions.prefix(max(0, limit)))
  }
}

/// The part of a whole; 0 of nothing.
func fraction(_ part: Int, of whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
