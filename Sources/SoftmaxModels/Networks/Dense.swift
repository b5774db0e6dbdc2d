// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A fully connected layer: y = x W^T + b, then an activation.
///
/// W has the shape [units, inputs], b the shape [units].
///
/// ```swift
/// Dense(128, activation: .relu)
/// ```
public struct Dense: Layer {
  /// The number of outputs.
  package let units: Int
  /// The function that is applied to the outputs; nil for none.
  package let activation: Activation?
  /// The distribution of the initial weights.
  package let initializer: Initializer

  /// Creates the layer; the network that contains it creates its weights.
  public init(
    _ units: Int, activation: Activation? = nil, initializer: Initializer = .glorotUniform
  ) {
    self.units = units
    self.activation = activation
    self.initializer = initializer
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension Dense: StoredLayerKind {
  package static let types = ["dense"]

  package var type: String { Dense.types[0] }
  package var typeName: String { "Dense" }
  package var settings: [LayerSetting] {
    var settings = [
      LayerSetting("units", .integer(units), .value),
      LayerSetting("activation", activation.map { .text($0.name) }, .value),
    ]
    if let setting = activation?.setting {
      settings.append(LayerSetting("activation_setting", .number(setting), .suffix))
    }
    settings.append(LayerSetting("initializer", .text(initializer.name), .value))
    if let setting = initializer.setting {
      settings.append(LayerSetting("initializer_setting", .number(setting), .suffix))
    }
    return settings
  }
  package var penalizedTensor: String? { "weight" }
  package var isEnoughToLearn: Bool { true }
  package var outputActivation: Activation? { activation }
  package var operations: [any OperationKind] { [self] + (activation?.operations ?? []) }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    let units = try description.integer("units")
    var activation: Activation?
    if description.has("activation") {
      activation = try description.activation(
        named: try description.text("activation"), setting: "activation_setting")
    }
    // Files of the first release do not store the initializer. `zeros` is assumed; the weights themselves
    // come from the file.
    let initializer =
      description.has("initializer") ? try description.initializer() : Initializer.zeros
    self.init(units, activation: activation, initializer: initializer)
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try activation?.validate(layer: index)
    try initializer.validate(layer: index)
    try checkRows(shape, of: "a dense layer", layer: index)
    let count = shape[0]
    guard units > 0, let size = [units, count].product, size <= Sequential.greatestCount else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): a dense layer needs at least 1 unit and at most "
          + "\(Sequential.greatestCount) weights, got \(units) units on \(count) inputs")
    }
    return (
      [units], [LayerTensorShape("weight", [units, count]), LayerTensorShape("bias", [units])]
    )
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    let weight = initializer.weight(outputs: units, inputs: inputCount, seed: seed, layer: index)
    let bias = initializer.bias(outputs: units, inputs: inputCount, seed: seed, layer: index)
    return zip(shapes, [weight.elements, bias]).map { $0.tensor(values: $1) }
  }

  // The weights stand for ones of variance 1 that are divided by the root of the inputs in the product, and
  // are trained with the rate. (Jacot, Gabriel and Hongler, "Neural tangent kernel", NeurIPS 2018.)
  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors {
    tensor.name == "weight"
      ? RateFactors(rate: 1 / Double(tensor.shape[1]).squareRoot(), decay: 1)
      : RateFactors(rate: 0.1, decay: 0)
  }
}

extension LayerDescription {
  fileprivate func initializer() throws(SoftmaxError) -> Initializer {
    let name = try text("initializer")
    guard let usual = Initializer(named: name) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(layer) has the initializer \(name.debugDescription), which is unknown here")
    }
    guard usual.setting != nil else { return usual }
    return usual.with(setting: try float("initializer_setting")) ?? usual
  }
}

extension Dense: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .product, needsInput: true, needsOutput: false, canOverwriteInputs: false,
      canOverwriteGradient: false, sumsOnTheWayBack: false, joinsTensors: false,
      actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .dense(
      DenseOperation(
        layout: WeightLayout(inputCount: memory.inputCount, outputCount: memory.outputCount),
        weight: memory.tensors[0], bias: memory.tensors[1]))
  }
}

/// The operation of a fully connected layer over views of an arena.
package struct DenseOperation: OperationBody {
  let layout: WeightLayout
  /// The weight as [outputs, inputs] or [inputs, outputs], depending on the layout.
  let weight: MatrixView
  /// The bias: [1, outputs].
  let bias: MatrixView

  var parameters: [OperationParameter] {
    [
      OperationParameter(
        tensors: 0..<1, value: weight,
        gradient: layout == .outputMajor ? .outputMajorWeight : .inputMajorWeight),
      OperationParameter(tensors: 1..<2, value: bias, gradient: .bias),
    ]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let (rows, columns) = (place.part.rows, place.part.columns)
    switch layout {
    case .outputMajor:
      kernels.multiply(x.rows(rows), transposed: weight, bias: bias, into: y.rows(rows))
    case .inputMajor:
      kernels.multiply(
        x.rows(rows), weight.columns(columns), bias: bias.columns(columns), into: y[place.part])
    }
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    switch layout {
    case .outputMajor:
      kernels.multiply(dy.rows(part.rows), weight.columns(part.columns), into: dx[part])
    case .inputMajor:
      kernels.multiply(
        dy.rows(part.rows), transposed: weight.rows(part.columns), into: dx[part])
    }
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    switch layout {
    case .outputMajor: kernels.multiply(x, transposed: weight, bias: bias, into: y)
    case .inputMajor: kernels.multiply(x, weight, bias: bias, into: y)
    }
  }
}
