// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Layers between the features and the classes, to be joined with any loss in a test of gradients.
struct LayerStack: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let inputs: Int
  /// The layers before the last, dense one.
  let hidden: @Sendable () -> [any Layer]

  /// Every activation and layer, in both layouts of weights, before and after each other.
  static let all: [LayerStack] = {
    var stacks: [LayerStack] = []
    func add(_ name: String, inputs: Int, _ hidden: @escaping @Sendable () -> [any Layer]) {
      stacks.append(LayerStack(testDescription: name, inputs: inputs, hidden: hidden))
    }
    let activations = Activation.all.filter { $0.function != nil }
      .flatMap { [$0, $0.with(setting: 0.3)].compactMap(\.self) }
    for function in activations {
      let name = "\(function.name) \(function.setting ?? 0)"
      add("\(name) of a dense layer", inputs: 9) { [Dense(17, activation: function)] }
      add("\(name) of few units", inputs: 18) { [Dense(5, activation: function)] }
      add("\(name) before a dense layer", inputs: 6) { [ActivationLayer(function), Dense(34)] }
      add("\(name) twice", inputs: 7) {
        [Dense(35), ActivationLayer(function), ActivationLayer(function)]
      }
      add("parametric \(name)", inputs: 9) { [Dense(34), ParametricActivation(function)] }
      add("parametric \(name) of features", inputs: 19) {
        [ParametricActivation(function), Dense(5)]
      }
      add("\(name) behind a batch normalization", inputs: 7) {
        [Dense(33), BatchNormalization(), ActivationLayer(function)]
      }
      add("\(name) between normalization and dropout", inputs: 8) {
        [Dense(20), LayerNormalization(), ActivationLayer(function), Dropout(0.4), Dense(12)]
      }
    }
    add("batch normalization of features", inputs: 6) { [BatchNormalization(), Dense(40)] }
    add("batch normalization twice", inputs: 6) {
      [Dense(8), BatchNormalization(epsilon: 1e-5), BatchNormalization(momentum: 0.5)]
    }
    add("layer normalization of features", inputs: 17) { [LayerNormalization(), Dense(4)] }
    add("layer normalization behind a batch normalization", inputs: 5) {
      [Dense(18), BatchNormalization(), LayerNormalization(epsilon: 1e-5)]
    }
    add("scaled features", inputs: 20) { [Scaling(), Dense(34)] }
    add("scaled features without a hidden layer", inputs: 19) { [Scaling()] }
    add("scaled features after a batch normalization and dropout", inputs: 35) {
      [BatchNormalization(), Dropout(0.1), Scaling(), Dense(36, activation: .tanh)]
    }
    add("scaled units", inputs: 18) {
      [Dense(5), Scaling(), ActivationLayer(.tanh), Dense(33), Scaling(), Scaling()]
    }
    add("parametric activations one after another", inputs: 17) {
      [
        Scaling(), Dense(34), ParametricActivation(.selu), Dropout(0.15), Dense(33),
        ParametricActivation(.gelu), ParametricActivation(.tanh), Dropout(0.15),
      ]
    }
    add("dropout of features", inputs: 20) { [Dropout(0.2), Dense(8, activation: .tanh)] }
    add("dropout behind dropout", inputs: 9) { [Dense(33), Dropout(0.2), Dropout(0.5)] }
    add("no layers", inputs: 19) { [] }
    return stacks
  }()

  /// The network, with parameters that are neither 0 nor 1.
  func network(classes: Int = 3, seed: UInt64 = 7) throws -> Sequential {
    let layers = hidden()
    var network = try Sequential(input: [inputs], seed: seed) {
      layers
      Dense(classes)
    }
    let generator = CounterBasedGenerator(seed: seed + 1)
    for (index, layer) in network.layers.enumerated() {
      for tensor in layer.tensors where tensor.name != "weight" || tensor.shape.count == 1 {
        let values = tensor.values.indices.map { place in
          generator.uniform(at: UInt64(1000 * index + place))
            + (tensor.name == "bias" || tensor.name == "running_mean" ? -0.5 : 0.5)
        }
        try network.setValues(values, of: tensor.name, inLayer: index)
      }
    }
    return network
  }

  func samples(count: Int, seed: UInt64 = 11) -> Matrix {
    let generator = CounterBasedGenerator(seed: seed)
    var matrix = Matrix(rowCount: count, columnCount: inputs)
    for row in 0..<count {
      for column in 0..<inputs {
        matrix[row, column] = 3 * generator.uniform(at: UInt64(row * inputs + column)) - 1.5
      }
    }
    return matrix
  }
}

extension ReferenceStack {
  /// The same network in double precision, as it is in training.
  ///
  /// - Parameters:
  ///   - rowCount: the samples of the batch, for which dropout's masks are.
  ///   - step: the number of the step, likewise.
  init(_ network: Sequential, rowCount: Int, step: Int = 0) {
    var layers: [Layer] = []
    func add(_ activation: Activation?) {
      if let activation, activation != .softmax {
        layers.append(.activation(activation.name, setting: Double(activation.setting ?? 0)))
      }
    }
    for (index, state) in network.layers.enumerated() {
      func numbers(_ name: String) -> [Double] {
        state.tensors[name]?.values.map(Double.init) ?? []
      }
      switch state.configuration.kind {
      case let layer as ActivationLayer: add(layer.activation)
      case is Scaling: layers.append(.scaling(numbers("weight")))
      case let layer as ParametricActivation:
        layers.append(
          .mixture(
            layer.activation.name, setting: Double(layer.activation.setting ?? 0),
            shares: numbers("weight")))
      case let layer as Dense:
        let weight = state.weight ?? Matrix(rowCount: 0, columnCount: 0)
        layers.append(
          .dense(
            weight: (0..<weight.rowCount).map { weight.row($0).map(Double.init) },
            bias: numbers("bias")))
        add(layer.activation)
      case let layer as Dropout:
        let count = state.outputShape.reduce(1, *)
        let arena = Arena()
        let mask = arena.matrix(rowCount: rowCount, columnCount: count)
        let draw = DropoutDraw(
          rate: layer.rate, seed: network.seed, layer: index, outputCount: mask.columnCount)
        Kernels.best.fill(mask, by: draw, firstRow: 0, step: step)
        layers.append(
          .mask((0..<rowCount).map { row in (0..<count).map { Double(mask[row, $0]) } }))
        withExtendedLifetime(arena) {}
      case let layer as BatchNormalization:
        layers.append(
          .batchNormalization(
            gamma: numbers("weight"), beta: numbers("bias"),
            epsilon: Double(Float(layer.epsilon))))
      case let layer as LayerNormalization:
        layers.append(
          .layerNormalization(
            gamma: numbers("weight"), beta: numbers("bias"),
            epsilon: Double(Float(layer.epsilon))))
      case is Flatten: break
      case let layer: preconditionFailure("there is no reference of \(layer)")
      }
    }
    self.init(layers: layers)
  }
}
