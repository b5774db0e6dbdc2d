// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Makes some of its inputs 0 in training, each with the same probability, and the others greater.
///
/// In training y = x / (1 - rate) with the probability 1 - rate, else 0; in prediction y = x. Which
/// inputs are dropped is a function of the network's seed, the layer, the number of the step, the
/// sample's place in its batch and the unit: of no thread, and the same when a run is resumed.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dropout(0.2)
/// ```
///
/// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
/// JMLR 2014; inverted, as in Keras and PyTorch.
public struct Dropout: Layer {
  /// The probability of an input to become 0, in 0..<1; a network with another is an error.
  package let rate: Double

  /// Creates the layer.
  public init(_ rate: Double) {
    self.rate = rate
  }

  /// What the layer is.
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

/// What dropout draws, and what it drew for the rows of the step.
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
