// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct MatrixTests {
  @Test func elementsLieInRowMajorOrder() throws {
    let matrix = try Matrix([[1, 2, 3], [4, 5, 6]])
    #expect(matrix.rowCount == 2 && matrix.columnCount == 3)
    #expect(matrix.elements == [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4 && Array(matrix.row(1)) == [4, 5, 6])
    #expect(try matrix.transposed() == Matrix([[1, 4], [2, 5], [3, 6]]))
  }

  @Test func aCopyIsAValueOfItsOwn() throws {
    let original = try Matrix([[1, 2]])
    var copy = original
    copy[0, 1] = 7
    #expect(original[0, 1] == 2 && copy[0, 1] == 7)
  }

  @Test func aWrongNumberOfElementsIsAnErrorThatSaysBoth() {
    let error = #expect(throws: SoftmaxError.self) {
      try Matrix(rowCount: 2, columnCount: 2, elements: [1, 2, 3])
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.description == "a 2 x 2 matrix needs 4 elements, got 3")
  }

  @Test(arguments: [(-1, 2), (2, -1), (Int.max, 2), (Int.max, Int.max)])
  func anImpossibleShapeIsAnError(rowCount: Int, columnCount: Int) {
    #expect(throws: SoftmaxError.self) {
      try Matrix(rowCount: rowCount, columnCount: columnCount, elements: [1, 2])
    }
    #expect(throws: SoftmaxError.self) {
      try ByteMatrix(rowCount: rowCount, columnCount: columnCount, bytes: [1, 2], scale: 1)
    }
  }

  @Test func raggedRowsAreAnErrorThatNamesTheRow() {
    let error = #expect(throws: SoftmaxError.self) { try Matrix([[1, 2], [3]]) }
    #expect(error?.location == .row(1, column: nil))
  }

  @Test func aByteStandsForItsProductWithTheScale() throws {
    let bytes = try ByteMatrix(rowCount: 1, columnCount: 3, bytes: [0, 51, 255], scale: 1.0 / 255)
    #expect(bytes.floats().elements == [0, 51 * (1.0 / 255), 1])
    #expect(Features.bytes(bytes).row(0) == bytes.floats().elements)
    for scale in [0, -1, Float.nan, .infinity, 1e38] {
      #expect(throws: SoftmaxError.self) {
        try ByteMatrix(rowCount: 1, columnCount: 1, bytes: [1], scale: scale)
      }
    }
  }

  @Test func anElementOutsideIsAProgrammersMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rowCount: 2, columnCount: 2)[0, 2]
    }
  }
}

@Suite struct SoftmaxFunctionTests {
  @Test func theArticlesExampleComesOut() {
    let probabilities = softmax([3, 1, -3]).map { ($0 * 100).rounded() / 100 }
    #expect(probabilities == [0.88, 0.12, 0.00])
  }

  @Test func nothingOverflows() {
    #expect(softmax([1000, 1001, 1002]) == softmax([0, 1, 2]))
    #expect(softmax([-1000, -1001]).allSatisfy { $0 > 0 })
    #expect(logSumExp([1000, 1000]) == 1000 + logSumExp([0, 0]))
    #expect(logSoftmax([0, 200]) == [-200, 0])
  }

  @Test func rowsOfRandomNumbersSumToOne() {
    let generator = CounterBasedGenerator(seed: 1)
    var matrix = Matrix(rowCount: 2, columnCount: 5)
    for index in 0..<10 { matrix[index / 5, index % 5] = generator.uniform(at: UInt64(index)) }
    for row in 0..<2 { #expect(abs(matrix.softmax().row(row).reduce(0, +) - 1) < 1e-6) }
  }

  @Test func columnsAreTheRowsOfTheTranspose() throws {
    let matrix = try Matrix([[1, 2, 3], [4, 0, -1]])
    #expect(matrix.softmax(along: .columns) == matrix.transposed().softmax().transposed())
    #expect(matrix.logSoftmax(along: .columns) == matrix.transposed().logSoftmax().transposed())
    #expect(matrix.logSumExp(along: .columns) == matrix.transposed().logSumExp())
  }

  @Test(arguments: [[Float.nan, 1], [.infinity, 0], [-.infinity, -.infinity]])
  func aRowWithoutAnAnswerIsNaN(row: [Float]) {
    #expect(softmax(row).allSatisfy { $0.bitPattern == 0x7FC0_0000 })
  }

  @Test func emptyMatricesStayEmpty() {
    #expect(softmax([]).isEmpty)
    #expect(Matrix(rowCount: 0, columnCount: 3).softmax().rowCount == 0)
    #expect(logSumExp([]) == -.infinity)
  }

  @Test func aLabelBecomesARowWithAOneAtItsClass() throws {
    let targets = try Matrix(oneHot: [2, 0, 2], classCount: 3)
    #expect(targets == (try Matrix([[0, 0, 1], [1, 0, 0], [0, 0, 1]])))
    #expect(try Matrix(oneHot: [], classCount: 3).rowCount == 0)
  }

  @Test(arguments: [-1, 3, Int.max, Int.min])
  func aOneForALabelOutOfRangeIsAnErrorThatNamesTheRow(label: Int) {
    let error = #expect(throws: SoftmaxError.self) {
      try Matrix(oneHot: [0, label], classCount: 3)
    }
    #expect(error?.code == .labelOutOfRange)
    #expect(error?.location == .row(1, column: nil))
    #expect(throws: SoftmaxError.self) { try Matrix(oneHot: [], classCount: -1) }
    for classCount in [Int.max, .max / 2, 1 << 34] {
      let error = #expect(throws: SoftmaxError.self) {
        try Matrix(oneHot: [0, 1], classCount: classCount)
      }
      #expect(error?.code == .unsupported)
    }
  }
}
