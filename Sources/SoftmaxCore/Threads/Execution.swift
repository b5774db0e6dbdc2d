// SPDX-License-Identifier: Apache-2.0

/// How a computation runs: on how many threads, with which instructions, by which plan.
///
/// It changes the time that a computation takes and nothing else: all give the same bits.
package struct Execution: Sendable {
  /// Which training plan is laid out, where a network can have both.
  package enum Plan: String, CaseIterable, Sendable {
    /// The fast one.
    case fused
    /// Layer by layer, with stored gradients: what the tests compare the fused one with.
    case plain
  }

  /// The number of threads; nil for as many as help.
  package let threads: Int?
  /// The arithmetic of the chosen instruction set.
  package let kernels: Kernels
  package let plan: Plan

  /// The number of threads that work of any size is shared by.
  package var threadCount: Int { threads ?? WorkerTeam.processorCount }

  /// Describes a computation.
  ///
  /// - Parameters:
  ///   - threads: the number of threads; without it as many as help.
  ///   - instructionSet: which instructions; without it the fastest of the machine.
  /// - Throws: `invalidArgument` for threads outside of 1...1024 or for an instruction set that the
  ///   machine lacks.
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
}
