// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// x where it is positive, else a x, with an a that each unit learns.
///
/// Source: He et al., "Delving deep into rectifiers", 2015.
struct PReLU: RowLayer {
  /// What every a begins with.
  var slope: Float = 0.25

  func initialTensors(inputCount: Int, using generator: CounterBasedGenerator) -> [LayerTensor] {
    let values = [Float](repeating: slope, count: inputCount)
    return [LayerTensor(name: "slope", shape: [inputCount], values: values)]
  }

  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = x[i] > 0 ? x[i] : parameters[i] * x[i] }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in x.indices { dx[i] = x[i] > 0 ? dy[i] : parameters[i] * dy[i] }
  }

  func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>
  ) {
    for i in x.indices where x[i] <= 0 { gradient[i] += x[i] * dy[i] }
  }
}
