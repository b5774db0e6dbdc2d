// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct MatrixAlgebraTests {
  func matrix(_ rows: Int, _ columns: Int, _ purpose: Int) -> Matrix {
    let generator = CounterBasedGenerator(seed: 3, epoch: purpose)
    var matrix = Matrix(rowCount: rows, columnCount: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        matrix[row, column] = generator.uniform(at: UInt64(row * columns + column)) - 0.5
      }
    }
    return matrix
  }

  // The product in double by plain loops, and the sum of the magnitudes that bounds its rounding.
  func reference(_ a: Matrix, _ b: Matrix) -> (values: [Double], magnitudes: [Double]) {
    var values: [Double] = []
    var magnitudes: [Double] = []
    for row in 0..<a.rowCount {
      for column in 0..<b.columnCount {
        let terms = (0..<a.columnCount).map { Double(a[row, $0]) * Double(b[$0, column]) }
        values.append(terms.reduce(0, +))
        magnitudes.append(terms.reduce(0) { $0 + abs($1) })
      }
    }
    return (values, magnitudes)
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 7), (64, 33, 17), (7, 700, 10), (130, 300, 40)])
  func aProductIsTheSumOfProducts(rows: Int, inner: Int, columns: Int) throws {
    let (a, b) = (matrix(rows, inner, 0), matrix(inner, columns, 1))
    let expected = reference(a, b)
    for product in [
      try a.multiplied(by: b), try a.transposed().transposeMultiplied(by: b),
      try a.multiplied(by: b, on: WorkerTeam(threadCount: 1)),
    ] {
      #expect(product.rowCount == rows && product.columnCount == columns)
      for index in product.elements.indices {
        let difference = abs(Double(product.elements[index]) - expected.values[index])
        #expect(difference <= 64 * 0x1p-24 * expected.magnitudes[index])
      }
    }
  }

  @Test func aProductHasTheSameBitsOnAnyNumberOfThreads() throws {
    let (a, b) = (matrix(300, 260, 2), matrix(260, 35, 3))
    let alone = try a.multiplied(by: b, on: WorkerTeam(threadCount: 1))
    for threads in [2, 3, 5] {
      #expect(try a.multiplied(by: b, on: WorkerTeam(threadCount: threads)) == alone)
    }
    let gradient = try a.transposeMultiplied(by: a, on: WorkerTeam(threadCount: 1))
    #expect(try a.transposeMultiplied(by: a, on: WorkerTeam(threadCount: 3)) == gradient)
  }

  @Test func aSumOfNothingIsZero() throws {
    let empty = Matrix(rowCount: 2, columnCount: 0)
    let product = try empty.multiplied(by: Matrix(rowCount: 0, columnCount: 3))
    #expect(product == Matrix(rowCount: 2, columnCount: 3))
    let transposed = try Matrix(rowCount: 0, columnCount: 2)
      .transposeMultiplied(by: Matrix(rowCount: 0, columnCount: 3))
    #expect(transposed == Matrix(rowCount: 2, columnCount: 3))
    let noColumns = try Matrix(rowCount: 2, columnCount: 4)
      .multiplied(by: Matrix(rowCount: 4, columnCount: 0))
    #expect(noColumns.elements.isEmpty && noColumns.rowCount == 2)
  }

  @Test func shapesThatDoNotFitAreNamed() throws {
    let (a, b) = (Matrix(rowCount: 2, columnCount: 3), Matrix(rowCount: 2, columnCount: 3))
    let error = #expect(throws: SoftmaxError.self) { try a.multiplied(by: b) }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.message.contains("2 x 3") == true)
    #expect(throws: SoftmaxError.self) {
      try a.transposeMultiplied(by: Matrix(rowCount: 3, columnCount: 2))
    }
    #expect(throws: SoftmaxError.self) { try a.adding(toEachRow: [1, 2]) }
  }

  @Test func elementsAreAddedSubtractedScaledAndSummed() throws {
    let a = try Matrix([[1, 2, 3], [4, 5, 6]])
    let b = try Matrix([[10, 20, 30], [40, 50, 60]])
    #expect(try a + b == Matrix([[11, 22, 33], [44, 55, 66]]))
    #expect(try b - a == Matrix([[9, 18, 27], [36, 45, 54]]))
    #expect(try 2 * a == Matrix([[2, 4, 6], [8, 10, 12]]))
    #expect(try a.adding(toEachRow: [1, 0, -1]) == Matrix([[2, 2, 2], [5, 5, 5]]))
    #expect(try a.map { -$0 } == Matrix([[-1, -2, -3], [-4, -5, -6]]))
    #expect(a.sums() == [6, 15])
    #expect(a.sums(along: .columns) == [5, 7, 9])
    var c = a
    c += b
    c -= a
    #expect(c == b)
  }
}
