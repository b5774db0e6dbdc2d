// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The equations H d = -g of an iteration of Newton's method on sparse rows, solved by preconditioned conjugate
/// gradients in floats.
///
/// An iteration needs the first digit of d, for which floats are enough; the gradient, and so the optimum, are in
/// double. A pass waits for the memory of the vectors, and floats take half of it. The vectors keep the order of the
/// products from the first to the last pass, a row for each input, and the biases last. So a product is not moved
/// into the layout of the flat parameters, and each vector is read as few times as the method allows.
///
/// What all classes have in common changes no probability: there the Hessian is l2 times the identity, which is solved
/// exactly, and the rest is left to the conjugate gradients. With the loss of one class against the rest the equations
/// of each class are separate, with their own scalars.
///
/// The preconditioner is the diagonal of the Hessian (`ConjugateRows`). Columns that few rows have differ from the
/// others by orders of magnitude in the Hessian, which the diagonal takes away. Source: Hsia, Chiang and Lin,
/// "Preconditioned conjugate gradient methods in truncated Newton frameworks for large-scale linear classification",
/// ACML 2018.
final class SparseEquations: Sendable {
  private let plan: SparsePlan
  private let squares: SparseMatrix
  private let kernels: Kernels
  private let arena = Arena()
  private let vectors: ConjugateRows
  private let isOneVsRest: Bool
  // Of each row: p or, for one class against the rest, s p (1 - p); and s.
  private let probabilities: MatrixView
  private let scales: VectorView<Float>
  // The changes of the logits, and then of the gradient with respect to them, and its sums over each block.
  private let changes: MatrixView
  private let changeSums: DoubleMatrixView
  // The sums over each slice of the inputs, and over the biases.
  private let sums: DoubleMatrixView
  // The penalty of each input, and 0 for the biases.
  private let penalties: VectorView<Double>
  // The lengths of the classes, or their factors.
  private let scalars: MatrixView

  // The inputs whose terms are summed in floats.
  private static let inputsOfSlice = 32

  private var inputCount: Int { plan.inputCount }
  private var sliceCount: Int { (inputCount + Self.inputsOfSlice - 1) / Self.inputsOfSlice }
  private var biases: Range<Int> { inputCount..<inputCount + 1 }

  init(_ plan: SparsePlan, isOneVsRest: Bool, kernels: Kernels) {
    self.plan = plan
    self.isOneVsRest = isOneVsRest
    self.kernels = kernels
    squares = plan.columns.squared
    let (width, rowCount) = ((plan.classCount + 7) / 8 * 8, plan.matrix.rowCount)
    let inputCount = plan.inputCount
    vectors = ConjugateRows(
      in: arena, inputCount: inputCount + 1, width: width, classCount: plan.classCount,
      isCoupled: !isOneVsRest)
    probabilities = arena.matrix(rowCount: rowCount, columnCount: width)
    changes = arena.matrix(rowCount: rowCount, columnCount: width)
    scales = arena.vector(
      copying: (0..<rowCount).map { Float(plan.loss.hessianScales[$0]) })
    changeSums = arena.doubles(rowCount: plan.blocks.count, columnCount: width)
    let sliceCount = (inputCount + Self.inputsOfSlice - 1) / Self.inputsOfSlice
    sums = arena.doubles(rowCount: sliceCount + 1, columnCount: width)
    penalties = arena.vector(count: inputCount + 1)
    scalars = arena.matrix(rowCount: 1, columnCount: width)
  }

  /// Solves the equations until the residual has shrunk by a factor, in the norm of the preconditioner.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters at which the Hessian is taken.
  ///   - gradient: g, in the same layout.
  ///   - l2Penalty: the factor l2 of the penalty.
  ///   - columnCounts: the number of columns of each input, which divides its penalty; empty for 1.
  ///   - forcing: the factor.
  ///   - greatestProductCount: the greatest number of products with the Hessian.
  ///   - team: the threads.
  /// - Returns: d, and the number of products.
  func solution(
    at parameters: [Double], gradient: [Double], l2Penalty: Double, columnCounts: [Double],
    forcing: Double, greatestProductCount: Int, team: WorkerTeam
  ) -> (direction: [Double], productCount: Int) {
    let norm = VectorTeam(team: team).product(gradient, gradient).squareRoot()
    guard norm > 0, norm.isFinite else { return (gradient, 0) }
    plan.prepare(at: parameters, team: team)
    for input in 0..<inputCount {
      penalties[input] = columnCounts.isEmpty ? l2Penalty : l2Penalty / columnCounts[input]
    }
    estimateDiagonal(team: team)
    // At the scale of 1 the squares of floats neither vanish nor overflow.
    load(gradient, times: -1 / norm, team: team)
    var squares = begin(team: team)
    let goal = squares.reduce(0, +) * forcing * forcing
    var count = 0
    while squares.reduce(0, +) > goal, count < greatestProductCount {
      multiply(team: team)
      let curvatures = addRidge(team: team)
      count += 1
      // The Hessian is positive semidefinite; less is rounding.
      guard curvatures.contains(where: { $0 > 0 }) else { break }
      let next = step(by: Self.quotients(squares, curvatures), team: team)
      turn(by: Self.quotients(next, squares), team: team)
      squares = next
    }
    return (direction(from: gradient, times: norm, team: team), count)
  }

  // A class whose equations are solved exactly has no step.
  private static func quotients(_ dividends: [Double], _ divisors: [Double]) -> [Double] {
    zip(dividends, divisors).map { $1 > 0 ? $0 / $1 : 0 }
  }
}

// MARK: - The products

extension SparseEquations {
  /// Computes the probabilities of each row in floats, and from them the inverse of the diagonal.
  private func estimateDiagonal(team: WorkerTeam) {
    team.run { [self] worker in
      for block in worker.share(of: plan.blocks.count) {
        let rows = plan.blocks[block]
        let (ofRows, factors) = (probabilities.rows(rows), changes.rows(rows))
        ofRows.assign(transposed: plan.probabilities[block])
        factors.assignSlopes(
          of: ofRows, scales: scales.elements(rows),
          sums: changeSums.rows(block..<block + 1).values)
        if isOneVsRest { ofRows.assign(factors) }
      }
    }
    multiply(squares, into: vectors.diagonal, team: team)
    forEachSlice(team: team) { equations, inputs, _ in
      equations.vectors.invert(rows: inputs, ridges: equations.penalties)
    }
    vectors.invert(rows: biases, ridges: penalties)
  }

  /// Computes the product of the search and the Hessian of the loss.
  private func multiply(team: WorkerTeam) {
    let shifts = vectors.search.rows(biases)
    team.run { [self] worker in
      plan.matrix.withRows { rows in
        for block in worker.share(of: plan.blocks.count) {
          let places = plan.blocks[block]
          let ofRows = changes.rows(places)
          ofRows.fillRows(with: shifts)
          for (place, row) in places.enumerated() {
            kernels.add(
              productOf: row, of: rows, vectors.search, to: ofRows.rows(place..<place + 1))
          }
          ofRows.changeSlopes(
            probabilities.rows(places), scales: isOneVsRest ? nil : scales.elements(places),
            sums: changeSums.rows(block..<block + 1).values)
        }
      }
    }
    multiply(plan.columns, into: vectors.product, team: team)
  }

  /// Computes the product of columns and `changes`, and in the last row the sums of `changes`.
  private func multiply(_ columns: SparseMatrix, into result: MatrixView, team: WorkerTeam) {
    team.run { [self] worker in
      columns.withRows { columns in
        for input in SparsePlan.share(of: columns, worker) {
          let row = result.rows(input..<input + 1)
          row.fill(0)
          kernels.add(productOf: input, of: columns, changes, to: row)
        }
      }
    }
    for unit in 0..<result.columnCount {
      result[inputCount, unit] =
        Float(plan.blocks.indices.reduce(0) { $0 + changeSums[$1, unit] })
    }
  }
}

// MARK: - The vectors

extension SparseEquations {
  private func begin(team: WorkerTeam) -> [Double] {
    vectors.begin(rows: biases, sums: ofBiases)
    return total(team: team) { $0.vectors.begin(rows: $1, sums: $2) }
  }

  private func addRidge(team: WorkerTeam) -> [Double] {
    vectors.add(penalties, rows: biases, sums: ofBiases)
    return total(team: team) { $0.vectors.add($0.penalties, rows: $1, sums: $2) }
  }

  private func step(by lengths: [Double], team: WorkerTeam) -> [Double] {
    setScalars(lengths)
    vectors.step(rows: biases, lengths: scalars, sums: ofBiases)
    return total(team: team) { $0.vectors.step(rows: $1, lengths: $0.scalars, sums: $2) }
  }

  private func turn(by factors: [Double], team: WorkerTeam) {
    setScalars(factors)
    vectors.turn(rows: biases, factors: scalars)
    forEachSlice(team: team) { equations, inputs, _ in
      equations.vectors.turn(rows: inputs, factors: equations.scalars)
    }
  }

  private func setScalars(_ values: [Double]) {
    for unit in 0..<plan.classCount { scalars[0, unit] = Float(values[isOneVsRest ? unit : 0]) }
  }

  // The sums of the biases, which are 0.
  private var ofBiases: VectorView<Double> {
    let row = sums.rows(sliceCount..<sliceCount + 1)
    row.fill(0)
    return row.values
  }

  /// Returns the sums that `body` leaves for each slice and those of the biases: one for each class, or of all.
  private func total(
    team: WorkerTeam,
    _ body: @escaping @Sendable (SparseEquations, Range<Int>, VectorView<Double>) -> Void
  ) -> [Double] {
    forEachSlice(team: team) { equations, inputs, sums in
      sums.fill(0)
      body(equations, inputs, sums.values)
    }
    let ofClasses = (0..<plan.classCount).map { unit in
      (0...sliceCount).reduce(0) { $0 + sums[$1, unit] }
    }
    return isOneVsRest ? ofClasses : [ofClasses.reduce(0, +)]
  }

  private func forEachSlice(
    team: WorkerTeam,
    _ body: @escaping @Sendable (SparseEquations, Range<Int>, DoubleMatrixView) -> Void
  ) {
    team.run { [self] worker in
      for slice in worker.share(of: sliceCount) {
        let first = slice * Self.inputsOfSlice
        body(
          self, first..<min(first + Self.inputsOfSlice, inputCount),
          sums.rows(slice..<slice + 1))
      }
    }
  }

  private func placesOfBiases(_ bias: ParameterLayout.Segment) -> DoubleMatrixView.Places {
    DoubleMatrixView.Places(offset: bias.offset, unitStep: 1, inputStep: 0)
  }

  private func load(_ gradient: [Double], times factor: Double, team: WorkerTeam) {
    forEachSlice(team: team) { equations, inputs, _ in
      equations.vectors.loadResidual(
        gradient, at: equations.plan.weight.places, inputs: inputs, row: inputs.lowerBound,
        times: factor)
    }
    guard let bias = plan.bias else { return }
    vectors.loadResidual(
      gradient, at: placesOfBiases(bias), inputs: 0..<1, row: inputCount, times: factor)
  }

  private func direction(
    from gradient: [Double], times factor: Double, team: WorkerTeam
  ) -> [Double] {
    var direction = gradient
    direction.withVectorView { direction in
      guard let direction else { return }
      forEachSlice(team: team) { equations, inputs, _ in
        equations.vectors.copySolution(
          to: direction, at: equations.plan.weight.places, inputs: inputs,
          row: inputs.lowerBound, times: factor, penalties: equations.penalties)
      }
      guard let bias = plan.bias else { return }
      vectors.copySolution(
        to: direction, at: placesOfBiases(bias), inputs: 0..<1, row: inputCount, times: factor,
        penalties: penalties)
    }
    return direction
  }
}
