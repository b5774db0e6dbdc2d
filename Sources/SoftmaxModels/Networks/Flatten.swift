// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that turns samples of any shape into rows of features.
public struct Flatten: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension Flatten: StoredLayerKind {
  package static let types = ["flatten"]

  package var type: String { Flatten.types[0] }
  package var typeName: String { "Flatten" }
  package var settings: [LayerSetting] { [] }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  // A sample is contiguous in memory, so there is nothing to compute.
  package var operations: [any OperationKind] { [] }

  package init(_ description: LayerDescription) throws(SoftmaxError) { self.init() }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    ([shape.reduce(1, *)], [])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] { [] }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}
