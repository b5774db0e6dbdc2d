// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization
import Testing

/// Numbers that are the same on every machine, within -scale..<scale.
private func randomMatrix(_ rowCount: Int, _ columnCount: Int, scale: Float = 8) -> Matrix {
  let generator = CounterBasedGenerator(seed: 7)
  var matrix = Matrix(rowCount: rowCount, columnCount: columnCount)
  for row in 0..<rowCount {
    for column in 0..<columnCount {
      let index = UInt64(row * columnCount + column)
      matrix[row, column] = (generator.uniform(at: index) - 0.5) * 2 * scale
    }
  }
  return matrix
}

private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

@Suite struct SharedRowsTests {
  // Large enough to be shared; rows that blocks of 16 and two or three threads do not divide.
  static let shapes = [
    (14_001, 10), (4003, 33), (17, 8000), (2, 65_537), (1, 140_000), (135, 1000),
  ]

  @Test(arguments: shapes)
  func anyNumberOfThreadsGivesTheSameBits(rowCount: Int, columnCount: Int) throws {
    let matrix = randomMatrix(rowCount, columnCount)
    let labels = Targets.labels((0..<rowCount).map { $0 * 7 % columnCount })
    let alone = WorkerTeam(threadCount: 1)
    let distributions = Targets.distributions(matrix.softmax(on: alone))
    for threads in [nil, 2, 3, 40] {
      let team = threads.map { WorkerTeam(threadCount: $0) }
      #expect(matrix.softmax(on: team) == matrix.softmax(on: alone))
      #expect(matrix.logSoftmax(on: team) == matrix.logSoftmax(on: alone))
      #expect(matrix.logSumExp(on: team) == matrix.logSumExp(on: alone))
      #expect(matrix.mostLikelyClasses(on: team) == matrix.mostLikelyClasses(on: alone))
      for targets in [labels, distributions] {
        let expected = try matrix.crossEntropyWithGradient(of: targets, on: alone)
        let shared = try matrix.crossEntropyWithGradient(of: targets, on: team)
        #expect(shared.losses == expected.losses)
        #expect(shared.gradient == expected.gradient)
      }
    }
  }

  @Test func aRowsResultDoesNotDependOnItsNeighbours() {
    let matrix = randomMatrix(14_001, 10)
    let softmaxes = matrix.softmax()
    for row in stride(from: 0, to: 14_001, by: 97) {
      #expect(softmax(Array(matrix.row(row))) == Array(softmaxes.row(row)))
    }
  }

  @Test(arguments: [Axis.rows, .columns])
  func inPlaceIsTheSame(axis: Axis) {
    for (rowCount, columnCount) in [(3, 5), (0, 4), (4, 0), (4003, 33)] {
      let matrix = randomMatrix(rowCount, columnCount)
      var inPlace = matrix
      inPlace.formSoftmax(along: axis)
      #expect(inPlace == matrix.softmax(along: axis))
      inPlace = matrix
      inPlace.formLogSoftmax(along: axis)
      #expect(inPlace == matrix.logSoftmax(along: axis))
    }
  }

  @Test func aCopyIsLeftAlone() throws {
    let original = randomMatrix(140, 1000)
    let expected = original.elements
    var copy = original
    copy.formSoftmax()
    var another = original
    _ = try another.formCrossEntropyGradient(of: .labels(Array(repeating: 3, count: 140)))
    #expect(original.elements == expected)
  }

  @Test func callersOnSeveralThreadsGetTheirOwnResults() {
    let matrices = (1...4).map { randomMatrix(1400 + $0, 100) }
    let expected = matrices.map { $0.softmax(on: WorkerTeam(threadCount: 1)) }
    let wrong = Atomic<Int>(0)
    // They share a team, which is also the one that they are workers of: who finds it busy works alone.
    let team = WorkerTeam(threadCount: 4)
    team.run { worker in
      for _ in 0..<100 where matrices[worker.index].softmax(on: team) != expected[worker.index] {
        wrong.add(1, ordering: .relaxed)
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}

@Suite struct CrossEntropyFunctionTests {
  @Test func theLossIsTheLogarithmOfTheInverseProbability() throws {
    let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
    let losses = try logits.crossEntropy(of: .labels([0, 1]))
    #expect(losses.map { ($0 * 100).rounded() / 100 } == [0.13, 0.24])
    #expect(losses == [-logits.logSoftmax()[0, 0], -logits.logSoftmax()[1, 1]])
  }

  @Test func aOneHotDistributionIsItsLabel() throws {
    let logits = randomMatrix(100, 10)
    let labels = (0..<100).map { $0 % 10 }
    var oneHot = Matrix(rowCount: 100, columnCount: 10)
    for (row, label) in labels.enumerated() { oneHot[row, label] = 1 }
    let byLabel = try logits.crossEntropyWithGradient(of: .labels(labels), scale: 0.01)
    let byTarget = try logits.crossEntropyWithGradient(of: .distributions(oneHot), scale: 0.01)
    #expect(byLabel.losses == byTarget.losses)
    #expect(byLabel.gradient == byTarget.gradient)
    #expect(try logits.crossEntropy(of: .labels(labels)) == byLabel.losses)
  }

  @Test(arguments: [2, 3, 10, 17, 33, 1000])
  func theGradientInPlaceIsTheSame(columnCount: Int) throws {
    let logits = randomMatrix(37, columnCount)
    let labels = Targets.labels((0..<37).map { $0 % columnCount })
    for targets in [labels, .distributions(randomMatrix(37, columnCount).softmax())] {
      let expected = try logits.crossEntropyWithGradient(of: targets, scale: 0.25)
      var inPlace = logits
      let losses = try inPlace.formCrossEntropyGradient(of: targets, scale: 0.25)
      #expect(bits(losses) == bits(expected.losses))
      #expect(inPlace == expected.gradient)
    }
  }

  @Test func theGradientIsTheProbabilitiesLessTheTarget() throws {
    let logits = try Matrix([[1000, 0, 0], [0, 0, -1000]])
    let (losses, gradient) = try logits.crossEntropyWithGradient(of: .labels([1, 0]), scale: 0.5)
    #expect(losses[0] == 1000)
    #expect(try gradient == Matrix([[0.5, -0.5, 0], [-0.25, 0.25, 0]]))
  }

  @Test(arguments: [(-1, 1), (10, 3), (Int.min, 0), (Int.max, 3)])
  func aLabelThatIsNoColumnIsAnErrorThatNamesTheRow(label: Int, row: Int) {
    var labels = [0, 9, 5, 1]
    labels[row] = label
    var logits = randomMatrix(4, 10)
    let before = logits
    let error = #expect(throws: SoftmaxError.self) {
      try logits.formCrossEntropyGradient(of: .labels(labels))
    }
    #expect(error?.code == .labelOutOfRange)
    #expect(error?.location == .row(row, column: nil))
    #expect(logits == before)
  }

  @Test func everyRowNeedsATarget() {
    let logits = randomMatrix(4, 10)
    let few = [Targets.labels([1, 2, 3]), .distributions(randomMatrix(3, 10))]
    for targets in few + [.distributions(randomMatrix(4, 9))] {
      let error = #expect(throws: SoftmaxError.self) { try logits.crossEntropy(of: targets) }
      #expect(error?.code == .shapeMismatch)
    }
  }

  @Test func rowsWithoutClassesCostNothing() throws {
    let logits = Matrix(rowCount: 2, columnCount: 0)
    #expect(try logits.crossEntropy(of: .distributions(logits)) == [0, 0])
    #expect(logits.logSumExp() == [-.infinity, -.infinity])
    #expect(logits.mostLikelyClasses() == [0, 0])
  }

  @Test func aMatrixWithoutRowsHasNoLosses() throws {
    let logits = Matrix(rowCount: 0, columnCount: 3)
    #expect(try logits.crossEntropy(of: .labels([])).isEmpty)
    #expect(throws: SoftmaxError.self) {
      try Matrix(rowCount: 1, columnCount: 0).crossEntropy(of: .labels([0]))
    }
  }
}
