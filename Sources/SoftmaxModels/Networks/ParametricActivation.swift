// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that applies a function to each value, to an extent that is trained for each unit.
///
/// y_j = x_j + a_j (f(x_j) - x_j): f itself for a = 1, and nothing for a = 0. The tensor "weight" has the
/// shares a, which begin with 1.
///
/// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
/// on tabular data", NeurIPS 2024, with ``Activation/selu`` as the function.
public struct ParametricActivation: Layer {
  /// The function f.
  package let activation: Activation

  /// Creates the layer.
  ///
  /// - Parameter activation: the function f; softmax is an error when the network is created.
  public init(_ activation: Activation) {
    self.activation = activation
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension ParametricActivation: StoredLayerKind {
  package static let types = ["parametric-activation"]

  package var type: String { ParametricActivation.types[0] }
  package var typeName: String { "ParametricActivation" }
  package var settings: [LayerSetting] {
    var settings = [LayerSetting("activation", .text(activation.name), .value)]
    if let setting = activation.setting {
      settings.append(LayerSetting("activation_setting", .number(setting), .suffix))
    }
    return settings
  }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    self.init(
      try description.activation(
        named: try description.text("activation"), setting: "activation_setting"))
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try activation.validate(layer: index)
    guard activation.function != nil else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): \(activation.name) is no function of single values, so it has no share of each "
          + "unit", remedy: "use an elementwise activation such as selu")
    }
    try checkRows(shape, of: "a parametric activation", layer: index)
    return (shape, [LayerTensorShape("weight", shape)])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    shapes.map { $0.tensor(repeating: 1) }
  }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors {
    RateFactors(rate: 0.1, decay: 0.1)
  }
}

extension ParametricActivation: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .elements, needsInput: function.needsArgument, needsOutput: false,
      canOverwriteInputs: false, canOverwriteGradient: false, sumsOnTheWayBack: false,
      joinsTensors: false, actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .parametricActivation(
      ParametricActivationOperation(
        function: function, shares: memory.tensors[0],
        values: function.needsArgument ? nil : memory.rows(), difference: memory.rows()))
  }

  private var function: Kernels.ElementFunction {
    guard let function = activation.function else {
      preconditionFailure("a network has no layer of this kind that is not elementwise")
    }
    return function
  }
}

/// A parametric activation over views of an arena.
package struct ParametricActivationOperation: OperationBody {
  let function: Kernels.ElementFunction
  /// The shares a: [1, units].
  let shares: MatrixView
  /// The values f(x), [rows, units], if the derivative is computed from them; nil if from x.
  let values: MatrixView?
  /// The differences f(x) - x: [rows, units].
  let difference: MatrixView

  var parameters: [OperationParameter] {
    [OperationParameter(tensors: 0..<1, value: shares, gradient: .factor(difference))]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let part = place.part
    let f = (values ?? difference)[part]
    kernels.apply(function, to: x[part], into: f)
    kernels.mix(
      f, into: x[part], shares: shares.columns(part.columns), difference: difference[part],
      result: y[part])
  }

  // The derivative 1 + a (f'(x) - 1) times dy is the same mixture, of dy f'(x) and dy.
  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    kernels.applyGradient(of: function, at: (values ?? x)[part], dy[part], into: dx[part])
    kernels.mix(
      dx[part], into: dy[part], shares: shares.columns(part.columns), difference: nil,
      result: dx[part])
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    kernels.apply(function, to: x, into: y)
    kernels.mix(y, into: x, shares: shares, difference: nil, result: y)
  }
}
