// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Classifier {
  /// Returns the classifier with one more class, as a start for further training.
  ///
  /// The weights and the bias of the new class are the means of those of the existing classes, so its logit
  /// is the mean of their logits. Before further training the most probable class of every sample stays the
  /// same, and every probability becomes smaller. Train the result on all classes
  /// (`fitted(to:startingFrom:)`), then measure with ``ClassCost`` how much accuracy the old classes lost.
  ///
  /// ```swift
  /// let wider = try nineClasses.addingClass("Ankle boot")
  /// let trained = try MLPClassifier(epochs: 2).fitted(to: fashion.training, startingFrom: wider)
  /// ```
  ///
  /// - Parameter className: the name of the new class, whose index is the number of the existing classes.
  /// - Throws: `invalidArgument` if the name is taken already, if the network has a single output, or if
  ///   its last layer with parameters does not compute the logits.
  public func addingClass(_ className: String) throws(SoftmaxError) -> Classifier {
    try validateSingleMember("to add a class")
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
    // The sums are in double and go over the classes in ascending order.
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

/// A comparison of two models on the same samples, class by class.
///
/// It shows how much accuracy the old classes lost when a class was added or a model was trained further.
/// Making it takes one evaluation of each model.
public struct ClassCost: Hashable, Sendable {
  /// The metrics of one class that has samples.
  public struct Row: Hashable, Sendable {
    /// The name of the class.
    public let className: String
    /// The number of samples of the class.
    public let sampleCount: Int
    /// The fraction of the class's samples that the first model classifies correctly.
    public let recallBefore: Double
    /// The fraction of the class's samples that the second model classifies correctly.
    public let recallAfter: Double
  }

  /// A row for each class that has samples, in the order of the data set's classes.
  public let rows: [Row]
  /// The accuracy of the first model on all samples.
  public let accuracyBefore: Double
  /// The accuracy of the second model on all samples.
  public let accuracyAfter: Double
  /// The mean over the samples of -ln p(true class) for the first model, in nats.
  public let logLossBefore: Double
  /// The mean over the samples of -ln p(true class) for the second model, in nats.
  public let logLossAfter: Double

  /// Compares two models on the same samples.
  ///
  /// - Parameters:
  ///   - before: the first model.
  ///   - after: the second model.
  ///   - dataset: the labelled samples.
  ///   - threads: the number of threads; by default the number of processors.
  /// - Throws: the errors of ``Classifier/evaluation(on:threads:)`` for either model.
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
    // An evaluation keeps the samples in order, so its rows match the data set's labels. Its own labels are
    // indices of the model's classes, which the model may number differently.
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
