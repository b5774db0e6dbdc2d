// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The state of a solve between two iterations: the parameters, the objective and gradient there, and the
/// values that the solver keeps.
///
/// It holds two doubles per parameter, and one float per parameter for each of the vectors.
public struct SolverState: Sendable {
  /// The flat parameters.
  ///
  /// A parameter of softmax regression is the sum of three floats, one of another network a float, so that a
  /// checkpoint holds it exactly.
  public private(set) var parameters: [Double]
  /// The objective at the parameters.
  public private(set) var value: Objective.Value
  /// The gradient of the objective at the parameters; with an L1 penalty the derivative of |w| is 0 at 0.
  public private(set) var gradient: [Double]
  /// The length of the last step as a multiple of its direction; 1 before the first step.
  ///
  /// Unless it is finite and greater than 0 after an iteration, the solve ends with `invalidArgument`.
  public var stepLength = 1.0
  /// The number of passes over all rows so far: evaluations and products with the Hessian.
  public var evaluationCount: Int
  /// Single values that the solver keeps between iterations, by name.
  ///
  /// A solver must validate them, because a checkpoint file can contain any values. The names
  /// `evaluations`, `stuck` and `separable` are reserved for the library.
  public var values: [String: Double] = [:]
  /// Vectors that the solver keeps between iterations, each with the layout of the flat parameters.
  public var vectors: [[Float]] = []

  private let rounding: ParameterRounding
  private let l1Penalty: Double
  private let segments: [ParameterLayout.Segment]
  // The number of columns of each input; empty if all are 1.
  private let columnCounts: [Double]

  init(at parameters: [Double], of objective: Objective) throws(SoftmaxError) {
    var gradient: [Double] = []
    rounding = objective.rounding
    l1Penalty = objective.l1Penalty
    segments = objective.layout.segments
    columnCounts = objective.columnCounts
    self.parameters = parameters.map(rounding.rounded)
    value = try objective.valueAndGradient(at: self.parameters, into: &gradient)
    self.gradient = gradient
    evaluationCount = 1
    guard value.objective.isFinite, gradientNorm.isFinite else {
      throw SolverState.diverged("the objective is \(value.objective) where the solver begins")
    }
  }

  /// Replaces the parameters.
  ///
  /// - Parameters:
  ///   - parameters: the new flat parameters; they are rounded like the parameters of an evaluation.
  ///   - value: the objective at these parameters.
  ///   - gradient: the gradient of the objective at these parameters.
  /// - Precondition: `parameters` and `gradient` have as many elements as the current parameters.
  public mutating func move(to parameters: [Double], value: Objective.Value, gradient: [Double]) {
    precondition(
      parameters.count == self.parameters.count && gradient.count == parameters.count,
      "the parameters are of another network")
    self.parameters = parameters.map(rounding.rounded)
    self.value = value
    self.gradient = gradient
  }

  // The number of iterations in a row that changed the objective by rounding alone.
  private static let stillKey = "still"

  /// Whether so many iterations in a row changed the objective by rounding alone.
  func isStill(for count: Int) -> Bool { values[Self.stillKey, default: 0] >= Double(count) }

  /// Counts an iteration that began at the value `before` if it changed the objective by rounding alone.
  mutating func countIfStill(since before: Double, on objective: Objective) {
    let isStill = before - value.objective <= objective.roundingError * value.objective
    values[Self.stillKey] = isStill ? values[Self.stillKey, default: 0] + 1 : nil
  }

  static func diverged(_ message: String) -> SoftmaxError {
    SoftmaxError(.diverged, message, remedy: "try features of a smaller scale")
  }

  /// The Euclidean norm of the gradient; with an L1 penalty, of the subgradient with the least norm.
  ///
  /// An input that stands for several columns counts as often.
  public var gradientNorm: Double { squaredGradientNorm.squareRoot() }

  var squaredGradientNorm: Double {
    guard !columnCounts.isEmpty else { return leastSubgradient.reduce(0) { $0 + $1 * $1 } }
    var sum = 0.0
    for segment in segments where segment.isWeight {
      for unit in 0..<segment.unitCount {
        for (input, count) in columnCounts.enumerated() {
          let slope = gradient[segment.index(unit: unit, input: input)]
          sum += count * slope * slope
        }
      }
    }
    for index in segments.filter({ !$0.isWeight }).flatMap(\.range) {
      sum += gradient[index] * gradient[index]
    }
    return sum
  }

  // The indices of the parameters that the penalty applies to.
  private var penalized: some Sequence<Int> {
    segments.filter(\.isPenalized).map(\.range).joined()
  }

  /// The gradient without the derivative of the L1 penalty.
  var smoothGradient: [Double] {
    guard l1Penalty > 0 else { return gradient }
    var result = gradient
    for index in penalized {
      let w = parameters[index]
      result[index] -= l1Penalty * (w > 0 ? 1 : w < 0 ? -1 : 0)
    }
    return result
  }

  /// The subgradient with the least norm, which is 0 at an optimum; without an L1 penalty the gradient.
  ///
  /// Where a weight is 0, the penalty has all derivatives from -l1 to l1.
  var leastSubgradient: [Double] {
    guard l1Penalty > 0 else { return gradient }
    var result = gradient
    for index in penalized where parameters[index] == 0 {
      result[index] = PenalizedQuadratic.leastSubgradient(
        slope: gradient[index], value: 0, threshold: l1Penalty)
    }
    return result
  }
}
