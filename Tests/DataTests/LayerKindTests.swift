// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

/// A layer of every kind that a file can hold, once as it usually is and once with nothing as usual.
struct LayerExample: Sendable, CustomTestStringConvertible {
  let usual: any StoredLayerKind
  let other: any StoredLayerKind

  var testDescription: String { usual.type }

  static let all: [LayerExample] =
    [
      LayerExample(usual: Flatten(), other: Flatten()),
      LayerExample(
        usual: Dense(3),
        other: Dense(
          4, activation: .leakyReLU(slope: 0.3), initializer: .normal(standardDeviation: 0.7))),
      LayerExample(usual: Dropout(0.5), other: Dropout(0.15)),
      LayerExample(
        usual: BatchNormalization(), other: BatchNormalization(momentum: 0.7, epsilon: 1e-4)),
      LayerExample(usual: LayerNormalization(), other: LayerNormalization(epsilon: 0.02)),
      LayerExample(usual: Scaling(), other: Scaling()),
      LayerExample(
        usual: ParametricActivation(.relu), other: ParametricActivation(.elu(alpha: 0.3))),
    ]
    + Activation.all.map { activation in
      LayerExample(
        usual: ActivationLayer(activation),
        other: ActivationLayer(
          activation.setting.flatMap { activation.with(setting: 2 * $0 + 0.15) } ?? activation))
    }
}

@Suite struct LayerKindTests {
  @Test func thereIsAnExampleOfEveryTypeOfLayer() {
    let types = LayerKinds.all.flatMap { $0.types }
    #expect(Set(types).count == types.count)
    #expect(types.sorted() == LayerExample.all.map(\.usual.type).sorted())
  }

  // What a layer holds beside its settings would be lost by a file, and nobody would notice.
  @Test(arguments: LayerExample.all)
  func whateverALayerHoldsIsASetting(_ example: LayerExample) {
    let pairs = zip(
      Mirror(reflecting: example.usual).children, Mirror(reflecting: example.other).children)
    for (usual, other) in pairs where !(usual.value is Activation) {
      #expect("\(usual.value)" != "\(other.value)", "\(usual.label ?? "") is as usual")
    }
    let taken = example.usual.settings.filter { $0.value != nil }
    for setting in example.other.settings {
      #expect(
        taken.first { $0.name == setting.name }?.value != setting.value,
        "\(setting.name) is as usual")
    }
    let hasSettings = !example.other.settings.isEmpty
    #expect(hasSettings == (AnyHashable(example.usual) != AnyHashable(example.other)))
  }

  @Test(arguments: LayerExample.all)
  func aDescriptionTellsTwoSettingsApart(_ example: LayerExample) {
    func text(_ kind: any StoredLayerKind) -> String {
      "\(LayerConfiguration(kind, name: "a layer"))"
    }
    #expect(
      (text(example.usual) == text(example.other)) == example.other.settings.isEmpty)
    for setting in example.other.settings {
      guard let value = setting.value else { continue }
      #expect(text(example.other).contains("\(value)"))
    }
  }

  @Test(arguments: LayerExample.all)
  func everyLayerComesBackFromAModelFileAndFromACheckpoint(_ example: LayerExample) throws {
    let features = try Matrix(
      rowCount: 12, columnCount: 6, elements: (0..<72).map { Float($0 % 7) / 7 })
    let dataset = try LabeledDataset(
      features: .floats(features), labels: (0..<12).map { $0 % 3 }, classNames: ["a", "b", "c"],
      featureShape: example.other is Flatten ? [2, 3] : nil)
    let isLast = example.other.outputActivation == .softmax
    var network = try Sequential(input: dataset.featureShape, seed: 5) {
      if !isLast { AnyKind(kind: example.other) }
      Dense(3)
      if isLast { AnyKind(kind: example.other) }
    }
    if !isLast { network.freeze(layers: 0..<1) }
    let folder = try TemporaryFolder()
    let (model, checkpoint) = (folder.path("model"), folder.path("checkpoint"))
    try network.fit(
      to: dataset, epochs: 1, batchSize: 5, callbacks: [.checkpoint(to: checkpoint)])
    try Classifier(network: network, trainedOn: dataset).save(to: model)
    for restored in [try Classifier.load(model).network, try Classifier.load(checkpoint).network] {
      #expect(restored == network)
      let layer = try #require(restored.layers.first { $0.name == "example" })
      #expect(AnyHashable(layer.configuration.kind) == AnyHashable(example.other))
    }
  }

  @Test func aLayerThatForgetsASettingCannotBeSaved() throws {
    let network = try Sequential(input: [4]) {
      AnyKind(kind: Forgetful(rate: 0.25))
      Dense(2)
    }
    let folder = try TemporaryFolder()
    let error = #expect(throws: SoftmaxError.self) {
      try Classifier(network: network, classNames: ["a", "b"]).save(to: folder.path("model"))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("layer 0") == true)
  }
}

/// A kind as a layer.
private struct AnyKind: Layer {
  let kind: any StoredLayerKind
  var configuration: LayerConfiguration { LayerConfiguration(kind, name: "example") }
}

/// Dropout under a type's name that reading makes an ordinary dropout of.
private struct Forgetful: StoredLayerKind {
  static let types = Dropout.types

  let rate: Double

  init(rate: Double) { self.rate = rate }
  init(_ description: LayerDescription) throws(SoftmaxError) { rate = 0 }

  private var dropout: Dropout { Dropout(rate) }
  var type: String { dropout.type }
  var typeName: String { dropout.typeName }
  var settings: [LayerSetting] { [] }
  var penalizedTensor: String? { nil }
  var isEnoughToLearn: Bool { false }
  var outputActivation: Activation? { nil }
  var operations: [any OperationKind] { dropout.operations }

  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) { (shape, []) }

  func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] { [] }

  func rateFactors(of tensor: LayerTensorShape) -> RateFactors { dropout.rateFactors(of: tensor) }
}
