// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// An activation as a layer of its own, whichever it is.
///
/// ```swift
/// ActivationLayer(.elu)
/// ```
public struct ActivationLayer: Layer {
  /// The function.
  package let activation: Activation

  /// Creates the layer.
  public init(_ activation: Activation) {
    self.activation = activation
  }

  /// What the layer is.
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
}

extension LayerDescription {
  /// The activation of a name, with what the file says under the name of its setting.
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
  /// The function of each output; nothing for softmax, since losses and predictions start from logits.
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

/// max(x, 0) as a layer of its own.
public struct ReLU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.relu).configuration }
}

/// The hyperbolic tangent as a layer of its own.
public struct Tanh: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.tanh).configuration }
}

/// The logistic function as a layer of its own.
public struct Sigmoid: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.sigmoid).configuration }
}

/// x Phi(x) as a layer of its own; see ``Activation/gelu``.
public struct GELU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.gelu).configuration }
}

/// x / (1 + exp(-x)) as a layer of its own.
public struct SiLU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.silu).configuration }
}

/// x where it is positive, else slope x, as a layer of its own.
public struct LeakyReLU: Layer {
  /// The factor of what is negative.
  private let slope: Float

  /// Creates the layer.
  public init(slope: Float = 0.01) {
    self.slope = slope
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    ActivationLayer(.leakyReLU(slope: slope)).configuration
  }
}

/// x where it is positive, else alpha (exp(x) - 1), as a layer of its own.
public struct ELU: Layer {
  /// Minus the limit to the left.
  private let alpha: Float

  /// Creates the layer.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    ActivationLayer(.elu(alpha: alpha)).configuration
  }
}

/// Softmax as the last layer.
///
/// A network that ends in it is trained from the logits before it, so nothing
/// is lost; written twice, or before another layer, it is an error.
public struct Softmax: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { ActivationLayer(.softmax).configuration }
}
