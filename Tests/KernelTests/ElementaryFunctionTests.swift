// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A function of the kernels beside the same in double precision.
struct ElementaryFunction: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bound: Double
  let exact: @Sendable (Double) -> Double
  let kernel: @Sendable ([Float]) -> [Float]

  /// The bounds are those that elementary.h states.
  static let all = [
    ElementaryFunction(
      testDescription: "exp", bound: 1, exact: { Foundation.exp($0) },
      kernel: { Specification().exponential($0) }),
    ElementaryFunction(
      testDescription: "log", bound: 1, exact: { Foundation.log($0) },
      kernel: { Specification().logarithm($0) }),
    // Of x within 0...1 alone.
    ElementaryFunction(
      testDescription: "log1p", bound: 2, exact: { 0 <= $0 && $0 <= 1 ? Foundation.log1p($0) : 0 },
      kernel: { x in zip(x, Specification().log1p(x)).map { 0 <= $0 && $0 <= 1 ? $1 : 0 } }),
    ElementaryFunction(
      testDescription: "softplus", bound: 2,
      exact: { max($0, 0) + Foundation.log1p(Foundation.exp(-abs($0))) },
      kernel: { Specification().softplus($0) }),
    ElementaryFunction(
      testDescription: "tanh", bound: 2, exact: { Foundation.tanh($0) },
      kernel: { Specification().tanh($0) }),
    ElementaryFunction(
      testDescription: "sigmoid", bound: 3, exact: { exactSigmoid($0) },
      kernel: { Specification().sigmoid($0) }),
  ]

  private static func exactSigmoid(_ x: Double) -> Double {
    let e = Foundation.exp(-abs(x))
    return (x < 0 ? e : 1) / (1 + e)
  }

  /// The error in units of the last place of a float; infinity counts as the float after the last.
  func error(of y: Float, at x: Float) -> Double {
    let exact = exact(Double(x))
    if exact.isNaN || y.isNaN { return exact.isNaN && y.isNaN ? 0 : .infinity }
    let limited = max(min(exact, 0x1p128), -0x1p128)
    let actual = y.isInfinite ? (y > 0 ? 0x1p128 : -0x1p128) : Double(y)
    let exponent = limited == 0 ? -126 : min(max(Int(limited.exponent), -126), 127)
    return abs(actual - limited) / Double(sign: .plus, exponent: exponent - 23, significand: 1)
  }
}

#if DEBUG
  private let bitPatternStep = 20_011
#else
  private let bitPatternStep = 499
#endif

@Suite("Elementary functions stay within their bounds")
struct ElementaryFunctionTests {
  let specification = Specification()

  @Test("The error is within the bound over all floats", arguments: ElementaryFunction.all)
  func errorIsWithinBound(_ function: ElementaryFunction) {
    var greatest = (error: 0.0, argument: Float(0))
    for first in stride(from: 0, to: 1 << 32, by: bitPatternStep << 12) {
      let last = min(first + bitPatternStep << 12, 1 << 32)
      let x = stride(from: first, to: last, by: bitPatternStep).map {
        Float(bitPattern: UInt32($0))
      }
      measure(function, x, &greatest)
    }
    #expect(greatest.error <= function.bound, "at \(greatest.argument)")
    // A measure that finds no error at all would find none in a wrong function either.
    #expect(greatest.error > 0.4)
  }

  @Test(
    "The error is within the bound where the functions change their branch",
    arguments: ElementaryFunction.all)
  func errorIsWithinBoundAtEdges(_ function: ElementaryFunction) {
    let edges: [Float] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1, 2, 0.5, 0.625,
      0.70710677, 1.4142135, 0.41421357, 0.42857, 17, 16.635532, 43, 87.33654, 88.02969, 88.72284,
      89, 103.27893,
      103.97208, 104.5, 1e30, 0.34657359, 1.0397208, 2.7182817,
    ]
    var greatest = (error: 0.0, argument: Float(0))
    for edge in edges {
      let near = (-200...200).map { Float(bitPattern: edge.bitPattern &+ UInt32(bitPattern: $0)) }
      measure(function, near + near.map(-), &greatest)
    }
    #expect(greatest.error <= function.bound, "at \(greatest.argument)")
  }

  @Test("exp of zeros is 1, of the infinities 0 and infinity")
  func exponentialOfSpecialValues() {
    let y = specification.exponential([0, -0, .infinity, -.infinity, -105, 89, 1e30, -1e30])
    #expect(bits(y) == bits([1, 1, .infinity, 0, 0, .infinity, .infinity, 0]))
    #expect(specification.exponential([.nan, -.nan]).map(\.isNaN) == [true, true])
  }

  @Test("log of 1 is +0, of zeros -inf, of what is negative NaN")
  func logarithmOfSpecialValues() {
    let y = specification.logarithm([1, 0, -0, .infinity])
    #expect(bits(y) == bits([0, -.infinity, -.infinity, .infinity]))
    let x: [Float] = [-1, -.leastNonzeroMagnitude, -.infinity, .nan]
    #expect(specification.logarithm(x).map(\.isNaN) == [true, true, true, true])
  }

  @Test("tanh is odd, keeps the sign of zero and ends at 1")
  func tanhOfSpecialValues() {
    var sample = SampleValues(seed: 5)
    let x = sample.array(1000, scale: 12)
    #expect(bits(specification.tanh(x.map(-))) == bits(specification.tanh(x).map(-)))
    let y = specification.tanh([0, -0, .infinity, -.infinity, .leastNonzeroMagnitude])
    #expect(bits(y) == bits([0, -0, 1, -1, .leastNonzeroMagnitude]))
    #expect(specification.tanh([.nan])[0].isNaN)
  }

  @Test("The logistic function is 1/2 at zeros and ends at 0 and 1")
  func sigmoidOfSpecialValues() {
    let y = specification.sigmoid([0, -0, .infinity, -.infinity, 1e30, -1e30])
    #expect(bits(y) == bits([0.5, 0.5, 1, 0, 1, 0]))
    #expect(specification.sigmoid([.nan])[0].isNaN)
  }

  @Test("Softplus of zeros is ln 2, of the infinities 0 and infinity")
  func softplusOfSpecialValues() {
    let y = specification.softplus([0, -0, .infinity, -.infinity, 1e30, -1e30])
    let logTwo = specification.logarithm([2])[0]
    #expect(bits(y) == bits([logTwo, logTwo, .infinity, 0, 1e30, 0]))
    #expect(specification.softplus([.nan])[0].isNaN)
  }

  @Test("log1p of 0 and of what is tiny is itself")
  func logarithmOfOneAndLittle() {
    let x: [Float] = [0, .leastNonzeroMagnitude, 1e-30, 1e-10]
    #expect(bits(specification.log1p(x)) == bits(x))
  }

  @Test("ReLU keeps what is positive and NaN; the rest becomes +0")
  func reluOfSpecialValues() {
    let y = specification.relu([2, -2, 0, -0, .infinity, -.infinity, .leastNonzeroMagnitude])
    #expect(bits(y) == bits([2, 0, 0, 0, .infinity, 0, .leastNonzeroMagnitude]))
    #expect(specification.relu([.nan])[0].isNaN)
  }

  @Test("Gradients of activations come from the function's value")
  func gradientsFromValues() {
    var sample = SampleValues(seed: 9)
    let y = sample.array(500)
    let dy = sample.array(500, scale: 3)
    let pairs = zip(y, dy)
    #expect(specification.reluGradient(y, dy) == pairs.map { $0 > 0 ? $1 : 0 })
    #expect(
      specification.tanhGradient(y, dy) == pairs.map { $1 * Float(1).addingProduct(-$0, $0) })
    #expect(specification.sigmoidGradient(y, dy) == pairs.map { $1 * ($0 * (1 - $0)) })
    #expect(specification.reluGradient([0, -0], [5, 5]) == [0, 0])
  }

  private func measure(
    _ function: ElementaryFunction, _ x: [Float], _ greatest: inout (error: Double, argument: Float)
  ) {
    for (x, y) in zip(x, function.kernel(x)) {
      let error = function.error(of: y, at: x)
      if error > greatest.error { greatest = (error, x) }
    }
  }
}
