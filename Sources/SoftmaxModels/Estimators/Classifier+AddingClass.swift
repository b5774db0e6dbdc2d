// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// The classifier with one more class, to be trained from what it knows.
  ///
  /// The new class begins as the mean of the known ones: its logit is the mean of theirs, so before
  /// any training no sample changes its most probable class, while every probability becomes smaller
  /// to make room. Train it with all classes (`fitted(to:startingFrom:)`), then see what that cost the
  /// old ones (``ClassCost``).
  ///
  /// ```swift
  /// let wider = try nineClasses.addingClass("Ankle boot")
  /// let trained = try MLPClassifier(epochs: 2).fitted(to: fashion.training, startingFrom: wider)
  /// ```
  ///
  /// - Parameter className: the name of the class, whose index is the number of those known so far.
  /// - Throws: `invalidArgument` for a name that is taken, or a network whose last layer with
  ///   parameters does not give the logits.
  public func addingClass(_ className: String) throws(SoftmaxError) -> Classifier {
    let layers = network.layers
    if network.outputCount == 1 {
      throw SoftmaxError(
        .invalidArgument, "a single output tells two classes apart and has no place for a third",
        remedy: "train a network with an output for each class")
    }
    guard
      let last = layers.lastIndex(where: { !$0.tensors.isEmpty }), let weight = layers[last].weight,
      let bias = layers[last].bias,
      let dense = layers[last].configuration.kind as? Dense, dense.units == classNames.count
    else {
      throw SoftmaxError(
        .invalidArgument, "the network's last layer with parameters does not give the logits")
    }
    // Sums in double, ascending over the classes.
    var sums = [Double](repeating: 0, count: weight.columnCount)
    for row in 0..<dense.units {
      for (column, value) in weight.row(row).enumerated() { sums[column] += Double(value) }
    }
    let units = dense.units
    let count = Double(units)
    let wider = try Matrix(
      rowCount: units + 1, columnCount: weight.columnCount,
      elements: weight.elements + sums.map { Float($0 / count) })
    let widerBias = bias + [Float(bias.reduce(0.0) { $0 + Double($1) } / count)]

    var configurations = layers.map(\.configuration)
    let name = configurations[last].name
    configurations[last] =
      Dense(units + 1, activation: dense.activation, initializer: dense.initializer).configuration
    configurations[last].name = name
    let old = network
    var grown = try Sequential(
      input: old.inputShape, seed: old.seed, configurations: configurations
    ) { index, _, _ in
      guard index == last else { return old.layers[index].tensors }
      return [
        LayerTensor(
          name: "weight", shape: [units + 1, weight.columnCount], values: wider.elements),
        LayerTensor(name: "bias", shape: [units + 1], values: widerBias),
      ]
    }
    for place in layers.indices where layers[place].isFrozen {
      grown.freeze(layers: place..<place + 1)
    }
    return try Classifier(
      network: grown, classNames: classNames + [className], pipeline: pipeline,
      trainingRecord: trainingRecord, outputFunction: outputFunction)
  }
}

/// What one model costs beside another on samples whose classes both know: what adding a class, or
/// training further, took from the old classes.
public struct ClassCost: Hashable, Sendable {
  /// One class of the samples.
  public struct Row: Hashable, Sendable {
    /// The class.
    public let className: String
    /// The number of its samples.
    public let sampleCount: Int
    /// The fraction of them that the first model classifies rightly.
    public let recallBefore: Double
    /// The fraction that the second does.
    public let recallAfter: Double
  }

  /// The classes that have samples, in the samples' order of classes.
  public let rows: [Row]
  /// The accuracy of the first model on all samples.
  public let accuracyBefore: Double
  /// The accuracy of the second.
  public let accuracyAfter: Double
  /// The mean of -ln p(right class) under the first, in nats.
  public let logLossBefore: Double
  /// The mean under the second.
  public let logLossAfter: Double

  /// Compares two models on the same samples.
  ///
  /// - Throws: as ``Classifier/evaluation(on:threads:)``, for either.
  public init(
    from before: Classifier, to after: Classifier, on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) {
    let first = try before.evaluation(on: dataset, threads: threads)
    let second = try after.evaluation(on: dataset, threads: threads)
    accuracyBefore = first.accuracy
    accuracyAfter = second.accuracy
    logLossBefore = first.logLoss
    logLossAfter = second.logLoss
    let counts = dataset.labels.reduce(into: [Int](repeating: 0, count: dataset.classCount)) {
      $0[$1] += 1
    }
    // Evaluations keep the order of the samples, and their labels are the model's classes.
    func rightCounts(_ evaluation: Evaluation) -> [Int] {
      var counts = [Int](repeating: 0, count: dataset.classCount)
      for (row, label) in dataset.labels.enumerated()
      where evaluation.predictions[row] == evaluation.labels[row] {
        counts[label] += 1
      }
      return counts
    }
    let (rightBefore, rightAfter) = (rightCounts(first), rightCounts(second))
    rows = dataset.classNames.indices.filter { counts[$0] > 0 }.map {
      Row(
        className: dataset.classNames[$0], sampleCount: counts[$0],
        recallBefore: Double(rightBefore[$0]) / Double(counts[$0]),
        recallAfter: Double(rightAfter[$0]) / Double(counts[$0]))
    }
  }
}
