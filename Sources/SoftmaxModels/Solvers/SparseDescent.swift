// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Coordinate descent on the quadratic model of the loss plus the penalties, q(x) = <g, x - x0> + 1/2 (x - x0)^T H (x -
/// x0) + sum t_i |x_i|, for sparse rows.
///
/// H is not computed. For each row there are the change u of its logits and, with p its probabilities, <p, u>. The
/// derivative along a coordinate is then a sum over the values of a column, s p (u - <p, u>) x, and so is what a
/// step changes. Source: Yuan, Ho and Lin, "An improved GLMNET for L1-regularized logistic regression", JMLR 13,
/// 2012.
///
/// Between sweeps over all coordinates there are some over those that are not 0. A coordinate costs the values of its
/// column; memory grows with rows x classes. All sums have a fixed order.
struct SparseDescent {
  private let rows: Rows
  private let coordinates: [Coordinate]
  // The order of the sweeps: an input's coordinates follow each other, since they need the same rows.
  private let order: [Int]
  // [rows, outputs]: the probabilities, their products with the row's factor in the Hessian, and the changes of the logits.
  private let probabilities: [Double]
  private let factors: [Double]
  private var changes: [Double]
  // <p, u> of each row.
  private var means: [Double]
  private var x: [Double]

  /// A coordinate of the model.
  private struct Coordinate {
    /// Its output among those with coordinates.
    let output: Int
    /// The column; nil for a bias.
    let input: Int?
    let start: Double
    let slope: Double
    let threshold: Double
    /// The second derivatives of the penalty, and of the model.
    let ridge: Double
    var curvature = 0.0
  }

  /// The rows, by column.
  private struct Rows {
    let columns: SparseMatrix
    let count: Int
    /// The number of outputs that have coordinates.
    let outputCount: Int

    /// Calls `body` with the place of a coordinate's output, the row and the value, for each row whose value is not 0.
    @inline(__always)
    func forEachValue(
      of coordinate: Coordinate, _ body: (_ place: Int, _ row: Int, _ value: Double) -> Void
    ) {
      guard let input = coordinate.input else {
        for row in 0..<count { body(row * outputCount + coordinate.output, row, 1) }
        return
      }
      for entry in columns.rowOffsets[input]..<columns.rowOffsets[input + 1] {
        let row = Int(columns.columns[entry])
        body(row * outputCount + coordinate.output, row, Double(columns.values[entry]))
      }
    }
  }

  private static let greatestSweepCount = 200
  private static let rounding = 1e-14
  // The least curvature, as a share of the mean: a column that is 0 has none.
  private static let leastShare = 1e-10

  /// Creates the model of an objective.
  ///
  /// - Parameters:
  ///   - plan: the evaluation of the sparse rows.
  ///   - linear: the coordinates of all parameters, which are the parameters or their differences.
  ///   - active: the indices of the coordinates of the model, ascending.
  ///   - parameters: the flat parameters at which the Hessian is taken.
  ///   - start: x0.
  ///   - slopes: g.
  ///   - thresholds: t, at least 0.
  ///   - l2Penalty: the factor l2 of the penalty.
  ///   - team: the threads.
  init(
    of plan: SparsePlan, _ linear: LinearCoordinates, _ active: [Int], at parameters: [Double],
    start: [Double], slopes: [Double], thresholds: [Double], l2Penalty: Double, team: WorkerTeam
  ) {
    let outputs = linear.outputs
    let probabilities = plan.probabilities(of: outputs, at: parameters, team: team)
    let factors = probabilities.enumerated().map { place, p in
      // A single output is the difference of two classes, whose probabilities are p and 1 - p.
      plan.loss.hessianScales[place / outputs.count] * p * (outputs.count == 1 ? 1 - p : 1)
    }
    let count = probabilities.count / outputs.count
    let rows = Rows(columns: plan.columns, count: count, outputCount: outputs.count)
    (self.rows, self.probabilities, self.factors) = (rows, probabilities, factors)
    changes = Array(repeating: 0, count: probabilities.count)
    means = Array(repeating: 0, count: count)
    x = start
    var coordinates = active.enumerated().map { index, coordinate in
      let (output, input) = linear.place(of: coordinate)
      return Coordinate(
        output: output - outputs.lowerBound, input: input, start: start[index],
        slope: slopes[index], threshold: thresholds[index],
        ridge: linear.curvature(ofPenalty: l2Penalty, at: coordinate))
    }
    order = coordinates.indices.sorted {
      let (a, b) = (coordinates[$0], coordinates[$1])
      return (a.input ?? .max, a.output) < (b.input ?? .max, b.output)
    }
    var total = 0.0
    for index in coordinates.indices {
      var sum = 0.0
      rows.forEachValue(of: coordinates[index]) { place, _, value in
        let rest = outputs.count == 1 ? 1 : 1 - probabilities[place]
        sum += value * value * factors[place] * rest
      }
      coordinates[index].curvature = sum + coordinates[index].ridge
      total += sum
    }
    let least = total > 0 ? Self.leastShare * total / Double(coordinates.count) : 1
    for index in coordinates.indices {
      coordinates[index].curvature = max(least, coordinates[index].curvature)
    }
    self.coordinates = coordinates
  }

  /// Returns x where the residual has shrunk by a factor, or where rounding or many sweeps end its decrease.
  ///
  /// The residual is the norm of the least subgradient, each element divided by the root of the second derivative.
  mutating func minimizer(tolerance: Double) -> [Double] {
    let terms = coordinates.reduce(0) { $0 + $1.slope * $1.slope / $1.curvature }
    var goal = Self.rounding * terms.squareRoot()
    var isOfAll = true
    for sweep in 0..<Self.greatestSweepCount {
      let residual = self.sweep(isOfAll: isOfAll)
      if sweep == 0 { goal = max(goal, tolerance * residual) }
      guard residual > goal else {
        if isOfAll { break }
        isOfAll = true
        continue
      }
      isOfAll = false
    }
    return x
  }

  // Minimizes along each coordinate, or along those that are not 0 or have no threshold; returns the residual.
  private mutating func sweep(isOfAll: Bool) -> Double {
    var residual = 0.0
    for index in order {
      let coordinate = coordinates[index]
      let threshold = coordinate.threshold
      guard isOfAll || x[index] != 0 || threshold == 0 else { continue }
      var slope = coordinate.slope + coordinate.ridge * (x[index] - coordinate.start)
      rows.forEachValue(of: coordinate) { place, row, value in
        slope += value * factors[place] * (changes[place] - means[row])
      }
      let pull = PenalizedQuadratic.leastSubgradient(
        slope: slope, value: x[index], threshold: threshold)
      residual += pull * pull / coordinate.curvature
      let center = x[index] - slope / coordinate.curvature
      let limit = threshold / coordinate.curvature
      let next = center > limit ? center - limit : center < -limit ? center + limit : 0
      let step = next - x[index]
      guard step != 0 else { continue }
      x[index] = next
      move(along: coordinate, by: step)
    }
    return residual.squareRoot()
  }

  private mutating func move(along coordinate: Coordinate, by step: Double) {
    // A single output is not coupled to another.
    let isCoupled = rows.outputCount > 1
    rows.forEachValue(of: coordinate) { place, row, value in
      changes[place] += step * value
      if isCoupled { means[row] += probabilities[place] * step * value }
    }
  }
}
