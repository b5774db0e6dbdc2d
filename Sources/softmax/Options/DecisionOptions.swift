// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for what is done with predictions.
struct DecisionOptions: ParsableArguments {
  @Flag(
    help: """
      Add the set of classes that holds the true one as often as softmax calibrate --coverage was told, most probable \
      class first; it may be empty.
      """)
  var sets = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Say of each row whether its probability is below p, so that no class should be taken.",
      valueName: "p"))
  var abstainBelow: Double?

  @Option(
    help: ArgumentHelp(
      """
      Add the decision of the least expected cost: a table with a column for each decision, named in its first line, \
      and a row for each true class, named in its first column.
      """, valueName: "file"))
  var costs: String?

  func validate() throws {
    if let abstainBelow, !(0...1 ~= abstainBelow) {
      throw ValidationError("--abstain-below must be in 0...1, got \(abstainBelow)")
    }
  }

  /// Returns the rule for a classifier.
  ///
  /// - Throws: `invalidArgument` if the classifier has no sets; the errors of a file of costs.
  func rule(for classifier: Classifier) throws(SoftmaxError) -> DecisionRule {
    try DecisionRule(
      for: classifier, sets: sets, leastProbability: abstainBelow,
      costs: costs.map { path throws(SoftmaxError) in
        try CostMatrix(csv: path, classNames: classifier.classNames)
      })
  }
}
