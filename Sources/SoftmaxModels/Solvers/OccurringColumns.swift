// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The columns of sparse rows that have an entry in some row.
///
/// Words that are hashed to a million columns leave most of them empty. With a penalty the weights of an empty
/// column are 0 at the optimum, so a solve needs no memory and no arithmetic for them: it is one of an objective with
/// the other columns alone.
struct OccurringColumns {
  /// The index of each occurring column, ascending.
  private let columns: [Int32]

  /// Finds the columns; nil if the features are not sparse rows, or if each column occurs.
  init?(of features: Features) {
    guard let matrix = SparsePlan.matrix(of: features) else { return nil }
    var occurs = [Bool](repeating: false, count: matrix.columnCount)
    for column in matrix.columns { occurs[Int(column)] = true }
    columns = occurs.indices.filter { occurs[$0] }.map { Int32($0) }
    guard 1..<matrix.columnCount ~= columns.count else { return nil }
  }

  /// Finds the columns for the solve of an objective; nil as well without a penalty, which an empty column needs to
  /// have the weight 0, and for another network than one dense layer.
  init?(for objective: Objective) {
    guard objective.l1Penalty > 0 || objective.l2Penalty > 0,
      LinearPlan.segments(of: objective.network, loss: objective.loss) != nil
    else { return nil }
    self.init(of: objective.dataset.features)
  }

  /// Returns the objective with these columns alone.
  func selected(of objective: Objective) throws(SoftmaxError) -> Objective {
    try Objective(
      selected(of: objective.network), on: selected(of: objective.dataset), loss: objective.loss,
      optimizer: nil, batchSize: objective.batchSize, l1Penalty: objective.l1Penalty,
      l2Penalty: objective.l2Penalty, execution: objective.execution)
  }

  /// Returns the same samples with these columns alone.
  func selected(of dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    guard let matrix = dataset.features.sparse else { return dataset }
    var places = [Int32](repeating: 0, count: matrix.columnCount)
    for (place, column) in columns.enumerated() { places[Int(column)] = Int32(place) }
    return try dataset.replacing(
      features: .sparse(
        SparseMatrix(
          checkedColumns: matrix.columns.map { places[Int($0)] }, values: matrix.values,
          rowOffsets: matrix.rowOffsets, columnCount: columns.count,
          firstIndex: matrix.firstIndex)))
  }

  /// Returns a dense layer with these inputs and the weights of a network of one dense layer.
  func selected(of network: Sequential) throws(SoftmaxError) -> Sequential {
    let whole = ParameterLayout(network)
    var selected = try Sequential(input: [columns.count], seed: network.seed) {
      Dense(network.outputCount, initializer: .zeros)
    }
    let layout = ParameterLayout(selected)
    selected = layout.network(
      selected, with: self.selected(of: whole.values(of: network), whole, layout))
    return selected
  }

  /// Returns the parameters of these columns, and the biases, of flat parameters of all columns.
  func selected<Number: FloatingPoint>(
    of flat: [Number], _ whole: ParameterLayout, _ layout: ParameterLayout
  ) -> [Number] {
    var result = [Number](repeating: 0, count: layout.count)
    forEachPlace(whole, layout) { result[$1] = flat[$0] }
    return result
  }

  /// Returns flat parameters of all columns, with the weight 0 for each one that does not occur.
  func whole<Number: FloatingPoint>(
    from flat: [Number], _ layout: ParameterLayout, in whole: ParameterLayout
  ) -> [Number] {
    var result = [Number](repeating: 0, count: whole.count)
    forEachPlace(whole, layout) { result[$0] = flat[$1] }
    return result
  }

  /// Calls `body` with the place of each parameter among those of all columns, and among those of these columns.
  private func forEachPlace(
    _ whole: ParameterLayout, _ layout: ParameterLayout, _ body: (Int, Int) -> Void
  ) {
    let (ofAll, own) = (whole.segments, layout.segments)
    for unit in 0..<own[0].unitCount {
      for (place, column) in columns.enumerated() {
        body(
          ofAll[0].index(unit: unit, input: Int(column)), own[0].index(unit: unit, input: place))
      }
    }
    for (a, b) in zip(ofAll[1].range, own[1].range) { body(a, b) }
  }
}
