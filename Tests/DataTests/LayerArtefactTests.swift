// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

private struct Doubling: RowLayer {
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = 2 * x[i] }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = 2 * dy[i] }
  }
}

@Suite struct LayerArtefactTests {
  private func classifier() throws -> Classifier {
    let generator = CounterBasedGenerator(seed: 2)
    let features = try Matrix(
      rowCount: 20, columnCount: 6,
      elements: (0..<120).map { generator.uniform(at: UInt64($0)) })
    let dataset = try LabeledDataset(
      features: .floats(features), labels: (0..<20).map { $0 % 3 }, classNames: ["a", "b", "c"],
      featureShape: [2, 3])
    var network = try Sequential(input: [2, 3], seed: 12) {
      Flatten()
      Scaling()
      Dense(5, activation: .leakyReLU(slope: 0.3), initializer: .normal(standardDeviation: 0.5))
        .named("hidden")
      BatchNormalization(momentum: 0.9, epsilon: 1e-5)
      ELU(alpha: 0.7)
      Dropout(0.1)
      Dense(40, activation: .gelu, initializer: .heNormal)
      LayerNormalization()
      ParametricActivation(.elu(alpha: 0.6))
      SiLU()
      Dense(3, activation: .softmax, initializer: .pytorch)
    }
    try network.fit(to: dataset, epochs: 2, batchSize: 7)
    try network.freeze("hidden")
    return try Classifier(network: network, trainedOn: dataset)
  }

  @Test func everyLayerIsLoadedAsItWasSaved() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let classifier = try classifier()
    try classifier.save(to: path)
    let restored = try Classifier.load(path)
    #expect(restored == classifier)
    #expect(restored.network["hidden"]?.isFrozen == true)
    let file = try SafetensorsFile.read(path)
    #expect(file.tensorDataSHA256 == classifier.weightsSHA256)
    #expect(file["layers.3.running_variance"]?.shape == [5])
    // A loaded network goes on as the saved one would.
    let features = Features.floats(Matrix(rowCount: 2, columnCount: 6, repeating: 0.3))
    #expect(try restored.logits(for: features) == classifier.logits(for: features))
  }

  @Test func aLayerOfOnesOwnCannotBeSaved() throws {
    let network = try Sequential(input: [4]) {
      Doubling()
      Dense(2)
    }
    let folder = try TemporaryFolder()
    let error = #expect(throws: SoftmaxError.self) {
      try Classifier(network: network, classNames: ["a", "b"]).save(to: folder.path("model"))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("Doubling") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.path("model")))
  }

  @Test(arguments: [
    (#""rate":0.1"#, #""rate":1"#), (#""rate":0.1"#, #""rate":-1"#),
    (#""rate":0.1"#, #""rate":1e99"#), (#""rate":0.1,"#, ""),
    (#""rate":0.1"#, #""rate":0.1,"units":3"#), (#""momentum":0.9"#, #""momentum":1.5"#),
    (#""epsilon":0.001"#, #""epsilon":0"#), (#""epsilon":0.001"#, #""epsilon":-1"#),
    (#""setting":0.7"#, #""setting":-0.7"#), (#""setting":0.7"#, #""setting":"wide""#),
    (#""activation":"elu","activation_setting":0.6"#, #""activation":"softmax""#),
    (#""activation":"elu","activation_setting":0.6"#, #""activation":"swerve""#),
    (#""activation":"elu",""#, #"""#),
    (#""type":"silu""#, #""setting":0.7,"type":"silu""#),
    (#""activation_setting":0.3"#, #""activation_setting":-0.3"#),
    (#""initializer_setting":0.5"#, #""initializer_setting":-0.5"#),
    (#""name":"hidden""#, #""name":"""#), (#""name":"hidden""#, #""name":"dropout","rate":0.2"#),
    (#""batch-normalization""#, #""batch-renormalization""#),
  ])
  func settingsThatMakeNoSenseAreTypedErrors(old: String, new: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    try classifier().save(to: path)
    let file = try SafetensorsFile.read(path)
    var metadata = file.metadata
    let architecture = try #require(metadata["architecture"])
    try #require(architecture.contains(old), "\(architecture)")
    metadata["architecture"] = architecture.replacingOccurrences(of: old, with: new)
    try SafetensorsFile(tensors: file.tensors, metadata: metadata).write(to: path)
    let error = #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
    #expect(error?.location == .file(path: path, offset: nil))
  }

  @Test func aNegativeVarianceIsATypedError() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    try classifier().save(to: path)
    let file = try SafetensorsFile.read(path)
    let tensors = file.tensors.map { tensor in
      tensor.name == "layers.3.running_variance"
        ? SafetensorsFile.Tensor(
          name: tensor.name, shape: tensor.shape, values: tensor.values.map { -$0 }) : tensor
    }
    try SafetensorsFile(tensors: tensors, metadata: file.metadata).write(to: path)
    let error = #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
    #expect(error?.code == .invalidData)
  }
}
