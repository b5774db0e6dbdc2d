// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that applies any activation.
///
/// ```swift
/// ActivationLayer(.elu)
/// ```
public struct ActivationLayer: Layer {
  /// The activation that the layer applies.
  package let activation: Activation

  /// Creates the layer.
  public init(_ activation: Activation) {
    self.activation = activation
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension ActivationLayer: StoredLayerKind {
  package static var types: [String] { Activation.all.map(\.name) }

  package var type: String { activation.name }
  package var typeName: String { activation.typeName }
  package var settings: [LayerSetting] {
    activation.setting.map { [LayerSetting("setting", .number($0), .value)] } ?? []
  }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { activation }
  package var operations: [any OperationKind] { activation.operations }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    self.init(try description.activation(named: description.type, setting: "setting"))
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try activation.validate(layer: index)
    return (shape, [])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] { [] }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}

extension LayerDescription {
  /// Returns the activation of a name, with the parameter value that the description has under the name
  /// `setting`.
  func activation(named name: String, setting: String) throws(SoftmaxError) -> Activation {
    guard let usual = Activation(named: name) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(layer) has the activation \(name.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote the file, or a newer one")
    }
    guard usual.setting != nil else { return usual }
    return usual.with(setting: try float(setting)) ?? usual
  }
}

extension Activation {
  /// The elementwise operation of the activation; none for softmax, because losses and predictions start from
  /// logits.
  var operations: [any OperationKind] { function.map { [$0] } ?? [] }
}

extension Kernels.ElementFunction: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .elements, needsInput: needsArgument, needsOutput: !needsArgument,
      canOverwriteInputs: true, canOverwriteGradient: true, sumsOnTheWayBack: false,
      joinsTensors: false, actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation { .activation(self) }
}

extension Kernels.ElementFunction: OperationBody {
  var parameters: [OperationParameter] { [] }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    kernels.apply(self, to: x[place.part], into: y[place.part])
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    kernels.applyGradient(of: self, at: (needsArgument ? x : y)[part], dy[part], into: dx[part])
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    kernels.apply(self, to: x, into: y)
  }
}

/// A layer that applies max(x, 0).
public struct ReLU: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.relu).configuration }
}

/// A layer that applies the hyperbolic tangent.
public struct Tanh: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.tanh).configuration }
}

/// A layer that applies the logistic function.
public struct Sigmoid: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.sigmoid).configuration }
}

/// A layer that applies x Phi(x); see ``Activation/gelu``.
public struct GELU: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.gelu).configuration }
}

/// A layer that applies x / (1 + exp(-x)).
public struct SiLU: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.silu).configuration }
}

/// A layer that applies x for x > 0, else slope x.
public struct LeakyReLU: Layer {
  /// The factor of negative inputs.
  private let slope: Float

  /// Creates the layer.
  public init(slope: Float = 0.01) {
    self.slope = slope
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration {
    ActivationLayer(.leakyReLU(slope: slope)).configuration
  }
}

/// A layer that applies x for x > 0, else alpha (exp(x) - 1).
public struct ELU: Layer {
  /// The factor of the negative branch, whose limit for x towards minus infinity is -alpha.
  private let alpha: Float

  /// Creates the layer.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration {
    ActivationLayer(.elu(alpha: alpha)).configuration
  }
}

/// Softmax as the last layer of a network.
///
/// A network that ends in softmax is trained from the logits before it, so no precision is lost. A network
/// with two softmax layers, or with softmax before another layer, is an error.
public struct Softmax: Layer {
  /// Creates the layer.
  public init() {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { ActivationLayer(.softmax).configuration }
}
