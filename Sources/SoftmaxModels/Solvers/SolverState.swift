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
  /// The gradient of the objective at the parameters.
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

  init(at parameters: [Double], of objective: Objective) throws(SoftmaxError) {
    var gradient: [Double] = []
    rounding = objective.rounding
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

  static func diverged(_ message: String) -> SoftmaxError {
    SoftmaxError(.diverged, message, remedy: "try features of a smaller scale")
  }

  /// The Euclidean norm of the gradient.
  public var gradientNorm: Double {
    gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
