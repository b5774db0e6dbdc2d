// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that randomly sets inputs to 0 in training, all with the same probability.
///
/// In training y = x / (1 - rate) with the probability 1 - rate, else y = 0; in prediction y = x. The choice
/// is a function of the network's seed, the layer, the step, the index of the sample in its batch and the
/// unit. So it does not depend on threads and is the same when training is resumed.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dropout(0.2)
/// ```
///
/// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014.
/// The inputs are scaled in training, not in prediction ("inverted dropout"), as in Keras and PyTorch.
public struct Dropout: Layer {
  /// The probability that an input becomes 0, in 0..<1; other values are an error when the network is
  /// created.
  package let rate: Double

  /// Creates the layer.
  public init(_ rate: Double) {
    self.rate = rate
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension Dropout: StoredLayerKind {
  package static let types = ["dropout"]

  package var type: String { Dropout.types[0] }
  package var typeName: String { "Dropout" }
  package var settings: [LayerSetting] { [LayerSetting("rate", .number(rate), .value)] }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    self.init(try description.number("rate"))
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try check("the rate of dropout", rate, rate >= 0 && rate < 1, "in 0..<1", layer: index)
    return (shape, [])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] { [] }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}

extension Dropout: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .elements, needsInput: false, needsOutput: false, canOverwriteInputs: true,
      canOverwriteGradient: true, sumsOnTheWayBack: false, joinsTensors: false,
      actsInPrediction: false)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .dropout(
      DropoutOperation(
        draw: DropoutDraw(
          rate: rate, seed: memory.seed, layer: memory.layer, outputCount: memory.outputCount,
          firstOutput: memory.columns.lowerBound),
        mask: memory.rows()))
  }
}

/// The operation of dropout, with the mask that it drew for the rows of the current step.
package struct DropoutOperation: OperationBody {
  let draw: DropoutDraw
  let mask: MatrixView

  var parameters: [OperationParameter] { [] }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let part = place.part
    kernels.fill(
      mask[part], by: draw, firstRow: place.firstRow + part.rows.lowerBound,
      firstColumn: part.columns.lowerBound, step: place.step)
    kernels.mask(x[part], by: mask[part], into: y[part])
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    kernels.mask(dy[part], by: mask[part], into: dx[part])
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) { y.assign(x) }
}
