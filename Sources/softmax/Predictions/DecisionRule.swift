// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What is done with predictions: sets of classes, abstention, decisions by their costs.
struct DecisionRule {
  /// A column that the rule adds to a prediction.
  struct Column {
    let name: String
    let value: JSONValue
    /// The value in a cell of a table.
    let text: String
    /// The value in a line for people; empty if there is nothing to say.
    let remark: String
  }

  private let classNames: [String]
  private let conformal: ConformalPredictor?
  private let leastProbability: Float?
  private let costs: CostMatrix?

  /// - Parameters:
  ///   - sets: whether the sets of the classifier are added.
  ///   - leastProbability: the probability below which no class is said; nil to say one always.
  /// - Throws: `invalidArgument` if the classifier has no sets.
  init(
    for classifier: Classifier, sets: Bool = false, leastProbability: Double? = nil,
    costs: CostMatrix? = nil
  ) throws(SoftmaxError) {
    if sets, classifier.conformal == nil {
      throw SoftmaxError(
        .invalidArgument, "the model has no sets of classes",
        remedy: "make one that has by softmax calibrate --coverage")
    }
    classNames = classifier.classNames
    conformal = sets ? classifier.conformal : nil
    self.leastProbability = leastProbability.map { Float($0) }
    self.costs = costs
  }

  /// The names of the columns.
  var names: [String] {
    (conformal == nil ? [] : ["set"]) + (leastProbability == nil ? [] : ["abstains"])
      + (costs == nil ? [] : ["decision", "expected_cost"])
  }

  /// Returns the columns of a prediction, in the order of the names.
  func columns(of prediction: Prediction) -> [Column] {
    var result: [Column] = []
    if let conformal {
      let names = conformal.set(for: prediction).map { classNames[$0] }
      result.append(
        Column(
          name: "set", value: .array(names.map { .string($0) }), text: names.joined(separator: "|"),
          remark: "{" + names.map(PrintableText.line).joined(separator: ", ") + "}"))
    }
    if let leastProbability {
      let abstains = prediction.probability < leastProbability
      result.append(
        Column(
          name: "abstains", value: .bool(abstains), text: "\(abstains)",
          remark: abstains ? "abstains" : ""))
    }
    if let costs {
      let (index, cost) = costs.decision(for: prediction.probabilities)
      let name = costs.decisions[index]
      result += [
        Column(
          name: "decision", value: .string(name), text: name,
          remark: "decision \(PrintableText.line(name))"),
        Column(
          name: "expected_cost", value: .number(cost), text: "\(cost)",
          remark: "cost \(NumberText.metric(cost))"),
      ]
    }
    return result
  }
}
