// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The state of a solve between two iterations: the parameters, the objective and gradient there, and the
/// values that the solver keeps.
///
/// It holds one float and one double per parameter, and one float per parameter for each of the vectors.
public struct SolverState: Sendable {
  /// The flat parameters.
  public private(set) var parameters: [Float]
  /// The objective at the parameters.
  public private(set) var value: Objective.Value
  /// The gradient of the objective at the parameters.
  public private(set) var gradient: [Double]
  /// The length of the last step as a multiple of its direction; 1 before the first step.
  ///
  /// Unless it is finite and greater than 0 after an iteration, the solve ends with `invalidArgument`.
  public var stepLength = 1.0
  /// The number of evaluations of the objective and its gradient so far.
  public var evaluationCount: Int
  /// Single values that the solver keeps between iterations, by name.
  ///
  /// A solver must validate them, because a checkpoint file can contain any values. The names
  /// `evaluations` and `stuck` are reserved for the library.
  public var values: [String: Double] = [:]
  /// Vectors that the solver keeps between iterations, each with the layout of the flat parameters.
  public var vectors: [[Float]] = []

  init(at parameters: [Float], of objective: Objective) throws(SoftmaxError) {
    var gradient: [Double] = []
    value = try objective.valueAndGradient(at: parameters, into: &gradient)
    self.parameters = parameters
    self.gradient = gradient
    evaluationCount = 1
    guard value.objective.isFinite, gradientNorm.isFinite else {
      throw SolverState.diverged("the objective is \(value.objective) where the solver begins")
    }
  }

  /// Replaces the parameters.
  ///
  /// - Parameters:
  ///   - parameters: the new flat parameters.
  ///   - value: the objective at these parameters.
  ///   - gradient: the gradient of the objective at these parameters.
  /// - Precondition: `parameters` and `gradient` have as many elements as the current parameters.
  public mutating func move(to parameters: [Float], value: Objective.Value, gradient: [Double]) {
    precondition(
      parameters.count == self.parameters.count && gradient.count == parameters.count,
      "the parameters are of another network")
    self.parameters = parameters
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
