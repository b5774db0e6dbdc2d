// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// How to make an objective least by iterations that see all rows.
///
/// A value with its settings; what it keeps while it works is in a ``SolverState``.
///
/// ```swift
/// let solver = GradientDescent(gradientTolerance: 1e-4)
/// let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
/// let result = try solver.minimize(objective, iterations: 500)
/// print(result.objective, result.gradientNorm, result.isConverged)
/// let solved = try objective.network(at: result.parameters)
/// ```
public protocol Solver: Sendable {
  /// What names it in records and messages.
  var name: String { get }

  /// Its settings by name. A training that goes on from a checkpoint must share them.
  var settings: [String: Double] { get }

  /// The norm of the gradient at which the parameters are good enough.
  var gradientTolerance: Double { get }

  /// Throws `invalidArgument` for settings that make no sense, `unsupported` for an objective that the
  /// solver is not made for.
  func validate(_ objective: Objective) throws(SoftmaxError)

  /// Does an iteration: moves to parameters of a lesser objective with ``SolverState/move(to:value:gradient:)``.
  ///
  /// It must depend on the state and the objective alone, so that a solve that is interrupted goes on
  /// with the same bits.
  ///
  /// - Returns: false where it finds none, with the parameters as they were.
  func iterate(_ state: inout SolverState, on objective: Objective) throws(SoftmaxError) -> Bool
}

/// Where a solver stands: its parameters, what the objective is there, and what it keeps for the next
/// iterations.
public struct SolverState: Sendable {
  /// The flat parameters.
  public private(set) var parameters: [Float]
  /// The objective there.
  public private(set) var value: Objective.Value
  /// Its gradient there.
  public private(set) var gradient: [Double]
  /// The length of the last step, in multiples of its direction, finite and greater than 0; 1 before the
  /// first.
  public var stepLength = 1.0
  /// How often the objective and its gradient were taken.
  public var evaluationCount: Int
  /// Numbers that are kept, by name.
  ///
  /// They may come from a file, whose numbers can be anything. `evaluations` and `stuck` are names of the
  /// library's.
  public var values: [String: Double] = [:]
  /// Vectors that are kept, laid out as the parameters.
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

  /// Moves to other parameters.
  ///
  /// - Parameters:
  ///   - parameters: where to.
  ///   - value: the objective there.
  ///   - gradient: its gradient there.
  /// - Precondition: there are as many of both as before.
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
