// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Foundation
import Testing

extension Specification {
  func gelu(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.gelu($0, $1, $2) } }

  func silu(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.silu($0, $1, $2) } }

  func selu(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.selu($0, $1, $2) } }

  func elu(_ x: [Float], alpha: Float = 1) -> [Float] {
    unsafe mapped(x) { unsafe kernels.elu($0, alpha, $1, $2) }
  }

  func leakyReLU(_ x: [Float], slope: Float) -> [Float] {
    unsafe mapped(x) { unsafe kernels.leaky_relu($0, slope, $1, $2) }
  }

  /// The mixtures of two matrices, and their differences.
  func mixture(_ f: Rows, _ x: Rows, _ a: [Float]) -> (y: Rows, h: Rows) {
    var (y, h) = (x, x)
    unsafe kernels.mix_columns(
      x.rowCount, x.columnCount, f.values, f.columnCount, x.values, x.columnCount, a, &h.values,
      h.columnCount, &y.values, y.columnCount)
    return (y, h)
  }

  /// The slopes: the gradients of ones.
  func geluSlope(_ x: [Float]) -> [Float] {
    unsafe mapped(x.map { _ in 1 }) { unsafe kernels.gelu_gradient($0, x, $1, $2) }
  }

  func seluSlope(_ y: [Float]) -> [Float] {
    unsafe mapped(y.map { _ in 1 }) { unsafe kernels.selu_gradient($0, y, $1, $2) }
  }

  func siluSlope(_ x: [Float]) -> [Float] {
    unsafe mapped(x.map { _ in 1 }) { unsafe kernels.silu_gradient($0, x, $1, $2) }
  }

  func moments(_ x: Rows, chunk: Int) -> (mean: [Float], variance: [Float]) {
    var mean = [Float](repeating: .nan, count: x.columnCount)
    var variance = mean
    unsafe kernels.column_moments(
      x.rowCount, x.columnCount, chunk, x.values, x.columnCount, &mean, &variance)
    return (mean, variance)
  }

  func dropoutMask(
    _ count: Int, key: (UInt32, UInt32), stream: (UInt32, UInt32), counter: UInt64,
    threshold: UInt32, scale: Float
  ) -> [Float] {
    var mask = [Float](repeating: .nan, count: count)
    unsafe kernels.dropout_mask(
      count, key.0, key.1, stream.0, stream.1, counter, threshold, scale, &mask)
    return mask
  }
}

private let seluScale = 1.0507009873554804934193349852946
private let seluAlpha = 1.6732632423543772848170429916717

@Suite("Kernels of layers")
struct LayerKernelTests {
  static let functions = [
    ElementaryFunction(
      testDescription: "gelu", bound: 10, exact: { $0 / 2 * erfc(-$0 / 2.0.squareRoot()) },
      kernel: { Specification().gelu($0) }),
    ElementaryFunction(
      testDescription: "silu", bound: 4, exact: { $0 / (1 + exp(-$0)) },
      kernel: { Specification().silu($0) }),
    ElementaryFunction(
      testDescription: "elu", bound: 2, exact: { $0 > 0 ? $0 : expm1($0) },
      kernel: { Specification().elu($0) }),
    ElementaryFunction(
      testDescription: "selu", bound: 3,
      exact: { $0 > 0 ? seluScale * $0 : seluScale * seluAlpha * expm1($0) },
      kernel: { Specification().selu($0) }),
  ]

  // Every so many floats; where the results of GELU and SiLU are subnormal, a factor of x stands
  // before the error of a subnormal probability.
  @Test("Errors are within the stated bounds", arguments: functions)
  func errorIsWithinBound(_ function: ElementaryFunction) {
    #if DEBUG
      let step: UInt32 = 60_013
    #else
      let step: UInt32 = 997
    #endif
    var greatest = (error: 0.0, argument: Float(0))
    for begin in stride(from: UInt32(0), to: 0x7f80_0000 - (step << 10), by: Int(step << 10)) {
      for sign in [UInt32(0), 0x8000_0000] {
        let x = (0..<1024).map { Float(bitPattern: begin + UInt32($0) * step | sign) }
        for (x, y) in zip(x, function.kernel(x)) where abs(function.exact(Double(x))) > 0x1p-118 {
          let error = function.error(of: y, at: x)
          if error > greatest.error { greatest = (error, x) }
        }
      }
    }
    #expect(greatest.error <= function.bound, "at \(greatest.argument)")
    #expect(greatest.error > 0.4)
  }

  @Test("Slopes of GELU and SiLU are within 1e-6 of the exact ones")
  func slopesAreWithinTheirBound() {
    let x = stride(from: Float(-20), through: 20, by: 0.0137).map { $0 }
    for (x, (gelu, silu)) in zip(
      x, zip(Specification().geluSlope(x), Specification().siluSlope(x)))
    {
      let d = Double(x)
      let s = 1 / (1 + exp(-d))
      let exact = erfc(-d / 2.0.squareRoot()) / 2 + d * exp(-d * d / 2) / (2 * .pi).squareRoot()
      #expect(abs(Double(gelu) - exact) <= 1e-6)
      #expect(abs(Double(silu) - s * (1 + d * (1 - s))) <= 1e-6)
    }
  }

  @Test("Slopes of SELU are within 1e-6 of the exact ones")
  func slopesOfSELUAreWithinTheirBound() {
    let x = stride(from: Float(-20), through: 20, by: 0.0137).map { $0 }
    for (x, slope) in zip(x, Specification().seluSlope(Specification().selu(x))) {
      let exact = x > 0 ? seluScale : seluScale * seluAlpha * exp(Double(x))
      #expect(abs(Double(slope) - exact) <= 1e-6)
    }
  }

  @Test("A mixture is the argument plus a share of the difference, rounded once")
  func mixturesAreThoseOfTheFormula() {
    var sample = SampleValues(seed: 33)
    let (f, x) = (
      Rows(5, 7) { _, _ in sample.array(1, scale: 3)[0] },
      Rows(5, 7) { _, _ in sample.array(1, scale: 3)[0] }
    )
    let a = sample.array(7, scale: 2)
    let (y, h) = Specification().mixture(f, x, a)
    for row in 0..<5 {
      for column in 0..<7 {
        let difference = f[row, column] - x[row, column]
        #expect(h[row, column] == difference)
        #expect(y[row, column] == x[row, column].addingProduct(difference, a[column]))
      }
    }
  }

  @Test("Activations of infinities are their limits")
  func specialValues() {
    let x: [Float] = [.infinity, -.infinity, 0, 1e30, -1e30]
    let none: Float = -0.0
    #expect(bits(Specification().gelu(x)) == bits([.infinity, none, 0, 1e30, none]))
    #expect(bits(Specification().silu(x)) == bits([.infinity, none, 0, 1e30, none]))
    #expect(bits(Specification().elu(x, alpha: 2)) == bits([.infinity, -2, 0, 1e30, -2]))
    #expect(
      bits(Specification().leakyReLU(x, slope: 0.5))
        == bits([.infinity, -.infinity, 0, 1e30, -5e29]))
    #expect(
      bits(Specification().selu(x))
        == bits([
          .infinity, -Float(seluScale * seluAlpha), 0, Float(seluScale) * 1e30,
          -Float(seluScale * seluAlpha),
        ]))
    #expect(Specification().geluSlope(x) == [1, 0, 0.5, 1, 0])
    #expect(Specification().siluSlope(x) == [1, 0, 0.5, 1, 0])
    for y in [
      Specification().gelu([.nan]), Specification().silu([.nan]), Specification().elu([.nan]),
      Specification().selu([.nan]),
      Specification().leakyReLU([.nan], slope: 0.5),
    ] {
      #expect(y[0].isNaN)
    }
  }

  @Test("Moments are sums over chunks of rows, in the chunks' tree")
  func momentsAreInTheStatedOrder() {
    var sample = SampleValues(seed: 31)
    let x = Rows(11, 3) { _, _ in sample.array(1, scale: 3)[0] + 5 }
    func sum(_ terms: [Float], squared: Bool) -> Float {
      // Chunks of 4, 4 and 3 rows: (first + second) + third.
      let chunks = [0..<4, 4..<8, 8..<11].map { rows in
        rows.reduce(Float(0)) {
          squared ? $0.addingProduct(terms[$1], terms[$1]) : $0 + terms[$1]
        }
      }
      return (chunks[0] + chunks[1]) + chunks[2]
    }
    let (mean, variance) = Specification().moments(x, chunk: 4)
    for column in 0..<3 {
      let values = (0..<11).map { x[$0, column] }
      let center = sum(values, squared: false) / 11
      #expect(mean[column] == center)
      #expect(variance[column] == sum(values.map { $0 - center }, squared: true) / 11)
    }
  }

  @Test("A mask is drawn from Philox at the places of its elements", arguments: [0, 1, 3, 4, 18])
  func masksAreThoseOfPhilox(count: Int) {
    let key: (UInt32, UInt32) = (7, 11)
    let counter: UInt64 = 3 << 40 | 0xffff_fffe
    let mask = Specification().dropoutMask(
      count, key: key, stream: (5, 3), counter: counter, threshold: 0x8000_0000, scale: 2)
    for (place, value) in mask.enumerated() {
      let block = counter + UInt64(place / 4)
      let words = philox(
        counter: (UInt32(truncatingIfNeeded: block), UInt32(block >> 32), 5, 3), key: key)
      #expect(value == (words[place % 4] < 0x8000_0000 ? 0 : 2))
    }
  }

  @Test("So many elements are dropped as the threshold says")
  func masksHaveTheirRate() {
    let count = 100_000
    let mask = Specification().dropoutMask(
      count, key: (1, 2), stream: (3, 4), counter: 0, threshold: UInt32(0.2 * 0x1p32), scale: 1.25)
    let dropped = Double(mask.count { $0 == 0 })
    #expect(abs(dropped - 20_000) < 4 * (Double(count) * 0.2 * 0.8).squareRoot())
    #expect(Set(mask) == [0, 1.25])
  }
}
