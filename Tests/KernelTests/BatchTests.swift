// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Gathering the rows of a batch")
struct BatchTests {
  let specification = Specification()

  static let scales: [Float] = [1, 1 / 255, 1 / 256, .leastNonzeroMagnitude, 1e38, -0.1]

  @Test("A byte becomes Float(byte) * scale, rounded once", arguments: scales)
  func bytesAreRoundedOnce(_ scale: Float) {
    let bytes = [UInt8](0...255)
    let y = specification.gatheredBytes(bytes, columnCount: 256, rows: nil, scale: scale)
    // 8 bits times 24 are exact in double, which leaves one rounding.
    #expect(bits(y) == bits(bytes.map { Float(Double($0) * Double(scale)) }))
  }

  @Test("Rows come in the order asked for, also twice and from the end")
  func rowsComeInOrder() {
    var sample = SampleValues(seed: 41)
    let x = sample.rows(7, 20)
    let order: [Int64] = [6, 0, 3, 3, 6, 1]
    #expect(specification.gatheredFloats(x, rows: order) == Rows(order.map { x[Int($0)] }))
    let bytes = (0..<140).map { UInt8($0) }
    let gathered = specification.gatheredBytes(bytes, columnCount: 20, rows: order, scale: 1)
    #expect(gathered == order.flatMap { row in (0..<20).map { Float(Int(row) * 20 + $0) } })
  }

  @Test("Floats are copied bit for bit, special values too")
  func floatsAreCopied() {
    let values: [Float] = [.nan, .infinity, -0, .leastNonzeroMagnitude, -.infinity, 1]
    let y = specification.gatheredFloats(Rows([values]), rows: [0])
    #expect(bits(y.values) == bits(values))
  }
}
