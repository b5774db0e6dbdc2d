// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import KernelSweep
import Testing

/// A kernel on an instruction set that this machine has.
struct Variant: Sendable, CustomTestStringConvertible {
  let operation: Int32
  let isa: softmax_isa
  let testDescription: String

  static let all: [Variant] = [
    softmax_isa_scalar, softmax_isa_avx2, softmax_isa_avx512, softmax_isa_neon,
  ].flatMap { isa in
    guard let kernels = unsafe softmax_kernels_for(isa) else { return [Variant]() }
    let set = unsafe String(cString: kernels.pointee.name)
    return operationNames.enumerated().map {
      Variant(operation: Int32($0.offset), isa: isa, testDescription: "\($0.element) of \(set)")
    }
  }
}

/// The names of the operations in the sweep's list.
let operationNames: [String] = (0..<kernel_sweep_operation_count()).map {
  unsafe String(cString: kernel_sweep_operation_name($0))
}

/// What a sweep found; the message is empty where it passed.
private func sweep(
  _ operation: Int32, isa: softmax_isa, seed: UInt64, thorough: Bool
) -> (result: kernel_sweep_result, message: String) {
  var result = kernel_sweep_result()
  let options = kernel_sweep_options(seed: seed, thorough: thorough)
  var passed = false
  let message = unsafe String(unsafeUninitializedCapacity: 1024) { buffer in
    unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress else { return 0 }
      passed = unsafe kernel_sweep_run(
        operation, isa, options, &result, start, characters.count)
      return unsafe String(cString: start).utf8.count
    }
  }
  return (result, passed ? "" : "failed: " + message)
}

#if DEBUG
  private let isThorough = false
#else
  private let isThorough = true
#endif

@Suite("The kernels agree with the specification")
struct KernelSweepTests {
  @Test(
    "Bits equal the specification's at every size, misalignment and guard page",
    arguments: Variant.all)
  func bitsEqualTheSpecification(_ variant: Variant) {
    for seed: UInt64 in isThorough ? [1, 2, 3] : [1] {
      let (result, message) = sweep(
        variant.operation, isa: variant.isa, seed: seed, thorough: isThorough)
      #expect(message == "")
      #expect(result.cases > 3_000)
      #expect(result.values > result.cases)
    }
  }

  @Test(
    "Exponentials below a row's maximum equal the specification's over all floats",
    arguments: [softmax_isa_avx2, softmax_isa_avx512, softmax_isa_neon].filter {
      unsafe softmax_kernels_for($0) != nil
    }.map(\.rawValue))
  func exponentialsOfRowsEqualTheSpecification(_ isa: UInt32) throws {
    let kernels = unsafe try #require(softmax_kernels_for(softmax_isa(rawValue: isa)))
    let step = UInt32(isThorough ? 61 : 20_011)
    var x = [Float](repeating: 0, count: 1024)
    var bits: UInt32 = 0x8000_0000
    while bits < 0xff80_0000 {
      for column in 1..<512 {
        x[column] = Float(bitPattern: min(bits, 0xff80_0000))
        bits = bits.addingReportingOverflow(step).overflow ? .max : bits + step
      }
      var y = x
      unsafe kernels.pointee.softmax_rows(1, 1024, x, 1024, &y, 1024)
      let expected = Specification().softmax(Rows([x])).values
      try #require(y.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test("The list of the sweep holds every kernel of the table")
  func everyKernelIsSwept() {
    var kernels: [String] = []
    while let name = unsafe softmax_kernel_name(kernels.count) {
      kernels.append(unsafe String(cString: name))
    }
    #expect(Set(kernels).subtracting(operationNames).isEmpty)
    #expect(Set(operationNames).subtracting(kernels).isEmpty)
    #expect(operationNames.count == Set(operationNames).count)
    #expect(Set(kernels).symmetricDifference(recordedDigests.keys).isEmpty)
  }

  @Test(
    "The specification's results are those of every other machine and build",
    arguments: operationNames.indices)
  func digestsAreThoseOnRecord(_ operation: Int) {
    let (result, message) = sweep(
      Int32(operation), isa: softmax_isa_scalar, seed: 1, thorough: false)
    #expect(message == "")
    let digits = String(result.digest, radix: 16)
    let digest = String(repeating: "0", count: 16 - digits.count) + digits
    #expect(recordedDigests[operationNames[operation]] == digest)
  }

  @Test("A sweep of an instruction set that the machine lacks fails")
  func missingInstructionSetFails() {
    let lacking = [softmax_isa_avx512, softmax_isa_neon].filter {
      unsafe softmax_kernels_for($0) == nil
    }
    #expect(!lacking.isEmpty)
    for isa in lacking {
      #expect(sweep(0, isa: isa, seed: 1, thorough: false).message.contains("no such"))
    }
  }
}
