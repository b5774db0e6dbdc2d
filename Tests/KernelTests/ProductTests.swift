// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Testing

@Suite("Products are summed in the decided order")
struct ProductTests {
  let specification = Specification()

  /// Steps and the length of their chunks; the numbers of chunks give every shape of tree.
  static let lengths: [(steps: Int, chunk: Int)] =
    [0, 1, 2, 15, 16, 17, 33].map { ($0, 256) }
    + [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 21].flatMap { [($0 * 16, 16), ($0 * 16 + 5, 16)] }
    + [3, 5, 7].flatMap { [($0 * 48, 48), ($0 * 48 - 1, 48), ($0 * 256 + 1, 256)] }
    + [(37, 37), (100, 5000), (784, 400)]

  @Test(
    "A product by ascending steps adds with fused multiply-add inside chunks, then by the tree",
    arguments: lengths)
  func ascendingProduct(_ length: (steps: Int, chunk: Int)) {
    var sample = SampleValues(seed: UInt64(length.steps + 1))
    let a = sample.rows(3, length.steps)
    let b = sample.rows(length.steps, 5)
    let columns = columns(of: b, count: 5)
    let expected = Rows(3, 5) { ascendingDot(a[$0], columns[$1], chunk: length.chunk) }
    let product = specification.ascendingProduct(a, b.columns(5), chunk: length.chunk)
    #expect(bits(product.values) == bits(expected.values))

    let transposed = a.columns(length.steps).transposed.columns(3)
    #expect(
      bits(
        specification.ascendingProduct(
          transposed, b.columns(5), transposed: true, chunk: length.chunk
        ).values) == bits(expected.values))
  }

  @Test(
    "A product by lanes puts step t of a chunk into lane t mod 16, then adds by both trees",
    arguments: lengths)
  func laneProduct(_ length: (steps: Int, chunk: Int)) {
    var sample = SampleValues(seed: UInt64(length.steps + 1))
    let a = sample.rows(3, length.steps)
    let b = sample.rows(5, length.steps)
    let expected = Rows(3, 5) { laneDot(a[$0], b[$1], chunk: length.chunk) }
    let product = specification.laneProduct(a, b, chunk: length.chunk)
    #expect(bits(product.values) == bits(expected.values))
  }

  @Test("The bias is added once, after the sum")
  func biasComesLast() {
    var sample = SampleValues(seed: 7)
    let a = sample.rows(4, 100)
    let b = sample.rows(6, 100)
    let bias = sample.array(6, scale: 1000)
    let lanes = Rows(4, 6) { laneDot(a[$0], b[$1], chunk: 32) + bias[$1] }
    let ascending = Rows(4, 6) { ascendingDot(a[$0], b[$1], chunk: 32) + bias[$1] }
    #expect(specification.laneProduct(a, b, chunk: 32, bias: bias) == lanes)
    #expect(specification.ascendingProduct(a, b.transposed, chunk: 32, bias: bias) == ascending)
  }

  @Test("A sum of nothing is zero, and the bias where there is one")
  func emptySums() {
    let empty = Rows(2, 0) { _, _ in 0 }
    let none = Rows(0, 3) { _, _ in 0 }.columns(3)
    let two = Rows(2, 3) { Float($1) * 0 }
    #expect(
      bits(specification.laneProduct(empty, Rows(3, 0) { _, _ in 0 }, chunk: 16).values)
        == bits(two.values))
    #expect(
      specification.ascendingProduct(empty, none, chunk: 16, bias: [1, 2, 3])
        == Rows([[1, 2, 3], [1, 2, 3]]))
  }

  @Test("A product is near the one in double precision", arguments: [10, 100, 1000])
  func nearDouble(_ steps: Int) {
    var sample = SampleValues(seed: 3)
    let a = sample.rows(1, steps)
    let b = sample.rows(1, steps)
    let terms = zip(a.values, b.values).map { Double($0) * Double($1) }
    // Each step rounds once, by at most half an ulp of the sum so far.
    let bound = Double(steps) * 0x1p-24 * terms.reduce(0) { $0 + abs($1) }
    let chunk = softmax_unit_chunk(steps)
    let exact = terms.reduce(0, +)
    #expect(abs(Double(specification.laneProduct(a, b, chunk: chunk).values[0]) - exact) <= bound)
    let ascending = specification.ascendingProduct(a, b.transposed, chunk: chunk)
    #expect(abs(Double(ascending.values[0]) - exact) <= bound)
  }

  @Test("Chunks of units are a power of two of multiples of 16, none of them empty")
  func unitChunks() {
    for count in 0...20_000 {
      let chunk = softmax_unit_chunk(count)
      let chunkCount = chunks(of: count, length: chunk).count
      let isAsDecided =
        chunk > 0 && chunk % 16 == 0 && chunkCount.nonzeroBitCount == 1
        && (chunkCount - 1) * chunk <= max(count - 1, 0)
      #expect(isAsDecided, "\(count) units in chunks of \(chunk)")
    }
    // The numbers of chunks in the header's comment.
    for (count, expected) in [(63, 1), (64, 2), (1023, 2), (1024, 4), (4095, 4), (4096, 8)] {
      #expect(chunks(of: count, length: softmax_unit_chunk(count)).count == expected)
    }
  }

  private func columns(of b: Rows, count: Int) -> [[Float]] {
    (0..<count).map { column in (0..<b.rowCount).map { b[$0, column] } }
  }
}

extension Rows {
  /// The same with the number of columns said, which no row of an empty matrix can tell.
  func columns(_ count: Int) -> Rows {
    var rows = self
    rows.columnCount = count
    return rows
  }
}
