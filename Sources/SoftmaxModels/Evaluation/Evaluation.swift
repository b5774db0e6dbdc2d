// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// How good a classifier is on labelled samples.
///
/// It keeps the logits of each sample, so that everything else follows from them: accuracy with its interval
/// and log loss at once, the confusion matrix with precision and recall of each class, ROC AUC and top-k
/// accuracy when they are asked for. Its memory is that of the logits, samples x outputs.
///
/// ```swift
/// let evaluation = try model.evaluation(on: test)
/// print(evaluation)                              // accuracy with its interval, log loss
/// print(evaluation.report)                       // scikit-learn's classification_report
/// print(evaluation.macroF1, evaluation.topKAccuracy(3))
/// print(evaluation.confusionMatrix.mostConfused(3))
/// ```
public struct Evaluation: Hashable, Sendable {
  /// The index of each sample's true class.
  public let labels: [Int]
  /// The scores of each sample before they become probabilities: [samples, outputs].
  public let logits: Matrix
  /// How the logits become probabilities.
  public let outputFunction: OutputFunction
  /// The index of the class that each sample was taken for.
  public let predictions: [Int]
  /// The mean of -ln p(right class) over the samples, in nats.
  ///
  /// From the logits and never clipped: a certain and wrong prediction costs what it costs. Of several sigmoids
  /// it is the mean over them of the binary cross-entropy.
  public let logLoss: Double
  /// The names of the classes, by index.
  public let classNames: [String]

  /// Judges the logits of any model.
  ///
  /// - Parameters:
  ///   - labels: the index of each sample's true class.
  ///   - logits: [samples, outputs], finite: an output for each class, or with a sigmoid one for two.
  ///   - classNames: the names of the classes; without them "0", "1", ....
  ///   - outputFunction: how the logits become probabilities.
  /// - Throws: `invalidArgument` for no samples; `shapeMismatch`; `labelOutOfRange` naming the row;
  ///   `nonFiniteValue` naming row and column.
  public init(
    labels: [Int], logits: Matrix, classNames: [String]? = nil,
    outputFunction: OutputFunction = .softmax
  ) throws(SoftmaxError) {
    guard !labels.isEmpty else { throw SoftmaxError(.invalidArgument, "there are no samples") }
    let classCount = outputFunction.classCount(ofOutputs: logits.columnCount)
    let names = classNames ?? (0..<classCount).map { "\($0)" }
    guard logits.rowCount == labels.count, classCount == names.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(labels.count) labels of \(names.count) classes need as many rows and columns of "
          + "logits, got \(logits.rowCount) x \(logits.columnCount)")
    }
    try ConfusionMatrix.validate(labels, "label", classCount: names.count)
    try Features.floats(logits).validateFinite()
    self.init(
      checkedLabels: labels, logits: logits, outputFunction: outputFunction, classNames: names)
  }

  /// Judges what has been checked.
  ///
  /// - Parameter predictions: the classes that the samples were taken for, where the logits' rounding might
  ///   hide them.
  init(
    checkedLabels labels: [Int], logits: Matrix, outputFunction: OutputFunction,
    predictions: [Int]? = nil, classNames: [String]
  ) {
    let losses = outputFunction.logLosses(of: logits, labels: labels)
    self.labels = labels
    self.logits = logits
    self.outputFunction = outputFunction
    self.predictions = predictions ?? outputFunction.classes(of: logits)
    logLoss = sumOverRows(losses.indices) { losses[$0] } / Double(labels.count)
    self.classNames = classNames
  }

  /// The number of samples.
  public var rowCount: Int { labels.count }
  /// The number of samples whose most probable class is the right one.
  public var correctCount: Int { zip(labels, predictions).count { $0 == $1 } }
  /// The probability of each class for each sample: [samples, classes].
  ///
  /// - Complexity: O(samples x classes); keep it rather than ask again.
  public var probabilities: Matrix { outputFunction.probabilities(of: logits) }
  /// How often each class was taken for each.
  ///
  /// - Complexity: O(samples log samples + classes); keep it rather than ask again.
  public var confusionMatrix: ConfusionMatrix {
    ConfusionMatrix(checkedLabels: labels, predictions: predictions, classNames: classNames)
  }
  /// The fraction of samples classified rightly.
  public var accuracy: Double { Double(correctCount) / Double(rowCount) }

  /// The 95 % confidence interval of the accuracy.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical
  /// inference", JASA 22, 1927.
  public var accuracyInterval: ClosedRange<Double> {
    wilsonInterval(successes: correctCount, trials: rowCount)
  }

  /// The mean of the classes' F1, each counting the same.
  public var macroF1: Double { confusionMatrix.macroAverage.f1 }
}

/// Wilson's score interval of a proportion at 95 %.
///
/// (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z = 1.96.
func wilsonInterval(successes: Int, trials: Int) -> ClosedRange<Double> {
  guard trials > 0 else { return 0...1 }
  let z = 1.959963984540054
  let n = Double(trials)
  let p = Double(successes) / n
  let centre = p + z * z / (2 * n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let whole = 1 + z * z / n
  // At the ends centre and half are equal but for rounding.
  let low = successes == 0 ? 0 : (centre - half) / whole
  let high = successes == trials ? 1 : (centre + half) / whole
  return low...high
}

extension Evaluation: CustomStringConvertible {
  /// Accuracy with its interval, and log loss, in one line.
  public var description: String {
    let interval = accuracyInterval
    let values = [accuracy, interval.lowerBound, interval.upperBound, logLoss].map {
      NumberText.fixed($0)
    }
    return
      "accuracy \(values[0]) [\(values[1]), \(values[2])], log loss \(values[3]), \(rowCount) samples"
  }
}
