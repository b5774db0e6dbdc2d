// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A method that minimizes an objective by iterations over all rows.
///
/// A solver is a value with settings. A ``SolverState`` holds the data that it keeps between iterations.
/// A solve may end before it reaches a minimum; `SolverResult` says whether it converged.
///
/// ```swift
/// let solver = GradientDescent(gradientTolerance: 1e-4)
/// let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
/// let result = try solver.minimize(objective, iterations: 500)
/// print(result.objective, result.gradientNorm, result.isConverged)
/// let solved = try objective.network(at: result.parameters)
/// ```
public protocol Solver: Sendable {
  /// The name in records and messages.
  var name: String { get }

  /// The settings by name, which must be equal when a solve resumes from a checkpoint.
  var settings: [String: Double] { get }

  /// The Euclidean norm of the gradient at or below which the solve has converged.
  var gradientTolerance: Double { get }

  /// Throws `invalidArgument` if a setting is invalid, `unsupported` if the solver cannot minimize the
  /// objective.
  func validate(_ objective: Objective) throws(SoftmaxError)

  /// Runs one iteration, which moves to parameters with a lower objective by
  /// ``SolverState/move(to:value:gradient:)``.
  ///
  /// The iteration must depend on the state and the objective only, so that an interrupted solve resumes
  /// with the same bits.
  ///
  /// - Returns: false if the solver finds no such parameters; it then leaves the parameters unchanged.
  func iterate(_ state: inout SolverState, on objective: Objective) throws(SoftmaxError) -> Bool
}

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
  /// The length of the last step as a multiple of its direction, finite and greater than 0; 1 before the
  /// first step.
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
