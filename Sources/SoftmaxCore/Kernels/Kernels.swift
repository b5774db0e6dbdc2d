// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// The safe interface to the arithmetic in C.
///
/// Each method checks the shapes of its arguments, then calls one kernel, on the caller's thread. A wrong
/// shape is a precondition failure, not an error that is thrown. `docs/numerics.md` documents the order of
/// the sums.
@safe
package struct Kernels: @unchecked Sendable, BitwiseCopyable {
  let table: UnsafePointer<softmax_kernels>
  package let instructionSet: InstructionSet

  /// Selects the kernels of an instruction set; nil if this machine does not support it.
  package init?(_ set: InstructionSet) {
    guard let table = unsafe softmax_kernels_for(set.identifier) else { return nil }
    unsafe self.table = table
    instructionSet = set
  }

  /// The fastest kernels of this machine.
  package static let best: Kernels = {
    guard let kernels = InstructionSet.allCases.reversed().lazy.compactMap(Kernels.init).first
    else { preconditionFailure("the scalar kernels exist") }
    return kernels
  }()
}
