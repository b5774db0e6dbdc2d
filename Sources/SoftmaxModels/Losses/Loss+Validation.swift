// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// Checks before training begins. Each error states a remedy.
extension Loss {
  /// Throws unless the loss supports the number of outputs and the targets.
  func validate(
    _ targets: Targets, classCount: Int, outputCount: Int
  ) throws(SoftmaxError) {
    try validateSettings(classCount: classCount)
    if outputCount == 1, classCount == 2 {
      guard kind.takesIndependentOutputs else {
        throw SoftmaxError(
          .shapeMismatch, "\(name) needs an output for each of the 2 classes, got 1 output",
          remedy: "end the network in Dense(2), or use the loss .binaryCrossEntropy()")
      }
    } else {
      guard outputCount == classCount else {
        throw SoftmaxError(
          .shapeMismatch, "\(outputCount) outputs, but \(classCount) classes",
          remedy: "end the network in Dense(\(classCount))")
      }
    }
    if case .indicators = targets { try validateMultiLabel(outputCount: outputCount) }
    try kind.validate(targets)
  }

  private func validateMultiLabel(outputCount: Int) throws(SoftmaxError) {
    guard kind.takesIndependentOutputs else {
      throw SoftmaxError(
        .invalidArgument,
        "\(name) wants one class or one distribution for each sample, the data set is multi-label",
        remedy: "use the loss .binaryCrossEntropy()")
    }
    guard outputCount > 1 else {
      throw SoftmaxError(
        .shapeMismatch, "multi-label targets need an output for each class, got 1 output",
        remedy: "end the network in an output for each class")
    }
    guard classWeights.isEmpty, ignoredClass == nil else {
      throw SoftmaxError(
        .invalidArgument,
        "class weights and an ignored class are for samples of one class, the data set is multi-label",
        remedy: "give the data set sample weights")
    }
  }

  private func validateSettings(classCount: Int) throws(SoftmaxError) {
    guard labelSmoothing >= 0, Float(labelSmoothing) < 1 else {
      throw SoftmaxError(
        .invalidArgument, "the label smoothing must be in 0..<1, got \(labelSmoothing)")
    }
    guard labelSmoothing == 0 || kind.smoothing != nil else {
      throw SoftmaxError(
        .invalidArgument, "the targets of the loss \(name) cannot be smoothed",
        remedy: "leave the label smoothing out")
    }
    guard classWeights.isEmpty || classWeights.count == classCount else {
      throw SoftmaxError(
        .shapeMismatch, "\(classCount) classes, but \(classWeights.count) class weights",
        remedy: "give one weight for each class, in the order of the classes")
    }
    // Within this range the products of weights and targets, and the quotients of the mean, are normal floats
    // with full precision.
    let range = Loss.leastWeight...(1 / Loss.leastWeight)
    if let index = classWeights.firstIndex(where: { $0 != 0 && !(range ~= $0) }) {
      throw SoftmaxError(
        .invalidArgument,
        "the weight of class \(index) must be 0 or within \(range), got \(classWeights[index])")
    }
    if let ignoredClass, !(0..<classCount ~= ignoredClass) {
      throw SoftmaxError(
        .labelOutOfRange,
        "the ignored class \(ignoredClass) is not one of the \(classCount) classes "
          + "0...\(classCount - 1)",
        remedy: "to leave out samples of no class, give them the sample weight 0")
    }
    // Without this check training would run but learn nothing.
    guard classWeights.isEmpty || classWeights.contains(where: { $0 > 0 }) else {
      throw SoftmaxError(
        .invalidArgument, "the weight of every class is 0, so no sample counts",
        remedy: "give a class that is to be learnt a weight above 0")
    }
    try validateKind()
  }

  private static let leastWeight = 1e-18

  /// Throws if the network ends in a softmax or sigmoid that the loss does not expect there.
  func validate(endOf network: Sequential) throws(SoftmaxError) {
    guard let written = network.writtenOutputFunction else { return }
    let wanted: OutputFunction?
    switch kind.outputs {
    case .logits(let function): wanted = function
    case .values: wanted = nil
    case .anything: return
    }
    guard written != wanted else { return }
    let instead =
      switch wanted {
      case .softmax?: "end it in .softmax or in no activation, or use .binaryCrossEntropy()"
      case .sigmoid?: "end it in .sigmoid or in no activation, or use .crossEntropy"
      case .normalized?, .oneVsRest?, nil: "leave out the \(written.rawValue)"
      }
    throw SoftmaxError(
      .invalidArgument,
      "the network ends in a \(written.rawValue), but \(name) is taken from "
        + (outputActivation.map { "the logits before a \($0.name)" } ?? "the outputs as they are"),
      remedy: instead)
  }
}

extension Sequential {
  /// Throws unless the network can be trained on the data set with the loss.
  func validate(_ dataset: LabeledDataset, loss: Loss) throws(SoftmaxError) {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    try validate(featureCount: dataset.features.columnCount, shape: dataset.featureShape)
    guard dataset.classCount == outputCount || (outputCount == 1 && dataset.classCount == 2) else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(outputCount) outputs, the data set \(dataset.classCount) classes",
        remedy: "end the network in Dense(\(dataset.classCount))")
    }
    try loss.validate(
      dataset.targets, classCount: dataset.classCount, outputCount: outputCount)
    try loss.validate(endOf: self)
  }

  /// Throws if all samples have the weight 0: training would run but learn nothing.
  func validateWeights(of dataset: LabeledDataset, loss: Loss) throws(SoftmaxError) {
    let weights = SampleWeights(
      loss, of: dataset.targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights)
    guard weights.countsAny else {
      throw SoftmaxError(
        .invalidArgument, "no sample counts: all weights are 0",
        remedy: "give some samples, and their classes, a weight above 0")
    }
  }
}
