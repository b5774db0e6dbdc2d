// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A quadratic function plus weighted magnitudes, q(x) = <g, x - x0> + 1/2 (x - x0)^T H (x - x0) + sum t_i |x_i|,
/// and its minimization.
///
/// Coordinate descent finds which x_i are 0: it minimizes q exactly along one coordinate after another. Where
/// columns are correlated it is slow to find the others, so between two sweeps conjugate gradients minimize q
/// over the x_i that are not 0, with their signs kept, and a search along the step follows on which an x_i that
/// would change its sign stays at 0. Source: Moré and Toraldo, "On the solution of large quadratic programming
/// problems with bound constraints", SIAM Journal on Optimization 1, 1991.
///
/// For n coordinates of which m are not 0 a sweep and a product cost n m multiplications. All sums have a fixed
/// order.
struct PenalizedQuadratic {
  private let hessian: DoubleMatrixView
  private let diagonal: [Double]
  private let thresholds: [Double]
  private let kernels: Kernels
  private let arena = Arena()
  private var x: [Double]
  // The gradient of the quadratic function at x.
  private let slopes: DoubleMatrixView
  // The products of the Hessian with a direction, and with a step along several of them.
  private let product: DoubleMatrixView
  private let change: DoubleMatrixView
  private let factor: DoubleMatrixView

  private static let greatestRoundCount = 100
  private static let rounding = 1e-14
  // The greatest number of steps between two sweeps.
  private static let greatestStepCount = 50
  // The factor by which conjugate gradients reduce their residual, and the greatest number of products.
  private static let reduction = 1e-2
  private static let greatestProductCount = 250

  /// Creates a function.
  ///
  /// - Parameters:
  ///   - hessian: H, positive definite.
  ///   - slopes: g, the gradient of the quadratic function at x0.
  ///   - thresholds: t, at least 0.
  ///   - start: x0.
  ///   - kernels: the kernels.
  init(
    hessian: DoubleMatrixView, slopes: [Double], thresholds: [Double], start: [Double],
    kernels: Kernels
  ) {
    let count = start.count
    self.hessian = hessian
    self.thresholds = thresholds
    self.kernels = kernels
    diagonal = (0..<count).map { hessian[$0, $0] }
    x = start
    self.slopes = arena.doubles(rowCount: 1, columnCount: count)
    product = arena.doubles(rowCount: 1, columnCount: count)
    change = arena.doubles(rowCount: 1, columnCount: count)
    factor = arena.doubles(rowCount: 1, columnCount: 1)
    for (index, slope) in slopes.enumerated() { self.slopes[0, index] = slope }
  }

  /// Returns x where the residual has shrunk by a factor, or where rounding ends its decrease.
  ///
  /// The residual is the norm of the least subgradient, each element divided by the root of the diagonal of H.
  mutating func minimizer(tolerance: Double) -> [Double] {
    defer { withExtendedLifetime(arena) {} }
    // The slopes at the minimum are the thresholds, which cancel up to rounding.
    let terms = x.indices.reduce(0) { $0 + slopes[0, $1] * slopes[0, $1] / diagonal[$1] }
    let goal = max(tolerance * residual, Self.rounding * terms.squareRoot())
    for _ in 0..<Self.greatestRoundCount {
      for _ in 0..<2 { sweep() }
      guard residual > goal else { break }
      // A coordinate that has become 0 moves again only after the minimum over the others, since the sweep would
      // otherwise undo a short step.
      for _ in 0..<Self.greatestStepCount {
        if descendOnSupport() { break }
      }
      guard residual > goal else { break }
    }
    return x
  }

  private var residual: Double {
    var sum = 0.0
    for index in x.indices {
      let slope = leastSubgradient(at: index)
      sum += slope * slope / diagonal[index]
    }
    return sum.squareRoot()
  }

  private func leastSubgradient(at index: Int) -> Double {
    PenalizedQuadratic.leastSubgradient(
      slope: slopes[0, index], value: x[index], threshold: thresholds[index])
  }

  /// Returns the element of the least magnitude among slope + threshold s, where s is a subgradient of |value|.
  static func leastSubgradient(slope: Double, value: Double, threshold: Double) -> Double {
    guard value == 0 else { return value > 0 ? slope + threshold : slope - threshold }
    return slope > threshold
      ? slope - threshold : slope < -threshold ? slope + threshold : 0
  }

  private func add(row: Int, times value: Double, to sum: DoubleMatrixView) {
    factor[0, 0] = value
    kernels.add(productOf: factor, hessian.rows(row..<row + 1), to: sum)
  }

  // Minimizes along each coordinate.
  private mutating func sweep() {
    for index in x.indices {
      let center = x[index] - slopes[0, index] / diagonal[index]
      let threshold = thresholds[index] / diagonal[index]
      let next =
        center > threshold ? center - threshold : center < -threshold ? center + threshold : 0
      let step = next - x[index]
      guard step != 0 else { continue }
      x[index] = next
      add(row: index, times: step, to: slopes)
    }
  }

  // Minimizes over the coordinates that are not 0 or have no threshold, along a step whose coordinates end at 0
  // where they would change their signs; returns whether none does.
  private mutating func descendOnSupport() -> Bool {
    let support = x.indices.filter { x[$0] != 0 || thresholds[$0] == 0 }
    var step = conjugateGradients(on: support)
    let signs = x.map { $0 > 0 ? 1.0 : $0 < 0 ? -1 : 0 }
    // The lengths at which a coordinate becomes 0.
    var zeros: [(length: Double, index: Int)] = support.compactMap { index in
      guard thresholds[index] > 0, step[index] * signs[index] < 0 else { return nil }
      let length = -x[index] / step[index]
      return length <= 1 ? (length, index) : nil
    }
    zeros.sort { $0.length < $1.length || $0.length == $1.length && $0.index < $1.index }
    var begin = 0.0
    for place in 0...zeros.count {
      let zero = place < zeros.count ? zeros[place] : nil
      var (slope, curvature) = (0.0, 0.0)
      for index in support {
        slope += step[index] * (slopes[0, index] + thresholds[index] * signs[index])
        curvature += step[index] * change[0, index]
      }
      guard slope < 0 else { break }
      // Up to where the function is least in this piece.
      let rest = (zero?.length ?? 1) - begin
      let length = curvature > 0 ? min(rest, -slope / curvature) : rest
      for index in support { x[index] += length * step[index] }
      for index in x.indices { slopes[0, index] += length * change[0, index] }
      guard length == rest, let zero else { break }
      begin = zero.length
      x[zero.index] = 0
      add(row: zero.index, times: -step[zero.index], to: change)
      step[zero.index] = 0
    }
    return zeros.isEmpty
  }

  // Returns the step that reduces the residual over the support, and leaves its product with H in `change`.
  private func conjugateGradients(on support: [Int]) -> [Double] {
    var step = [Double](repeating: 0, count: x.count)
    var remainder = step
    var search = step
    change.fill(0)
    for index in support {
      remainder[index] = -leastSubgradient(at: index)
      search[index] = remainder[index] / diagonal[index]
    }
    var square = support.reduce(0) { $0 + remainder[$1] * search[$1] }
    let goal = square * Self.reduction * Self.reduction
    for _ in 0..<Self.greatestProductCount {
      guard square > goal, square > 0 else { break }
      product.fill(0)
      for index in support { add(row: index, times: search[index], to: product) }
      let curvature = support.reduce(0) { $0 + search[$1] * product[0, $1] }
      guard curvature > 0 else { break }
      let length = square / curvature
      for index in x.indices { change[0, index] += length * product[0, index] }
      var next = 0.0
      for index in support {
        step[index] += length * search[index]
        remainder[index] -= length * product[0, index]
        next += remainder[index] * remainder[index] / diagonal[index]
      }
      for index in support {
        search[index] = remainder[index] / diagonal[index] + next / square * search[index]
      }
      square = next
    }
    return step
  }
}
