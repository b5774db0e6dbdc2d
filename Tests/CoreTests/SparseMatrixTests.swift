// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct SparseMatrixTests {
  // [[0, 2, 0], [0, 0, 0], [1, 0, 4]]
  private func small() throws -> SparseMatrix {
    try SparseMatrix(
      columnCount: 3, rowOffsets: [0, 1, 1, 3], columns: [1, 0, 2], values: [2, 1, 4])
  }

  private let rows: [[Float]] = [[0, 2, 0], [0, 0, 0], [1, 0, 4]]

  @Test func whatIsNotStoredIsZero() throws {
    let matrix = try small()
    #expect((0..<3).map(matrix.row) == rows)
    #expect(matrix.floats() == (try Matrix(rows)))
    #expect(matrix.rowCount == 3)
  }

  @Test func rowsAreChosenInAnyOrder() throws {
    let chosen = try small().selecting(rows: [2, 0, 2])
    #expect((0..<3).map(chosen.row) == [rows[2], rows[0], rows[2]])
  }

  @Test func theTransposeHasTheEntriesOfEachColumnInTheOrderOfTheRows() throws {
    let transposed = try small().transposed
    #expect(transposed.rowOffsets == [0, 1, 2, 3])
    #expect(transposed.columns == [2, 0, 2])
    #expect(transposed.values == [1, 2, 4])
    #expect(try small() == small())
  }

  @Test(
    arguments: [
      ([0, 1], [0], [1, 2], 3, SoftmaxError.Code.shapeMismatch),
      ([0, 1], [0, 1], [1, 2], 3, .shapeMismatch),
      ([1, 2], [0, 1], [1, 2], 3, .shapeMismatch),
      ([], [], [], 3, .shapeMismatch),
      ([0, 2], [1, 1], [1, 2], 3, .invalidData),
      ([0, 2], [2, 1], [1, 2], 3, .invalidData),
      ([0, 1], [3], [1], 3, .invalidData),
      ([0, 1], [-1], [1], 3, .invalidData),
      ([0, 2, 1, 2], [0, 1], [1, 2], 3, .invalidData),
      ([0, 3, 2], [0, 1], [1, 2], 3, .invalidData),
      ([0], [], [], -1, .invalidArgument),
      ([0], [], [], 1 << 40, .invalidArgument),
    ] as [([Int], [Int32], [Float], Int, SoftmaxError.Code)])
  func entriesThatDoNotFitAreErrors(
    offsets: [Int], columns: [Int32], values: [Float], count: Int, code: SoftmaxError.Code
  ) {
    let error = #expect(throws: SoftmaxError.self) {
      try SparseMatrix(columnCount: count, rowOffsets: offsets, columns: columns, values: values)
    }
    #expect(error?.code == code)
  }

  @Test func sparseFeaturesReadAsTheFloatsThatTheyStandFor() throws {
    let sparse = Features.sparse(try small())
    let dense = Features.floats(try Matrix(rows))
    #expect(sparse.matrix == dense.matrix)
    #expect((0..<3).map(sparse.row) == rows)
    #expect(sparse.selecting(rows: [2, 1]).matrix == dense.selecting(rows: [2, 1]).matrix)
    var (a, b): ([Double], [Double]) = ([7], [])
    sparse.read(rows: 1..<3, into: &a)
    dense.read(rows: 1..<3, into: &b)
    #expect(a == b)
  }

  @Test func batchesOfSparseRowsAreThoseOfTheFloats() throws {
    let kernels = Kernels.best
    let arena = Arena()
    let chosen = arena.vector(copying: [Int64(2), 0])
    var results: [[Matrix]] = []
    for features in [Features.sparse(try small()), .floats(try Matrix(rows))] {
      let (whole, part, next) = (
        arena.matrix(rowCount: 2, columnCount: 3), arena.matrix(rowCount: 2, columnCount: 2),
        arena.matrix(rowCount: 2, columnCount: 3)
      )
      // What stood there before must not shine through.
      for view in [whole, part, next] { view.fill(9) }
      features.withSource { source in
        kernels.gather(source, rows: chosen, into: whole)
        kernels.gather(source, rows: chosen, columns: 1..<3, into: part)
        kernels.convert(source, from: 1, into: next)
      }
      results.append([whole.matrix(), part.matrix(), next.matrix()])
    }
    #expect(results[0] == results[1])
  }

  @Test func aValueThatIsNotFiniteIsFoundWithItsPlace() throws {
    let matrix = try SparseMatrix(
      columnCount: 4, rowOffsets: [0, 1, 1, 3], columns: [1, 0, 3], values: [2, 1, .nan])
    let error = #expect(throws: SoftmaxError.self) {
      try LabeledDataset(features: .sparse(matrix), labels: [0, 1, 0], classNames: ["a", "b"])
    }
    #expect(error?.code == .nonFiniteValue)
    #expect(error?.location == .row(2, column: 3))
  }

  @Test func fingerprintsTellEntriesAndColumnsApart() throws {
    func fingerprint(_ columnCount: Int, _ columns: [Int32], _ values: [Float]) throws -> String {
      let matrix = try SparseMatrix(
        columnCount: columnCount, rowOffsets: [0, 1, 2], columns: columns, values: values)
      return try LabeledDataset(
        features: .sparse(matrix), labels: [0, 1], classNames: ["a", "b"]
      ).fingerprint
    }
    let prints = try [
      fingerprint(3, [0, 1], [1, 2]), fingerprint(4, [0, 1], [1, 2]),
      fingerprint(3, [0, 2], [1, 2]), fingerprint(3, [0, 1], [1, 3]),
    ]
    #expect(Set(prints).count == 4)
  }
}
