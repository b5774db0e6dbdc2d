// SPDX-License-Identifier: Apache-2.0

/// The vectors of conjugate gradients in floats, each as a matrix with a row for each input and a column for each
/// class, and the arithmetic on a range of their rows.
///
/// The preconditioner is the diagonal D of the Hessian. Where the classes are coupled, what is common to all of them
/// changes no probability, and there a diagonal has nothing to do with the Hessian. So with the projection P, which
/// takes the mean over the classes away, it is P D^-1 P instead.
///
/// A sum over rows is in floats; a range is so short that its sum keeps the digits that are needed. Its terms are added
/// in the order of the rows. Loops over elements stand here because they are fast only in the module of the view.
package struct ConjugateRows: Sendable {
  package let search: MatrixView
  package let product: MatrixView
  package let solution: MatrixView
  package let residual: MatrixView
  /// The diagonal, and after `invert` its inverse.
  package let diagonal: MatrixView
  private let classCount: Int
  private let isCoupled: Bool
  // 1 for a class that is coupled to others, 0 for another one and for columns that are not a class.
  private let coupled: MatrixView

  private typealias Lanes = SIMD8<Float>

  /// Allocates vectors of zeros.
  ///
  /// - Parameters:
  ///   - inputCount: the number of rows.
  ///   - width: the number of columns, a multiple of 8; those that are not a class stay 0.
  package init(in arena: Arena, inputCount: Int, width: Int, classCount: Int, isCoupled: Bool) {
    precondition(width % Lanes.scalarCount == 0 && classCount <= width, "whole vectors")
    func vector() -> MatrixView { arena.matrix(rowCount: inputCount, columnCount: width) }
    (search, product, solution) = (vector(), vector(), vector())
    (residual, diagonal) = (vector(), vector())
    self.classCount = classCount
    self.isCoupled = isCoupled
    coupled = arena.matrix(rowCount: 1, columnCount: width)
    if isCoupled { for unit in 0..<classCount { coupled[0, unit] = 1 } }
  }

  /// Replaces the diagonal plus the ridge of each row by its inverse.
  package func invert(rows: Range<Int>, ridges: VectorView<Double>) {
    forEachLanes(of: rows) { row, column in
      let sum = lanes(diagonal, row, column) + Float(ridges[row])
      // An element is 0 where all rows are classified with certainty and nothing is penalized.
      let isInvertible = (sum .> 0) .& (sum .< .infinity)
      put((1 / sum).replacing(with: 1, where: .!isInvertible), diagonal, row, column)
    }
  }

  /// Begins at the solution 0, and adds the products of the residual and the search to `sums`.
  package func begin(rows: Range<Int>, sums: VectorView<Double>) {
    forEachLanes(of: rows) { row, column in put(.zero, solution, row, column) }
    turn(rows: rows, factors: nil)
    addProducts(of: residual, search, rows: rows, to: sums)
  }

  /// Adds the ridge of each row times the search to the product, and then the products of both to `sums`.
  package func add(_ ridges: VectorView<Double>, rows: Range<Int>, sums: VectorView<Double>) {
    forEachLanes(of: rows) { row, column in
      put(
        lanes(product, row, column) + Float(ridges[row]) * lanes(search, row, column), product, row,
        column)
    }
    addProducts(of: search, product, rows: rows, to: sums)
  }

  /// Moves along the search by the lengths of the classes, and adds the products of the residual and its
  /// preconditioned form to `sums`.
  package func step(rows: Range<Int>, lengths: MatrixView, sums: VectorView<Double>) {
    forEachLanes(of: rows) { row, column in
      let length = lanes(lengths, 0, column)
      put(
        lanes(solution, row, column) + length * lanes(search, row, column), solution, row, column)
      put(
        lanes(residual, row, column) - length * lanes(product, row, column), residual, row, column)
    }
    // The product is not needed any more, so its memory takes the preconditioned residual.
    for row in rows {
      let means = means(ofRow: row)
      for column in stride(from: 0, to: search.columnCount, by: Lanes.scalarCount) {
        put(preconditioned(row, column, means), product, row, column)
      }
    }
    addProducts(of: residual, product, rows: rows, to: sums)
  }

  /// Replaces the search by the preconditioned residual plus the factors of the classes times itself.
  ///
  /// With factors the preconditioned residual is the one that `step` left.
  package func turn(rows: Range<Int>, factors: MatrixView?) {
    guard let factors else {
      for row in rows {
        let means = means(ofRow: row)
        for column in stride(from: 0, to: search.columnCount, by: Lanes.scalarCount) {
          put(preconditioned(row, column, means), search, row, column)
        }
      }
      return
    }
    forEachLanes(of: rows) { row, column in
      put(
        lanes(product, row, column) + lanes(factors, 0, column) * lanes(search, row, column),
        search, row, column)
    }
  }

  // MARK: Between the parameters and the vectors

  /// Replaces the residual of some inputs by `factor` times the elements of a flat vector, without their means over
  /// the classes if these are coupled.
  package func loadResidual(
    _ flat: [Double], at places: DoubleMatrixView.Places, inputs: Range<Int>, row first: Int,
    times factor: Double
  ) {
    precondition(
      first >= 0 && first + inputs.count <= residual.rowCount
        && places.contains(
          inputs, unitCount: classCount, count: flat.count),
      "shape of a vector")
    unsafe flat.withUnsafeBufferPointer { flat in
      for (place, input) in inputs.enumerated() {
        let row = unsafe residual.base + (first + place) * residual.stride
        let begin = places.offset + input * places.inputStep
        var mean = 0.0
        if isCoupled {
          for unit in 0..<classCount { unsafe mean += flat[begin + unit * places.unitStep] }
          mean /= Double(classCount)
        }
        for unit in 0..<classCount {
          unsafe row[unit] = Float(factor * (flat[begin + unit * places.unitStep] - mean))
        }
      }
    }
  }

  /// Copies the solution of some inputs, times a factor, to a flat vector, and if the classes are coupled and the penalty
  /// of the input's row is not 0, subtracts from it the mean over the classes of what the vector has held, divided by the
  /// penalty.
  package func copySolution(
    to flat: VectorView<Double>, at places: DoubleMatrixView.Places, inputs: Range<Int>,
    row first: Int, times factor: Double, penalties: VectorView<Double>
  ) {
    precondition(
      first >= 0 && first + inputs.count <= solution.rowCount
        && places.contains(
          inputs, unitCount: classCount, count: flat.count),
      "shape of a vector")
    for (place, input) in inputs.enumerated() {
      let row = unsafe solution.base + (first + place) * solution.stride
      let begin = places.offset + input * places.inputStep
      var common = 0.0
      if isCoupled {
        for unit in 0..<classCount { unsafe common += flat.base[begin + unit * places.unitStep] }
        let penalty = penalties[first + place]
        common *= (penalty > 0 ? -1 / penalty : 0) / Double(classCount)
      }
      for unit in 0..<classCount {
        unsafe flat.base[begin + unit * places.unitStep] = factor * Double(row[unit]) + common
      }
    }
  }

  // MARK: Elements

  @inline(__always)
  private func forEachLanes(of rows: Range<Int>, _ body: (Int, Int) -> Void) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= search.rowCount, "no such rows")
    for row in rows {
      for column in stride(from: 0, to: search.columnCount, by: Lanes.scalarCount) {
        body(row, column)
      }
    }
  }

  @inline(__always)
  private func lanes(_ matrix: MatrixView, _ row: Int, _ column: Int) -> Lanes {
    matrix.lanes(row, column)
  }

  @inline(__always)
  private func put(_ value: Lanes, _ matrix: MatrixView, _ row: Int, _ column: Int) {
    matrix.put(value, row, column)
  }

  // Adds the products of two matrices, class by class.
  private func addProducts(
    of a: MatrixView, _ b: MatrixView, rows: Range<Int>, to sums: VectorView<Double>
  ) {
    precondition(sums.count >= a.columnCount, "a sum for each column")
    for column in stride(from: 0, to: a.columnCount, by: Lanes.scalarCount) {
      var sum = Lanes.zero
      for row in rows { sum += lanes(a, row, column) * lanes(b, row, column) }
      for lane in 0..<Lanes.scalarCount { sums[column + lane] += Double(sum[lane]) }
    }
  }

  // The means over the classes of a row's residual, and of D^-1 times the rest.
  @inline(__always)
  private func means(ofRow row: Int) -> (first: Float, second: Float) {
    guard isCoupled else { return (0, 0) }
    let scale = 1 / Float(classCount)
    var sum = Lanes.zero
    for column in stride(from: 0, to: search.columnCount, by: Lanes.scalarCount) {
      sum += lanes(residual, row, column)
    }
    let first = sum.treeSum * scale
    sum = .zero
    for column in stride(from: 0, to: search.columnCount, by: Lanes.scalarCount) {
      sum +=
        lanes(diagonal, row, column)
        * (lanes(residual, row, column) - first * lanes(coupled, 0, column))
    }
    return (first, sum.treeSum * scale)
  }

  @inline(__always)
  private func preconditioned(
    _ row: Int, _ column: Int, _ means: (first: Float, second: Float)
  ) -> Lanes {
    let one = lanes(coupled, 0, column)
    return lanes(diagonal, row, column) * (lanes(residual, row, column) - means.first * one)
      - means.second * one
  }
}

// Changes of logits in floats, a row for each sample.
extension MatrixView {
  /// Replaces changes z of the logits of rows by those of the gradient, s p (z - <p, z>), and their sums over the rows
  /// in `sums`.
  ///
  /// - Parameters:
  ///   - probabilities: p in each row, or s p (1 - p) for one class against the rest.
  ///   - scales: s of each row; nil for one class against the rest.
  package func changeSlopes(
    _ probabilities: MatrixView, scales: VectorView<Float>?, sums: VectorView<Double>
  ) {
    precondition(
      probabilities.rowCount == rowCount && probabilities.columnCount == columnCount
        && columnCount % 8 == 0 && sums.count >= columnCount
        && (scales.map { $0.count == rowCount } ?? true), "the shapes differ")
    for row in 0..<rowCount {
      var (mean, scale) = (Float(0), Float(1))
      if let scales {
        var sum = SIMD8<Float>.zero
        for column in Swift.stride(from: 0, to: columnCount, by: 8) {
          sum += probabilities.lanes(row, column) * lanes(row, column)
        }
        (mean, scale) = (sum.treeSum, scales[row])
      }
      for column in Swift.stride(from: 0, to: columnCount, by: 8) {
        put(
          scale * probabilities.lanes(row, column) * (lanes(row, column) - mean), row, column)
      }
    }
    sumRows(into: sums)
  }

  /// Replaces the elements by s p (1 - p), and their sums over the rows in `sums`.
  package func assignSlopes(
    of probabilities: MatrixView, scales: VectorView<Float>, sums: VectorView<Double>
  ) {
    precondition(
      probabilities.rowCount == rowCount && probabilities.columnCount == columnCount
        && columnCount % 8 == 0 && sums.count >= columnCount && scales.count == rowCount,
      "the shapes differ")
    for row in 0..<rowCount {
      for column in Swift.stride(from: 0, to: columnCount, by: 8) {
        let p = probabilities.lanes(row, column)
        put(scales[row] * (p * (1 - p)), row, column)
      }
    }
    sumRows(into: sums)
  }

  private func sumRows(into sums: VectorView<Double>) {
    for column in Swift.stride(from: 0, to: columnCount, by: 8) {
      var sum = SIMD8<Float>.zero
      for row in 0..<rowCount { sum += lanes(row, column) }
      for lane in 0..<8 { sums[column + lane] = Double(sum[lane]) }
    }
  }

  /// Copies the transpose of the first columns of a matrix of doubles to the first columns.
  package func assign(transposed other: DoubleMatrixView) {
    precondition(
      rowCount <= other.columnCount && other.rowCount <= columnCount, "the shapes differ")
    for unit in 0..<other.rowCount {
      let source = unsafe other.values.base + unit * other.columnCount
      for row in 0..<rowCount { unsafe base[row * stride + unit] = Float(source[row]) }
    }
  }

  /// Copies a row to each row.
  package func fillRows(with row: MatrixView) {
    precondition(row.columnCount == columnCount, "the shapes differ")
    for index in 0..<rowCount {
      unsafe (base + index * stride).update(from: row.base, count: columnCount)
    }
  }

  @inline(__always)
  fileprivate func lanes(_ row: Int, _ column: Int) -> SIMD8<Float> {
    unsafe UnsafeRawPointer(base + row * stride + column).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  fileprivate func put(_ value: SIMD8<Float>, _ row: Int, _ column: Int) {
    unsafe UnsafeMutableRawPointer(base + row * stride + column)
      .storeBytes(of: value, as: SIMD8<Float>.self)
  }
}

extension SIMD8<Float> {
  // The sum by a tree, in the order of lane_tree in vector.h.
  @inline(__always)
  fileprivate var treeSum: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
