// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A quadratic model plus thresholds times magnitudes, whose Hessian is known by its products alone, among the points
/// where no coordinate changes its sign.
///
/// There the magnitudes are linear, and the model is a quadratic function with bounds. Steps along the projected
/// gradient find the coordinates that become 0, conjugate gradients the values of the others. Each step makes the
/// model less, so the direction from the start to the end is one of descent. Source: Moré and Toraldo, "On the
/// solution of large quadratic programming problems with bound constraints", SIAM Journal on Optimization 1, 1991.
struct SignedQuadratic {
  typealias Product = ([Double]) throws(SoftmaxError) -> [Double]

  private var values: [Double]
  /// That of the model with the thresholds.
  private var gradient: [Double]
  /// 1 or -1, and 0 for a coordinate that may have any sign.
  private let signs: [Double]
  private let vectors: VectorTeam
  private let greatestProductCount: Int
  private let ofHessian: Product
  private(set) var productCount = 0

  // The factor by which conjugate gradients reduce the square of the residual, until the zeros are looked at again.
  private static let reduction = 0.01
  // The lengths that are tried along a projected path, each a quarter of the one before.
  private static let trialCount = 4

  /// Prepares the minimization.
  ///
  /// - Parameters:
  ///   - values: the start.
  ///   - gradient: the gradient of the model with the thresholds at the start, for the signs.
  ///   - signs: the sign that each coordinate may have, 0 for any.
  ///   - ofHessian: returns the product of the Hessian with a vector.
  init(
    values: [Double], gradient: [Double], signs: [Double], vectors: VectorTeam,
    greatestProductCount: Int, ofHessian: @escaping Product
  ) {
    self.values = values
    self.gradient = gradient
    self.signs = signs
    self.vectors = vectors
    self.greatestProductCount = greatestProductCount
    self.ofHessian = ofHessian
  }

  /// Returns a point whose projected gradient is at most a share of that at the start.
  mutating func minimizer(tolerance: Double) throws(SoftmaxError) -> [Double] {
    var goal: Double?
    while productCount < greatestProductCount {
      // Down the gradient, but not from 0 to the wrong side.
      let search = values.indices.map { index in
        values[index] == 0 && gradient[index] * signs[index] > 0 ? 0 : -gradient[index]
      }
      let square = vectors.product(search, search)
      let end = goal ?? square * tolerance * tolerance
      goal = end
      guard square > end else { break }
      let product = try product(search)
      let curvature = vectors.product(search, product)
      guard curvature > 0,
        try step(along: search, product, length: square / curvature),
        try stepOfConjugateGradients()
      else { break }
    }
    return values
  }

  private mutating func product(_ vector: [Double]) throws(SoftmaxError) -> [Double] {
    productCount += 1
    return try ofHessian(vector)
  }

  /// Minimizes over the coordinates that are not 0 or may have any sign, then steps towards that point.
  private mutating func stepOfConjugateGradients() throws(SoftmaxError) -> Bool {
    let isFree = values.indices.map { signs[$0] == 0 || values[$0] != 0 }
    var residual = values.indices.map { isFree[$0] ? -gradient[$0] : 0 }
    var direction = [Double](repeating: 0, count: values.count)
    var ofDirection = direction
    var search = residual
    var square = vectors.product(residual, residual)
    guard square > 0 else { return true }
    let goal = square * Self.reduction
    while square > goal, productCount < greatestProductCount {
      let product = try product(search)
      let curvature = vectors.product(search, product)
      guard curvature > 0 else { break }
      let length = square / curvature
      vectors.add(search, times: length, to: &direction)
      vectors.add(product, times: length, to: &ofDirection)
      for index in values.indices where isFree[index] {
        residual[index] -= length * product[index]
      }
      let next = vectors.product(residual, residual)
      vectors.scale(&search, by: next / square, adding: residual)
      square = next
    }
    return try step(along: direction, ofDirection, length: 1)
  }

  /// Moves along a direction whose product is known, with coordinates that would change their sign left at 0, as far
  /// as the model becomes less; returns false if it does not.
  private mutating func step(
    along direction: [Double], _ product: [Double], length: Double
  ) throws(SoftmaxError) -> Bool {
    // Up to the first coordinate that becomes 0 no product is needed.
    var free = length
    for index in values.indices where values[index] != 0 && signs[index] != 0 {
      guard (values[index] + free * direction[index]) * signs[index] < 0 else { continue }
      free = -values[index] / direction[index]
    }
    let slope = vectors.product(gradient, direction)
    let change = free * slope + free * free / 2 * vectors.product(direction, product)
    guard change < 0 else { return false }
    var trial = length
    for _ in 0..<Self.trialCount where free < length && productCount < greatestProductCount {
      let move = end(of: direction, length: trial).enumerated().map { $1 - values[$0] }
      let ofMove = try self.product(move)
      if vectors.product(gradient, move) + vectors.product(move, ofMove) / 2 <= change {
        values = end(of: direction, length: trial)
        vectors.add(ofMove, times: 1, to: &gradient)
        return true
      }
      trial /= 4
      guard trial > free else { break }
    }
    values = end(of: direction, length: free)
    vectors.add(product, times: free, to: &gradient)
    return true
  }

  private func end(of direction: [Double], length: Double) -> [Double] {
    values.indices.map { index in
      let end = values[index] + length * direction[index]
      return end * signs[index] < 0 ? 0 : end
    }
  }
}
