// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The columns of sparse rows that have an entry in some row, and differ from each other.
///
/// Words that are hashed to a million columns leave most of them empty. With a penalty the weights of an empty
/// column are 0 at the optimum, so a solve needs no memory and no arithmetic for them: it is one of an objective with
/// the other columns alone.
///
/// Columns with the same entries are one input. Words and pairs of words that occur once in the same text are: of the
/// columns of a corpus they are half. If m columns have the entries x and the weights w_1, ..., w_m, only the sum u of the
/// weights acts on the logits, and l2 / 2 (w_1^2 + ... + w_m^2) is least where each is u / m: there it is
/// (l2 / m) u^2 / 2. So the optimum is that of an objective with the input x, its weight u and the penalty l2 / m.
struct DistinctColumns {
  /// The index of the first column of each input, ascending.
  private let columns: [Int32]
  /// The input of each column; -1 for a column without entries.
  private let inputs: [Int32]
  /// The number of columns of each input; empty if all are 1.
  let counts: [Double]

  /// Finds the columns; nil if the features are not sparse rows, or if each column is an input of its own.
  ///
  /// - Parameter joinsEqual: whether columns with the same entries are one input.
  init?(of features: Features, joinsEqual: Bool) {
    guard let matrix = SparsePlan.matrix(of: features) else { return nil }
    let firsts = joinsEqual ? matrix.firstEqualColumns : Self.occurring(in: matrix)
    columns = firsts.indices.filter { firsts[$0] == $0 }.map { Int32($0) }
    guard 1..<matrix.columnCount ~= columns.count else { return nil }
    var inputs = firsts
    for (input, column) in columns.enumerated() { inputs[Int(column)] = Int32(input) }
    var counts = [Double](repeating: 0, count: columns.count)
    for (column, first) in firsts.enumerated() where first >= 0 {
      inputs[column] = inputs[Int(first)]
      counts[Int(inputs[column])] += 1
    }
    self.inputs = inputs
    self.counts = counts.allSatisfy { $0 == 1 } ? [] : counts
  }

  private static func occurring(in matrix: SparseMatrix) -> [Int32] {
    var firsts = [Int32](repeating: -1, count: matrix.columnCount)
    for column in matrix.columns { firsts[Int(column)] = column }
    return firsts
  }

  /// Finds the columns for the solve of an objective; nil as well without a penalty, which an empty column needs to
  /// have the weight 0, and for another network than one dense layer.
  ///
  /// Equal columns are joined for an L2 penalty, where their weights are equal at the optimum, and for a solver whose
  /// iterations do not depend on the scales of the inputs.
  init?(for objective: Objective, solver: any Solver) {
    guard objective.l1Penalty > 0 || objective.l2Penalty > 0,
      LinearPlan.segments(of: objective.network, loss: objective.loss) != nil
    else { return nil }
    self.init(
      of: objective.dataset.features,
      joinsEqual: objective.l1Penalty == 0 && solver is NewtonCG)
  }

  /// Returns the objective with these inputs alone.
  func selected(of objective: Objective) throws(SoftmaxError) -> Objective {
    try Objective(
      selected(of: objective.network), on: selected(of: objective.dataset), loss: objective.loss,
      optimizer: nil, batchSize: objective.batchSize, l1Penalty: objective.l1Penalty,
      l2Penalty: objective.l2Penalty, columnCounts: counts, execution: objective.execution)
  }

  /// Returns the same samples with these inputs alone.
  func selected(of dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    guard let matrix = dataset.features.sparse else { return dataset }
    let isFirst = inputs.enumerated().map { $1 >= 0 && columns[Int($1)] == $0 }
    var (kept, values, offsets) = ([Int32](), [Float](), [0])
    kept.reserveCapacity(matrix.values.count)
    values.reserveCapacity(matrix.values.count)
    for row in 0..<matrix.rowCount {
      matrix.forEachEntry(ofRow: row) { column, value in
        guard isFirst[column] else { return }
        kept.append(inputs[column])
        values.append(value)
      }
      offsets.append(kept.count)
    }
    return try dataset.replacing(
      features: .sparse(
        SparseMatrix(
          checkedColumns: kept, values: values, rowOffsets: offsets, columnCount: columns.count,
          firstIndex: matrix.firstIndex)))
  }

  /// Returns a dense layer with these inputs and the weights of a network of one dense layer.
  func selected(of network: Sequential) throws(SoftmaxError) -> Sequential {
    let whole = ParameterLayout(network)
    let selected = try Sequential(input: [columns.count], seed: network.seed) {
      Dense(network.outputCount, initializer: .zeros)
    }
    let layout = ParameterLayout(selected)
    return layout.network(
      selected, with: parameters(of: whole.values(of: network), whole, layout).map { Float($0) })
  }

  /// Returns the parameters of these inputs, and the biases, of flat weights of all columns: the weight of an input is the
  /// sum of those of its columns.
  func parameters(
    of weights: [Float], _ whole: ParameterLayout, _ layout: ParameterLayout
  ) -> [Double] {
    var result = [Double](repeating: 0, count: layout.count)
    forEachPlace(whole, layout) { place, own in result[own] += Double(weights[place]) }
    return result
  }

  /// Returns flat weights of all columns from the parameters of these inputs: an even share of the input's weight, and 0 for
  /// a column that does not occur.
  func weights(
    of parameters: [Double], _ layout: ParameterLayout, in whole: ParameterLayout
  ) -> [Float] {
    guard !counts.isEmpty else {
      return spread(parameters.map { Float($0) }, layout, in: whole)
    }
    var ofColumns = parameters
    let weight = layout.segments[0]
    for unit in 0..<weight.unitCount {
      for (input, count) in counts.enumerated() {
        ofColumns[weight.index(unit: unit, input: input)] /= count
      }
    }
    return spread(ofColumns.map { Float($0) }, layout, in: whole)
  }

  /// Returns a vector with an element for each parameter of all columns, which is that of its input.
  func spread(
    _ vector: [Float], _ layout: ParameterLayout, in whole: ParameterLayout
  ) -> [Float] {
    var result = [Float](repeating: 0, count: whole.count)
    forEachPlace(whole, layout) { place, own in result[place] = vector[own] }
    return result
  }

  /// Returns the vector from which `spread` made another.
  func gathered(
    _ vector: [Float], _ whole: ParameterLayout, _ layout: ParameterLayout
  ) -> [Float] {
    var result = [Float](repeating: 0, count: layout.count)
    forEachPlace(whole, layout) { place, own in result[own] = vector[place] }
    return result
  }

  /// Calls `body` with the place of each parameter among those of all columns, and among those of these inputs.
  @inline(__always)
  private func forEachPlace(
    _ whole: ParameterLayout, _ layout: ParameterLayout, _ body: (_ place: Int, _ own: Int) -> Void
  ) {
    let (ofAll, own) = (whole.segments, layout.segments)
    for unit in 0..<own[0].unitCount {
      for (column, input) in inputs.enumerated() where input >= 0 {
        body(
          ofAll[0].index(unit: unit, input: column), own[0].index(unit: unit, input: Int(input)))
      }
    }
    for (a, b) in zip(ofAll[1].range, own[1].range) { body(a, b) }
  }
}
