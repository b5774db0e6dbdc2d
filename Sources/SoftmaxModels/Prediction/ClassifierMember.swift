// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A network of a classifier, with the steps of the pipeline that only it has and its share of the
/// probabilities.
///
/// The probabilities of a classifier are the means of those of its members, weighted by `weight`; its logits are the
/// logarithms of these means. One member is the ordinary case.
package struct ClassifierMember: Hashable, Sendable {
  /// The network, whose outputs are the logits of the member.
  package let network: Sequential
  /// The fitted steps that come after those of the classifier.
  package let steps: [PreprocessingStep]
  /// The share of the probabilities, relative to the shares of the others.
  package let weight: Double

  package init(network: Sequential, steps: [PreprocessingStep] = [], weight: Double = 1) {
    self.network = network
    self.steps = steps
    self.weight = weight
  }

  /// Returns all steps before the network: those of the classifier, then those of the member.
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` if the steps do not fit together.
  package func pipeline(after shared: Pipeline) throws(SoftmaxError) -> Pipeline {
    steps.isEmpty ? shared : try Pipeline(fitted: shared.steps + steps)
  }

  /// Throws unless the member fits the names, the steps before it and the output function of a classifier.
  func validate(
    classNames: [String], pipeline: Pipeline, function: OutputFunction
  ) throws(SoftmaxError) {
    if let written = network.writtenOutputFunction, written != function {
      throw SoftmaxError(
        .invalidArgument,
        "the network ends in a \(written.rawValue), so its outputs cannot go through a "
          + "\(function.rawValue)",
        remedy: "leave out outputFunction, or end the network in its logits")
    }
    guard classNames.count == function.classCount(ofOutputs: network.outputCount) else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network has \(network.outputCount) outputs, but \(classNames.count) class names")
    }
    guard weight > 0, weight.isFinite else {
      throw SoftmaxError(
        .invalidArgument,
        "the weight of a member must be finite and greater than 0, got \(weight)")
    }
    try self.pipeline(after: pipeline).validate(for: network)
    for step in steps {
      // The others act on the features once, for all members.
      guard case .compute = step.kind.action else {
        throw SoftmaxError(
          .invalidArgument, "the step \(step.name) cannot be that of one member")
      }
    }
  }
}
