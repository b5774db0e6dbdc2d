// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The columns that a prediction adds to the columns of a table.
struct AddedColumns {
  /// A cell of an added column.
  enum Cell {
    /// The index of a class whose name is the cell.
    case label(Int)
    case probability(Float)
    case decision(DecisionRule.Column)
  }

  let classNames: [String]
  // The number of classes that have a label and a probability, most probable first.
  private let top: Int
  // Whether each class has a column with its probability.
  private let hasProbabilities: Bool
  private let rule: DecisionRule

  init(classNames: [String], top: Int, hasProbabilities: Bool, rule: DecisionRule) {
    self.rule = rule
    self.classNames = classNames
    self.top = min(top, classNames.count)
    self.hasProbabilities = hasProbabilities
  }

  /// Returns the names of the columns, which are none of those that are taken.
  func names(besides taken: inout UniqueNames) -> [String] {
    var names: [String] = []
    for rank in 1...top {
      names.append(taken.name("prediction", from: rank))
      names.append(taken.name("probability", from: rank))
    }
    if hasProbabilities { names += classNames.map { taken.name("probability_\($0)") } }
    return names + rule.names.map { taken.name($0) }
  }

  /// Calls `body` with the index of each column and its cell.
  func forEachCell(of prediction: Prediction, _ body: (Int, Cell) -> Void) {
    var column = 0
    func add(_ cell: Cell) {
      body(column, cell)
      column += 1
    }
    if top == 1 {
      add(.label(prediction.index))
      add(.probability(prediction.probability))
    } else {
      for index in prediction.ranking.prefix(top) {
        add(.label(index))
        add(.probability(prediction.probabilities[index]))
      }
    }
    if hasProbabilities {
      for probability in prediction.probabilities { add(.probability(probability)) }
    }
    for decision in rule.columns(of: prediction) { add(.decision(decision)) }
  }
}
