// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// The kernels of the fused training step, as functions of arrays.
extension Specification {
  /// The instruction sets that this machine has.
  static let instructionSets = [
    softmax_isa_scalar, softmax_isa_avx2, softmax_isa_avx512, softmax_isa_neon,
  ].filter { unsafe softmax_kernels_for($0) != nil }

  /// The chunks' parts of `a` times the transpose of `b`, each transposed: [chunk][b's row, a's row].
  func laneProductColumns(_ a: Rows, _ b: Rows, chunk: Int) -> [Rows] {
    chunks(of: a.columnCount, length: chunk).map { steps in
      // Whole lanes, as the arena pads them.
      let padded = (steps.count + 15) / 16 * 16
      let part = { (x: Rows) in
        Rows(x.rowCount, padded) { $1 < steps.count ? x[$0, steps.lowerBound + $1] : 0 }
      }
      let (a, b) = (part(a), part(b))
      var c = Rows(b.rowCount, a.rowCount) { _, _ in .nan }
      unsafe kernels.lanes_columns(
        a.rowCount, b.rowCount, padded, a.values, padded, b.values, padded, &c.values,
        c.columnCount, nil)
      return c
    }
  }

  func columnSums(_ a: Rows) -> [Float] {
    var y = [Float](repeating: .nan, count: a.rowCount)
    unsafe kernels.sum_of_columns(a.rowCount, a.columnCount, a.values, a.columnCount, &y)
    return y
  }

  func sum(_ x: [Float], _ y: [Float]) -> [Float] {
    var y = y
    unsafe kernels.add(x.count, x, &y)
    return y
  }

  /// The loss, the gradient [classes, rows] and the prediction of each row, from parts of the logits.
  func crossEntropyColumns(
    partials: [Rows], bias: [Float], labels: [Int32]?, distributions: Rows?, scale: Float
  ) -> (loss: [Float], gradient: Rows, prediction: [Int32]) {
    var gradient = partials[0]
    let rowCount = gradient.columnCount
    var loss = [Float](repeating: 0, count: rowCount)
    var prediction = [Int32](repeating: -1, count: rowCount)
    unsafe kernels.cross_entropy_columns(
      rowCount, gradient.rowCount, partials.count, partials.flatMap(\.values),
      gradient.values.count, rowCount, bias, labels, distributions?.values, scale, &loss,
      &prediction,
      &gradient.values)
    return (loss, gradient, prediction)
  }

  func philox(blocks: Int, key: (UInt32, UInt32), stream: (UInt32, UInt32)) -> [UInt64] {
    var bits = [UInt64](repeating: 0, count: 2 * blocks)
    unsafe kernels.philox(blocks, key.0, key.1, stream.0, stream.1, &bits)
    return bits
  }

  /// A step of SGD along `a` `b`, or along the transpose of `a` times `b`.
  func gradientStep(
    _ a: Rows, _ b: Rows, transposed: Bool, rate: Float, momentum: Float, l2: Float,
    weight: inout Rows, velocity: inout Rows?
  ) {
    let (row, step) = transposed ? (1, a.columnCount) : (a.columnCount, 1)
    if var moved = velocity {
      unsafe kernels.gradient_sgd(
        weight.rowCount, weight.columnCount, b.rowCount, a.values, row, step, b.values,
        b.columnCount, rate, momentum, l2, &weight.values, &moved.values, weight.columnCount)
      velocity = moved
    } else {
      unsafe kernels.gradient_sgd(
        weight.rowCount, weight.columnCount, b.rowCount, a.values, row, step, b.values,
        b.columnCount, rate, momentum, l2, &weight.values, nil, weight.columnCount)
    }
  }

  /// The same of Adam.
  func gradientStep(
    _ a: Rows, _ b: Rows, transposed: Bool, _ adam: softmax_adam, l2: Float, weight: inout Rows,
    first: inout Rows, second: inout Rows
  ) {
    var adam = adam
    let (row, step) = transposed ? (1, a.columnCount) : (a.columnCount, 1)
    unsafe kernels.gradient_adam(
      weight.rowCount, weight.columnCount, b.rowCount, a.values, row, step, b.values,
      b.columnCount, &adam, l2, &weight.values, &first.values, &second.values, weight.columnCount)
  }
}
