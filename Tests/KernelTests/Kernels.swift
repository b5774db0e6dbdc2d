// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// A matrix of floats without gaps, for the tests' own plain loops.
struct Rows: Equatable {
  var rowCount: Int
  var columnCount: Int
  var values: [Float]

  init(_ rowCount: Int, _ columnCount: Int, _ value: (Int, Int) -> Float) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    values = (0..<rowCount).flatMap { row in (0..<columnCount).map { value(row, $0) } }
  }

  init(_ rows: [[Float]]) {
    self.init(rows.count, rows.first?.count ?? 0) { rows[$0][$1] }
  }

  subscript(row: Int, column: Int) -> Float { values[row * columnCount + column] }

  subscript(row: Int) -> [Float] { Array(values[row * columnCount..<(row + 1) * columnCount]) }

  var transposed: Rows { Rows(columnCount, rowCount) { self[$1, $0] } }
}

/// The scalar kernels, which specify the bits of all others, as functions of arrays; or those of another
/// instruction set.
@safe
struct Specification {
  let kernels: softmax_kernels

  init(_ isa: softmax_isa = softmax_isa_scalar) {
    guard let kernels = unsafe softmax_kernels_for(isa) ?? softmax_kernels_for(softmax_isa_scalar)
    else {
      preconditionFailure("Every machine has the scalar kernels.")
    }
    unsafe self.kernels = unsafe kernels.pointee
  }

  // MARK: Products

  /// `a` `b`, or the transpose of `a` times `b`.
  func ascendingProduct(
    _ a: Rows, _ b: Rows, transposed: Bool = false, chunk: Int, bias: [Float]? = nil
  ) -> Rows {
    var c = Rows(transposed ? a.columnCount : a.rowCount, b.columnCount) { _, _ in .nan }
    unsafe kernels.gemm_ascending(
      c.rowCount, c.columnCount, b.rowCount, chunk, a.values, transposed ? 1 : a.columnCount,
      transposed ? a.columnCount : 1, b.values, b.columnCount, bias, &c.values, c.columnCount)
    return c
  }

  /// `a` times the transpose of `b`.
  func laneProduct(_ a: Rows, _ b: Rows, chunk: Int, bias: [Float]? = nil) -> Rows {
    var c = Rows(a.rowCount, b.rowCount) { _, _ in .nan }
    unsafe kernels.gemm_lanes(
      c.rowCount, c.columnCount, a.columnCount, chunk, a.values, a.columnCount, b.values,
      b.columnCount, bias, &c.values, c.columnCount)
    return c
  }

  // MARK: Batches

  func gatheredBytes(_ bytes: [UInt8], columnCount: Int, rows: [Int64]?, scale: Float) -> [Float] {
    let rowCount = rows?.count ?? (bytes.count / columnCount)
    var y = [Float](repeating: .nan, count: rowCount * columnCount)
    unsafe kernels.gather_bytes(
      rowCount, columnCount, bytes, columnCount, rows, scale, &y, columnCount)
    return y
  }

  func gatheredFloats(_ x: Rows, rows: [Int64]) -> Rows {
    var y = Rows(rows.count, x.columnCount) { _, _ in .nan }
    unsafe kernels.gather_floats(
      rows.count, x.columnCount, x.values, x.columnCount, rows, &y.values, x.columnCount)
    return y
  }

  // MARK: Functions of each element

  func exponential(_ x: [Float]) -> [Float] {
    unsafe mapped(x) { unsafe kernels.exponential($0, $1, $2) }
  }

  func logarithm(_ x: [Float]) -> [Float] {
    unsafe mapped(x) { unsafe kernels.logarithm($0, $1, $2) }
  }

  func log1p(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.log1p($0, $1, $2) } }

  func relu(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.relu($0, $1, $2) } }

  func tanh(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.tanh($0, $1, $2) } }

  func sigmoid(_ x: [Float]) -> [Float] { unsafe mapped(x) { unsafe kernels.sigmoid($0, $1, $2) } }

  func softplus(_ x: [Float]) -> [Float] {
    unsafe mapped(x) { unsafe kernels.softplus($0, $1, $2) }
  }

  func reluGradient(_ y: [Float], _ dy: [Float]) -> [Float] {
    unsafe mapped(dy) { unsafe kernels.relu_gradient($0, y, $1, $2) }
  }

  func tanhGradient(_ y: [Float], _ dy: [Float]) -> [Float] {
    unsafe mapped(dy) { unsafe kernels.tanh_gradient($0, y, $1, $2) }
  }

  func sigmoidGradient(_ y: [Float], _ dy: [Float]) -> [Float] {
    unsafe mapped(dy) { unsafe kernels.sigmoid_gradient($0, y, $1, $2) }
  }

  func mapped(
    _ x: [Float], _ function: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    var y = [Float](repeating: .nan, count: x.count)
    unsafe function(x.count, x, &y)
    return y
  }

  // MARK: Rows of logits

  func softmax(_ x: Rows) -> Rows {
    var y = x
    unsafe kernels.softmax_rows(
      x.rowCount, x.columnCount, x.values, x.columnCount, &y.values, y.columnCount)
    return y
  }

  func logSoftmax(_ x: Rows) -> Rows {
    var y = x
    unsafe kernels.log_softmax_rows(
      x.rowCount, x.columnCount, x.values, x.columnCount, &y.values, y.columnCount)
    return y
  }

  func logSumExp(_ x: Rows) -> [Float] {
    var y = [Float](repeating: .nan, count: x.rowCount)
    unsafe kernels.log_sum_exp_rows(
      x.rowCount, x.columnCount, x.values, x.columnCount, &y)
    return y
  }

  func argmax(_ x: Rows) -> [Int32] {
    var index = [Int32](repeating: -1, count: x.rowCount)
    unsafe kernels.argmax_rows(x.rowCount, x.columnCount, x.values, x.columnCount, &index)
    return index
  }

  func crossEntropy(logits: Rows, labels: [Int32], scale: Float) -> (loss: [Float], gradient: Rows)
  {
    var loss = [Float](repeating: .nan, count: logits.rowCount)
    var gradient = logits
    unsafe kernels.cross_entropy_labels(
      logits.rowCount, logits.columnCount, logits.values, logits.columnCount, labels, scale, &loss,
      &gradient.values, gradient.columnCount)
    return (loss, gradient)
  }

  /// The losses alone.
  func loss(logits: Rows, labels: [Int32]) -> [Float] {
    var loss = [Float](repeating: .nan, count: logits.rowCount)
    unsafe kernels.cross_entropy_labels(
      logits.rowCount, logits.columnCount, logits.values, logits.columnCount, labels, 1, &loss,
      nil, 0)
    return loss
  }

  func loss(logits: Rows, distributions: Rows) -> [Float] {
    var loss = [Float](repeating: .nan, count: logits.rowCount)
    unsafe kernels.cross_entropy_distributions(
      logits.rowCount, logits.columnCount, logits.values, logits.columnCount, distributions.values,
      distributions.columnCount, 1, &loss, nil, 0)
    return loss
  }

  func crossEntropy(
    logits: Rows, distributions: Rows, scale: Float
  ) -> (loss: [Float], gradient: Rows) {
    var loss = [Float](repeating: .nan, count: logits.rowCount)
    var gradient = logits
    unsafe kernels.cross_entropy_distributions(
      logits.rowCount, logits.columnCount, logits.values, logits.columnCount, distributions.values,
      distributions.columnCount, scale, &loss, &gradient.values, gradient.columnCount)
    return (loss, gradient)
  }

  // MARK: Optimizers

  func sgd(rate: Float, l2: Float = 0, gradient: [Float], weight: inout [Float]) {
    unsafe kernels.sgd(gradient.count, rate, 0, l2, gradient, &weight, nil)
  }

  func sgd(
    rate: Float, momentum: Float, l2: Float = 0, gradient: [Float], weight: inout [Float],
    velocity: inout [Float]
  ) {
    unsafe kernels.sgd(gradient.count, rate, momentum, l2, gradient, &weight, &velocity)
  }

  func adam(
    _ step: softmax_adam, l2: Float = 0, gradient: [Float], weight: inout [Float],
    first: inout [Float], second: inout [Float]
  ) {
    var step = step
    unsafe kernels.adam(gradient.count, &step, l2, gradient, &weight, &first, &second)
  }
}

/// The bits, for comparisons that tell zeros apart and find a NaN equal to itself.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// Numbers that are the same on every machine: multiples of 2^-20 in -1..<1.
struct SampleValues {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 43) - 1 << 20) / Float(1 << 20)
  }

  mutating func array(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in next() * scale }
  }

  mutating func rows(_ rowCount: Int, _ columnCount: Int, scale: Float = 1) -> Rows {
    Rows(rowCount, columnCount) { _, _ in next() * scale }
  }
}
