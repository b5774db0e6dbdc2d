// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that multiplies each value by a trained factor.
///
/// y_j = s_j x_j. The tensor "weight" has the factors s, which begin with 1. In front of a network it learns
/// how much each feature counts.
///
/// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
/// on tabular data", NeurIPS 2024.
public struct Scaling: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension Scaling: StoredLayerKind {
  package static let types = ["scaling"]

  package var type: String { Scaling.types[0] }
  package var typeName: String { "Scaling" }
  package var settings: [LayerSetting] { [] }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package init(_ description: LayerDescription) throws(SoftmaxError) { self.init() }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try checkRows(shape, of: "a scaling", layer: index)
    return (shape, [LayerTensorShape("weight", shape)])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    shapes.map { $0.tensor(repeating: 1) }
  }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors {
    RateFactors(rate: 6, decay: 6)
  }
}

extension Scaling: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .elements, needsInput: false, needsOutput: false, canOverwriteInputs: true,
      canOverwriteGradient: false, sumsOnTheWayBack: false, joinsTensors: false,
      actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .scaling(ScalingOperation(memory.tensors[0], in: memory))
  }
}

/// Scaling over views of an arena: the normalization of columns with a mean of 0 and a deviation of 1.
package struct ScalingOperation: OperationBody {
  let factors: MatrixView
  /// A row of zeros and a row of ones.
  let zeros: MatrixView
  let ones: MatrixView
  /// The inputs: [rows, inputs].
  let inputs: MatrixView

  init(_ factors: MatrixView, in memory: OperationMemory) {
    self.factors = factors
    (zeros, ones) = (memory.row(), memory.row())
    ones.fill(1)
    inputs = memory.rows()
  }

  var parameters: [OperationParameter] {
    [OperationParameter(tensors: 0..<1, value: factors, gradient: .factor(inputs))]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let part = place.part
    multiply(x[part], columns: part.columns, keeping: inputs[part], into: y[part], with: kernels)
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    multiply(dy[part], columns: part.columns, keeping: nil, into: dx[part], with: kernels)
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    multiply(x, columns: 0..<x.columnCount, keeping: nil, into: y, with: kernels)
  }

  private func multiply(
    _ x: MatrixView, columns: Range<Int>, keeping kept: MatrixView?, into y: MatrixView,
    with kernels: Kernels
  ) {
    kernels.normalizeColumns(
      x, mean: zeros.columns(columns), inverse: ones.columns(columns),
      gamma: factors.columns(columns), beta: zeros.columns(columns), normal: kept, into: y)
  }
}
