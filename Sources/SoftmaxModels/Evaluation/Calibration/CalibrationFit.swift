// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The mean log loss of calibrated rows plus the penalty of a method, and its minimum by Newton's method.
///
/// Both are convex in A and b. All sums are in double and ascending over the rows.
struct CalibrationFit: Sendable {
  // Nothing below this moves a probability.
  private static let ridge = 1e-6
  private static let greatestIterationCount = 100
  // A pair of classes whose second derivative is below this does not change the steps.
  private static let leastCurvature = 1e-10
  // The largest matrix of second derivatives, and the most work for it.
  private static let greatestParameterCount = 512
  private static let greatestWork = Double(sign: .plus, exponent: 34, significand: 1)

  private let method: CalibrationMethod
  private let scores: ClassScores
  private let labels: [Int]
  // The rows with a weight and these weights, which sum to 1.
  private let rows: [(row: Int, weight: Double)]
  private let classCount: Int
  // The number of parameters of a class: its row of A, or the element on the diagonal, and its intercept.
  private let width: Int

  /// - Parameter rows: the rows to fit the calibration to; some have a weight greater than 0.
  init(_ method: CalibrationMethod, _ evaluation: Evaluation, rows: [Int]) {
    self.method = method
    scores = evaluation.scores
    labels = evaluation.labels
    classCount = evaluation.classNames.count
    width = method.form == .diagonal ? 2 : classCount + 1
    let total = rows.reduce(0) { $0 + evaluation.weight(ofRow: $1) }
    self.rows = rows.compactMap { row in
      let weight = evaluation.weight(ofRow: row)
      return weight > 0 ? (row, weight / total) : nil
    }
  }

  /// Why the method is not fitted to these rows; nil if it is.
  ///
  /// - Parameter leastClassCount: the number of rows of the class that has the fewest.
  static func reasonAgainst(
    _ method: CalibrationMethod, rowCount: Int, classCount: Int, leastClassCount: Int
  ) -> String? {
    guard method.form != .scale else { return nil }
    let count = method.parameterCount(ofClasses: classCount)
    guard leastClassCount >= 10 else { return "a class has fewer than 10 rows" }
    guard count <= greatestParameterCount else { return "\(count) parameters are too many" }
    guard Double(rowCount) * Double(count) * Double(count) <= greatestWork else {
      return "\(rowCount) rows are too many for \(count) parameters"
    }
    return nil
  }

  /// Returns the calibration of the least value; nil if no finite one has it.
  func minimum() -> Calibration? {
    method.form == .scale ? bestTemperature() : bestMap()
  }

  // MARK: One temperature

  // A root of the derivative in s = 1 / T, which increases: by Newton's method, and by halves where that leaves the range.
  private func bestTemperature() -> Calibration? {
    var low = ElementaryFunctions.exponential(-10)
    var high = 1 / low
    // If every row is right, a lower temperature is always better.
    guard derivatives(at: high).first > 0 else { return nil }
    guard derivatives(at: low).first < 0 else {
      return Calibration(unchecked: [low], intercepts: [])
    }
    var scale = 1.0
    for _ in 0..<Self.greatestIterationCount {
      let (first, second) = derivatives(at: scale)
      if first > 0 { high = scale } else { low = scale }
      var next = scale - first / second
      if !(low < next && next < high) { next = (low * high).squareRoot() }
      let isClose = (next - scale).magnitude <= 1e-14 * scale
      scale = next
      if first == 0 || isClose { break }
    }
    return Calibration(unchecked: [scale], intercepts: [])
  }

  // The first and the second derivative of the mean log loss in the scale.
  private func derivatives(at scale: Double) -> (first: Double, second: Double) {
    var x = [Double](repeating: 0, count: classCount)
    var p = x
    var (first, second) = (0.0, 0.0)
    for (row, weight) in rows {
      scores.copyLogProbabilities(ofRow: row, into: &x)
      for index in x.indices { p[index] = scale * x[index] }
      _ = Self.softmax(&p)
      var (mean, square) = (0.0, 0.0)
      for index in x.indices {
        mean += p[index] * x[index]
        square += p[index] * x[index] * x[index]
      }
      first += weight * (mean - x[labels[row]])
      second += weight * max(0, square - mean * mean)
    }
    return (first, second)
  }

  // MARK: A diagonal or a matrix

  // What is known at some parameters. Parameters are by class: its row of A, then its intercept.
  private struct Point {
    var value = 0.0
    var gradient: [Double] = []
    // The lower triangle, in rows.
    var hessian: [Double] = []
  }

  private var parameterCount: Int { width * classCount }

  // The calibration that changes nothing.
  private var start: [Double] {
    var result = [Double](repeating: 0, count: parameterCount)
    for label in 0..<classCount { result[label * width + diagonalPlace(of: label)] = 1 }
    return result
  }

  private func diagonalPlace(of label: Int) -> Int { method.form == .diagonal ? 0 : label }

  // The second derivative of the penalty in each parameter, whose distance to the start is penalized.
  private var penalties: [Double] {
    (0..<parameterCount).map { index in
      let (label, place) = index.quotientAndRemainder(dividingBy: width)
      guard let penalty = method.penalty else { return Self.ridge }
      let count = Double(classCount)
      if place == width - 1 { return Self.ridge + 2 * penalty / count }
      return place == diagonalPlace(of: label)
        ? Self.ridge : Self.ridge + 2 * penalty / (count * (count - 1))
    }
  }

  private func bestMap() -> Calibration {
    let (origin, penalties) = (start, penalties)
    var parameters = origin
    for _ in 0..<Self.greatestIterationCount {
      let point = point(at: parameters, origin, penalties, hasDerivatives: true)
      var step = point.gradient.map { -$0 }
      guard Self.solve(point.hessian, &step) else { break }
      // Minus the square of Newton's decrement: twice what the step is expected to gain.
      let slope = zip(step, point.gradient).reduce(0) { $0 + $1.0 * $1.1 }
      var size = 1.0
      var next = parameters
      repeat {
        for index in next.indices { next[index] = parameters[index] + size * step[index] }
        let value = self.point(at: next, origin, penalties, hasDerivatives: false).value
        if value <= point.value + 1e-4 * size * slope { break }
        size /= 2
      } while size > 1e-9
      guard size > 1e-9 else { break }
      parameters = next
      if -slope <= 1e-14 { break }
    }
    return calibration(parameters)
  }

  private func calibration(_ parameters: [Double]) -> Calibration {
    let rows = (0..<classCount).map { parameters[$0 * width..<($0 + 1) * width] }
    return Calibration(
      unchecked: rows.flatMap { $0.dropLast() }, intercepts: rows.compactMap(\.last))
  }

  private func point(
    at parameters: [Double], _ origin: [Double], _ penalties: [Double], hasDerivatives: Bool
  ) -> Point {
    let count = parameterCount
    var point = Point()
    if hasDerivatives {
      point.gradient = [Double](repeating: 0, count: count)
      point.hessian = [Double](repeating: 0, count: count * count)
    }
    var x = [Double](repeating: 0, count: classCount)
    var p = x
    // What the parameters of a class are multiplied with: those of class k begin at k x stride.
    var factors = [Double](repeating: 1, count: method.form == .diagonal ? count : width)
    let stride = method.form == .diagonal ? width : 0
    for (row, weight) in rows {
      scores.copyLogProbabilities(ofRow: row, into: &x)
      for index in x.indices { factors[stride == 0 ? index : index * stride] = x[index] }
      for label in 0..<classCount {
        var sum = 0.0
        for place in 0..<width {
          sum += parameters[label * width + place] * factors[label * stride + place]
        }
        p[label] = sum
      }
      let own = p[labels[row]]
      point.value += weight * (Self.softmax(&p) - own)
      if hasDerivatives {
        add(p, factors, stride: stride, weight: weight, label: labels[row], to: &point)
      }
    }
    for index in 0..<count {
      let distance = parameters[index] - origin[index]
      point.value += penalties[index] * distance * distance / 2
      if hasDerivatives {
        point.gradient[index] += penalties[index] * distance
        point.hessian[index * count + index] += penalties[index]
      }
    }
    return point
  }

  // Adds the derivatives of a row of probabilities p: the logits' are p - y and diag p - p p^T.
  private func add(
    _ p: [Double], _ factors: [Double], stride: Int, weight: Double, label: Int,
    to point: inout Point
  ) {
    let count = parameterCount
    for k in 0..<classCount {
      let slope = weight * (p[k] - (k == label ? 1 : 0))
      for place in 0..<width {
        point.gradient[k * width + place] += slope * factors[k * stride + place]
      }
      for l in 0...k {
        let curvature = p[k] * ((k == l ? 1 : 0) - p[l])
        guard curvature.magnitude > Self.leastCurvature else { continue }
        for place in 0..<width {
          let factor = weight * curvature * factors[k * stride + place]
          let begin = (k * width + place) * count + l * width
          for other in 0...(k == l ? place : width - 1) {
            point.hessian[begin + other] += factor * factors[l * stride + other]
          }
        }
      }
    }
  }

  // Replaces logits by their softmax and returns the logarithm of the sum of their exponentials.
  private static func softmax(_ values: inout [Double]) -> Double {
    var greatest = values[0]
    for value in values { greatest = max(greatest, value) }
    var sum = 0.0
    for index in values.indices {
      values[index] = ElementaryFunctions.exponential(values[index] - greatest)
      sum += values[index]
    }
    for index in values.indices { values[index] /= sum }
    return greatest + ElementaryFunctions.logarithm(sum)
  }

  // Solves a symmetric system of equations, of which the lower triangle is given, by Cholesky's factor; returns false if
  // it is not positive definite.
  private static func solve(_ matrix: [Double], _ vector: inout [Double]) -> Bool {
    let n = vector.count
    var factor = matrix
    for row in 0..<n {
      for column in 0...row {
        var sum = factor[row * n + column]
        for k in 0..<column { sum -= factor[row * n + k] * factor[column * n + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return false }
          factor[row * n + row] = sum.squareRoot()
        } else {
          factor[row * n + column] = sum / factor[column * n + column]
        }
      }
      for k in 0..<row { vector[row] -= factor[row * n + k] * vector[k] }
      vector[row] /= factor[row * n + row]
    }
    for row in stride(from: n - 1, through: 0, by: -1) {
      for k in row + 1..<n { vector[row] -= factor[k * n + row] * vector[k] }
      vector[row] /= factor[row * n + row]
    }
    return true
  }
}
