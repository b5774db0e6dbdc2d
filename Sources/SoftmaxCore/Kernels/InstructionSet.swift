// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A family of vector instructions that the arithmetic is compiled for.
///
/// All give the same bits; the choice changes the speed alone. Of those that a machine has, later
/// cases are faster.
///
/// ```swift
/// print(InstructionSet.best)                // avx512, on a processor that has it
/// ```
public enum InstructionSet: String, CaseIterable, Sendable, BitwiseCopyable,
  CustomStringConvertible
{
  /// Plain C, the specification of the others.
  case scalar
  /// NEON: 4 floats at a time.
  case neon
  /// AVX2 with fused multiply-add: 8 floats at a time.
  case avx2
  /// AVX-512 (F, DQ, BW, VL): 16 floats at a time.
  case avx512

  /// The name, as `SOFTMAX_ISA` takes it.
  public var description: String { rawValue }

  /// Whether the processor has it and the operating system lets it be used.
  public var isSupported: Bool { unsafe softmax_kernels_for(identifier) != nil }

  /// The fastest that this machine supports.
  public static var best: InstructionSet {
    allCases.last(where: \.isSupported) ?? .scalar
  }

  /// The one that the environment variable `SOFTMAX_ISA` asks for, else the best.
  ///
  /// - Throws: `invalidArgument` for a name that is none or that this machine lacks.
  public static func requested() throws(SoftmaxError) -> InstructionSet {
    guard let value = unsafe getenv("SOFTMAX_ISA") else { return best }
    let name = unsafe String(cString: value)
    guard !name.isEmpty else { return best }
    let supported = allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
    guard let set = InstructionSet(rawValue: name), set.isSupported else {
      throw SoftmaxError(
        .invalidArgument, "SOFTMAX_ISA is '\(name)', which this machine does not offer",
        remedy: "use one of \(supported), or leave it unset")
    }
    return set
  }

  var identifier: softmax_isa {
    switch self {
    case .scalar: softmax_isa_scalar
    case .avx2: softmax_isa_avx2
    case .avx512: softmax_isa_avx512
    case .neon: softmax_isa_neon
    }
  }
}
