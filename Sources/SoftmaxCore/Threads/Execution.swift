// SPDX-License-Identifier: Apache-2.0

/// The number of threads, the instruction set and the training plan of a computation.
///
/// These settings affect only the time of a computation: all of them give the same bits.
package struct Execution: Sendable {
  /// The kind of training plan; networks that the fused plan does not support use the plain plan.
  package enum Plan: String, CaseIterable, Sendable {
    /// The fast plan, which combines the operations of several layers and updates in one pass.
    case fused
    /// The plan that computes layer by layer and stores the gradients; tests compare the fused plan with it.
    case plain
  }

  /// The requested number of threads; nil if each computation chooses the number.
  package let threads: Int?
  /// The kernels of the chosen instruction set.
  package let kernels: Kernels
  package let plan: Plan

  /// The number of threads for work that is large enough: the requested number or that of the processors.
  package var threadCount: Int { threads ?? WorkerTeam.processorCount }

  /// Creates the settings of a computation.
  ///
  /// - Parameters:
  ///   - threads: the number of threads, or nil to let each computation choose it.
  ///   - instructionSet: the instruction set, or nil for the fastest that the machine supports.
  ///   - plan: the training plan.
  /// - Throws: `invalidArgument` for a number of threads outside of 1...1024 or an instruction set that
  ///   the machine does not support.
  package init(
    threads: Int? = nil, instructionSet: InstructionSet? = nil, plan: Plan = .fused
  ) throws(SoftmaxError) {
    try WorkerTeam.validate(threadCount: threads)
    guard let kernels = instructionSet.map(Kernels.init) ?? .best else {
      throw SoftmaxError(
        .invalidArgument,
        "this machine does not offer the instruction set \(instructionSet?.description ?? "")")
    }
    self.threads = threads
    self.kernels = kernels
    self.plan = plan
  }

  private init(threads: Int, kernels: Kernels, plan: Plan) {
    self.threads = threads
    self.kernels = kernels
    self.plan = plan
  }

  /// Returns the same settings with another number of threads, at least 1.
  package func limited(to threads: Int) -> Execution {
    Execution(threads: threads, kernels: kernels, plan: plan)
  }
}
