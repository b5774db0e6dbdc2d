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

  /// The upper bound of the objective's distance to its minimum, as a share of the objective, at or below
  /// which the solve has converged; nil if the gradient alone decides.
  ///
  /// It has an effect where ``SolverResult/objectiveGap`` is known. By default it is nil.
  var gapTolerance: Double? { get }

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

extension Solver {
  /// Nil: the gradient alone decides.
  public var gapTolerance: Double? { nil }
}
