// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// A family of vector instructions for which the arithmetic is compiled.
///
/// All instruction sets give the same bits, so the choice affects only the speed. Among those that a
/// machine supports, later cases are faster.
///
/// ```swift
/// print(InstructionSet.best)                // avx512, on a processor that has it
/// ```
public enum InstructionSet: String, CaseIterable, Sendable, BitwiseCopyable,
  CustomStringConvertible
{
  /// Plain C loops, the specification of the other sets.
  case scalar
  /// NEON: 4 floats at a time.
  case neon
  /// AVX2 with fused multiply-add: 8 floats at a time.
  case avx2
  /// AVX-512 (F, DQ, BW, VL): 16 floats at a time.
  case avx512

  /// The name, as the command accepts it in the environment variable `SOFTMAX_ISA`.
  public var description: String { rawValue }

  /// Whether the processor has these instructions and the operating system supports their use.
  package var isSupported: Bool { unsafe softmax_kernels_for(identifier) != nil }

  /// The fastest instruction set that this machine supports.
  public static var best: InstructionSet { Kernels.best.instructionSet }

  var identifier: softmax_isa {
    switch self {
    case .scalar: softmax_isa_scalar
    case .avx2: softmax_isa_avx2
    case .avx512: softmax_isa_avx512
    case .neon: softmax_isa_neon
    }
  }
}
