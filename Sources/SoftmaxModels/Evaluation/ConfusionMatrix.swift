// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The number of samples for each pair of true class (row) and predicted class (column).
///
/// ```swift
/// let matrix = try ConfusionMatrix(
///   labels: [0, 1, 2, 2, 2], predictions: [0, 0, 2, 2, 1], classNames: ["cat", "dog", "owl"])
/// print(matrix[label: 2, prediction: 1])    // 1: an owl was taken for a dog
/// print(matrix.macroAverage.f1)             // 0.49
/// print(matrix.report())
/// ```
///
/// Only pairs that occur are stored, so memory grows with the number of samples and of classes, not with the
/// square of the number of classes.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The pairs of classes that occur, including correct predictions, ordered by label, then by prediction.
  package let cells: [Confusion]
  // The sum of the weights of the samples of each cell; nil if samples have no weights.
  private let weights: [Double]?

  /// The number of classes.
  public var classCount: Int { classNames.count }

  // The maximum number of classes without names. A greater index is probably not a class index but other
  // data, and would create that many classes.
  private static let greatestNumberedCount = 10_000

  /// Counts the pairs of label and prediction.
  ///
  /// - Parameters:
  ///   - labels: the index of the true class of each sample.
  ///   - predictions: the index of the predicted class of each sample.
  ///   - classNames: the names of the classes; by default "0", "1", ... up to the greatest index.
  /// - Throws: `shapeMismatch` unless there is one prediction for each label; `labelOutOfRange` with the
  ///   first row whose label or prediction is not a class, or if there are no names and an index is 10,000 or
  ///   greater; `invalidArgument` if two classes have the same name.
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

  /// Counts the pairs of validated labels and predictions.
  ///
  /// - Parameter weights: the weight of each sample; nil if all are 1.
  init(
    checkedLabels labels: [Int], predictions: [Int], classNames: [String],
    weights: [Float]? = nil
  ) {
    // The products cannot overflow: both factors are bounded by the length of `classNames`, an array in
    // memory.
    let count = classNames.count
    self.classNames = classNames
    if count <= 64 || count <= labels.count / max(1, count) {
      var counts = [Int](repeating: 0, count: count * count)
      for row in labels.indices { counts[labels[row] * count + predictions[row]] += 1 }
      let places = counts.indices.filter { counts[$0] > 0 }
      cells = places.map {
        Confusion(label: $0 / count, prediction: $0 % count, count: counts[$0])
      }
      self.weights = weights.map { weights in
        var sums = [Double](repeating: 0, count: count * count)
        for row in labels.indices {
          sums[labels[row] * count + predictions[row]] += Double(weights[row])
        }
        return places.map { sums[$0] }
      }
      return
    }
    let places = zip(labels, predictions).map { $0 * count + $1 }
    let order = places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    var cells: [Confusion] = []
    var sums: [Double] = []
    var begin = 0
    while begin < order.count {
      let place = places[order[begin]]
      let end = order[begin...].firstIndex { places[$0] != place } ?? order.count
      let (label, prediction) = place.quotientAndRemainder(dividingBy: count)
      cells.append(Confusion(label: label, prediction: prediction, count: end - begin))
      if let weights { sums.append(order[begin..<end].reduce(0) { $0 + Double(weights[$1]) }) }
      begin = end
    }
    self.cells = cells
    self.weights = weights == nil ? nil : sums
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

  /// Returns the number of samples of the class `label` that were predicted as `prediction`.
  ///
  /// - Complexity: O(log pairs).
  /// - Precondition: both are indices of classes.
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
  /// The number of samples that were classified correctly.
  public var correctCount: Int {
    cells.reduce(0) { $0 + ($1.label == $1.prediction ? $1.count : 0) }
  }
  /// The fraction of the samples that were classified correctly; 0 if there are no samples.
  public var accuracy: Double {
    let right = cells.indices.filter { cells[$0].label == cells[$0].prediction }
    return fraction(right.reduce(0) { $0 + weight($1) }, of: labelWeights.reduce(0, +))
  }

  /// The number of samples of each class.
  package var labelCounts: [Int] { sums(by: \.label) }
  /// The number of times that each class was predicted.
  package var predictionCounts: [Int] { sums(by: \.prediction) }

  /// The weight of the samples of each class: their number, unless they have weights.
  var labelWeights: [Double] { weights(by: \.label) }
  /// The weight of the samples that were predicted as each class.
  var predictionWeights: [Double] { weights(by: \.prediction) }
  /// The weight of the samples of each class that were classified correctly.
  var correctWeights: [Double] { weights(by: \.label) { $0.label == $0.prediction } }

  /// Returns the weight of the samples of a cell.
  func weight(_ cell: Int) -> Double { weights?[cell] ?? Double(cells[cell].count) }

  private func sums(by index: (Confusion) -> Int) -> [Int] {
    cells.reduce(into: Array(repeating: 0, count: classCount)) { $0[index($1)] += $1.count }
  }

  private func weights(
    by index: (Confusion) -> Int, where isIncluded: (Confusion) -> Bool = { _ in true }
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: classCount)
    for (place, cell) in cells.enumerated() where isIncluded(cell) {
      sums[index(cell)] += weight(place)
    }
    return sums
  }

  /// The divisor of the counts, or of the weights.
  package enum Normalization: Hashable, Sendable {
    /// The weight of the samples of the true class: each row sums to 1. This is scikit-learn's "true".
    case labels
    /// The weight of the predictions of the class: each column sums to 1. This is scikit-learn's "pred".
    case predictions
    /// The weight of all samples: all cells sum to 1. This is scikit-learn's "all".
    case all
  }

  /// Returns the weights of ``cells``, or their counts, as fractions, in the same order.
  package func shares(by normalization: Normalization) -> [Double] {
    let (labelWeights, predictionWeights) = (labelWeights, predictionWeights)
    let total = labelWeights.reduce(0, +)
    return cells.indices.map { index in
      let whole =
        switch normalization {
        case .labels: labelWeights[cells[index].label]
        case .predictions: predictionWeights[cells[index].prediction]
        case .all: total
        }
      return fraction(weight(index), of: whole)
    }
  }

  /// A pair of true and predicted class with the number of its samples.
  public struct Confusion: Hashable, Sendable {
    /// The index of the true class.
    public let label: Int
    /// The index of the predicted class.
    public let prediction: Int
    /// The number of samples.
    public let count: Int
  }

  /// Returns the most frequent mistakes in descending order of their count.
  ///
  /// Mistakes of equal count are ordered by label, then by prediction.
  ///
  /// - Parameter limit: the maximum number of mistakes to return.
  public func mostConfused(_ limit: Int = .max) -> [Confusion] {
    let mistakes = cells.filter { $0.label != $0.prediction }.sorted {
      ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction)
    }
    return Array(mistakes.prefix(max(0, limit)))
  }
}

/// Returns the share of samples for which a condition holds, by their weights if they have some; 0 if these are all 0.
func share(ofSamples count: Int, weights: [Float]?, where holds: (Int) -> Bool) -> Double {
  guard let weights else {
    return fraction(Double((0..<count).count(where: holds)), of: Double(count))
  }
  var (part, whole) = (0.0, 0.0)
  for (row, weight) in weights.enumerated() {
    whole += Double(weight)
    if holds(row) { part += Double(weight) }
  }
  return fraction(part, of: whole)
}

/// Returns `part / whole`, or 0 if `whole` is 0.
func fraction(_ part: Double, of whole: Double) -> Double {
  whole == 0 ? 0 : part / whole
}
