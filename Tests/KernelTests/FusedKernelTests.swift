// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Testing

@Suite("A fused kernel gives the bits of the kernels that it stands for")
struct FusedKernelTests {
  let specification = Specification()

  static let adam = softmax_adam(
    beta1: 0.9, one_minus_beta1: 0.1, beta2: 0.999, one_minus_beta2: 0.001, rate: 0.01,
    scale: 31.622776, epsilon: 1e-7, least_gradient: 0x1.f9f6e4p-59, keep: 0.9999)

  /// Rows of a batch, rows and columns of the weight.
  static let steps: [(rows: Int, m: Int, n: Int)] =
    [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 255, 256].map { ($0, 13, 48) }
    + (1...30).map { ($0 % 7 + 1, $0, $0 % 4 * 16 + 16) } + [(32, 784, 32), (64, 10, 784)]

  @Test(
    "A gradient that ends in a step of SGD is the product, then the step",
    arguments: Specification.instructionSets, steps)
  func gradientSGD(_ isa: softmax_isa, _ size: (rows: Int, m: Int, n: Int)) {
    var sample = SampleValues(seed: UInt64(size.rows * 1000 + size.m))
    let a = sample.rows(size.rows, size.m).columns(size.m)
    let b = sample.rows(size.rows, size.n).columns(size.n)
    let before = (weight: sample.rows(size.m, size.n), velocity: sample.rows(size.m, size.n))
    let gradient = specification.ascendingProduct(
      a, b, transposed: true, chunk: Int(SOFTMAX_ROW_CHUNK))
    for l2: Float in [0, 0.01] {
      var plain = before
      specification.sgd(
        rate: 0.1, l2: l2, gradient: gradient.values, weight: &plain.weight.values)
      var moved = before
      specification.sgd(
        rate: 0.1, momentum: 0.9, l2: l2, gradient: gradient.values, weight: &moved.weight.values,
        velocity: &moved.velocity.values)
      for transposed in [true, false] {
        let a = transposed ? a : a.transposed.columns(size.rows)
        var weight = before.weight
        var none: Rows?
        Specification(isa).gradientStep(
          a, b, transposed: transposed, rate: 0.1, momentum: 0, l2: l2, weight: &weight,
          velocity: &none)
        #expect(bits(weight.values) == bits(plain.weight.values))
        weight = before.weight
        var velocity: Rows? = before.velocity
        Specification(isa).gradientStep(
          a, b, transposed: transposed, rate: 0.1, momentum: 0.9, l2: l2, weight: &weight,
          velocity: &velocity)
        #expect(bits(weight.values) == bits(moved.weight.values))
        #expect(velocity.map { bits($0.values) } == bits(moved.velocity.values))
      }
    }
  }

  @Test(
    "A gradient that ends in a step of Adam is the product, then the step",
    arguments: Specification.instructionSets, steps)
  func gradientAdam(_ isa: softmax_isa, _ size: (rows: Int, m: Int, n: Int)) {
    var sample = SampleValues(seed: UInt64(size.rows * 1000 + size.m + 1))
    let a = sample.rows(size.rows, size.m).columns(size.m)
    let b = sample.rows(size.rows, size.n).columns(size.n)
    let before = (
      weight: sample.rows(size.m, size.n), first: sample.rows(size.m, size.n),
      second: Rows(size.m, size.n) { _, _ in abs(sample.next()) * 0x1p-12 }
    )
    let gradient = specification.ascendingProduct(
      a, b, transposed: true, chunk: Int(SOFTMAX_ROW_CHUNK))
    for l2: Float in [0, 0.01] {
      var expected = before
      specification.adam(
        Self.adam, l2: l2, gradient: gradient.values, weight: &expected.weight.values,
        first: &expected.first.values, second: &expected.second.values)
      for transposed in [true, false] {
        var after = before
        Specification(isa).gradientStep(
          transposed ? a : a.transposed.columns(size.rows), b, transposed: transposed, Self.adam,
          l2: l2, weight: &after.weight, first: &after.first, second: &after.second)
        #expect(bits(after.weight.values) == bits(expected.weight.values))
        #expect(bits(after.first.values) == bits(expected.first.values))
        #expect(bits(after.second.values) == bits(expected.second.values))
      }
    }
  }

  @Test(
    "Chunks of a product in lanes, added by the tree, and the bias are the product",
    arguments: Specification.instructionSets,
    [1, 4, 13, 16, 33, 63, 64, 77, 100, 128, 784, 1023, 1024, 5000])
  func laneProductByChunks(_ isa: softmax_isa, _ steps: Int) {
    var sample = SampleValues(seed: UInt64(steps))
    let chunk = softmax_unit_chunk(steps)
    for (m, n) in [(1, 1), (7, 10), (16, 5), (33, 32)] {
      let a = sample.rows(m, steps)
      let b = sample.rows(n, steps)
      let bias = sample.array(n)
      let expected = specification.laneProduct(a, b, chunk: chunk, bias: bias)
      let parts = Specification(isa).laneProductColumns(a, b, chunk: chunk)
      let sums = Rows(m, n) { row, column in
        treeTotal(parts.map { $0[column, row] }[...]) + bias[column]
      }
      #expect(bits(sums.values) == bits(expected.values))
    }
  }

  @Test("The sum of each row is that of a product with ones", arguments: [0, 1, 7, 8, 9, 32, 33])
  func columnSums(_ rowCount: Int) {
    var sample = SampleValues(seed: 71)
    for steps in [0, 1, 15, 16, 17, 256] {
      let a = sample.rows(rowCount, steps).columns(steps)
      let ones = Rows(steps, 1) { _, _ in 1 }.columns(1)
      let product = specification.ascendingProduct(a, ones, chunk: Int(SOFTMAX_ROW_CHUNK))
      #expect(bits(specification.columnSums(a)) == bits(product.values))
    }
  }

  @Test("A sum of two is one rounding", arguments: Specification.instructionSets)
  func sum(_ isa: softmax_isa) {
    var sample = SampleValues(seed: 72)
    let x = sample.array(99, scale: 1000) + [-0, -0, .infinity, 1]
    let y = sample.array(99) + [-0, 0, 1, -.infinity]
    #expect(bits(Specification(isa).sum(x, y)) == bits(zip(x, y).map { $0 + $1 }))
  }

  @Test(
    "Cross-entropy with the rows in lanes is that of the rows, special ones too",
    arguments: Specification.instructionSets, Array(1...32))
  func crossEntropyColumns(_ isa: softmax_isa, _ classCount: Int) {
    var sample = SampleValues(seed: UInt64(classCount) + 300)
    let rowCount = 48
    for chunkCount in [1, 2, 3, 4, 8] {
      let partials = (0..<chunkCount).map { _ in
        Rows(classCount, rowCount) { column, row in
          Self.special(row, column, classCount) ?? sample.next() * 8
        }
      }
      let bias = sample.array(classCount)
      let logits = Rows(rowCount, classCount) { row, column in
        treeTotal(partials.map { $0[column, row] }[...]) + bias[column]
      }
      let labels = (0..<rowCount).map { Int32($0 * 7 % classCount) }
      let targets = Rows(rowCount, classCount) { row, column in
        (row + column) % 3 == 1 ? 0 : Float((row * column) % 16) / 16
      }
      let prediction = specification.argmax(logits)
      let byLabel = specification.crossEntropy(logits: logits, labels: labels, scale: 0.05)
      let byTarget = specification.crossEntropy(
        logits: logits, distributions: targets, scale: 0.05)
      let kernels = Specification(isa)
      for (labels, targets, expected) in [
        (labels, nil, byLabel), (nil, targets.transposed, byTarget),
      ] {
        let columns = kernels.crossEntropyColumns(
          partials: partials, bias: bias, labels: labels, distributions: targets, scale: 0.05)
        #expect(bits(columns.loss) == bits(expected.loss))
        #expect(bits(columns.gradient.values) == bits(expected.gradient.transposed.values))
        #expect(columns.prediction == prediction)
      }
      // The special rows are what they are meant to be.
      #expect(byLabel.loss[1].isNaN && byLabel.loss[2].isNaN && byLabel.loss[4].isNaN)
      #expect(!byLabel.loss[0].isNaN && !byLabel.loss[5].isNaN)
    }
  }

  /// Of every eight rows: one with a NaN, one with +inf, one with a -inf, one of nothing but -inf,
  /// one of equal logits but for the bias, one of huge ones.
  private static func special(_ row: Int, _ column: Int, _ classCount: Int) -> Float? {
    let isChosen = column == row / 8 % classCount
    return switch row % 8 {
    case 1: isChosen ? .nan : nil
    case 2: isChosen ? .infinity : nil
    case 3: isChosen && classCount > 1 ? -.infinity : nil
    case 4: -.infinity
    case 5: 2
    case 6: column % 2 == 0 ? 1e30 : -1e30
    default: nil
    }
  }
}
