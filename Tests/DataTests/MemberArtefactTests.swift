// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

/// Model files of several networks.
@Suite struct MemberArtefactTests {
  private func classifier() throws -> Classifier {
    let data = try LabeledDataset(
      features: .columns(
        Table([.numbers((0..<12).map { Double(($0 * 5) % 12) }, name: "x")])),
      labels: (0..<12).map { $0 % 2 }, classNames: ["a", "b"])
    let pipelines = try [[PreprocessingStep.standardize], [.piecewiseLinear], [.piecewiseLinear]]
      .map { try Pipeline($0, fittedTo: data) }
    let shared = try Pipeline(fittedTo: data)
    let members = try pipelines.enumerated().map { index, pipeline in
      let count = try #require(pipeline.columnCount)
      return ClassifierMember(
        network: try Sequential(input: [count], seed: UInt64(index)) {
          Dense(2, activation: .softmax)
        },
        steps: Array(pipeline.steps.dropFirst(shared.steps.count)),
        weight: 1 / Double(3 + index))
    }
    return try Classifier(members: members, classNames: data.classNames, pipeline: shared)
  }

  @Test func whatWasSavedIsWhatIsLoaded() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let classifier = try classifier()
    try classifier.save(to: path)
    let restored = try Classifier.load(path)
    #expect(restored == classifier && restored.members.count == 3)
    #expect(restored.weightsSHA256 == classifier.weightsSHA256)
    let file = try SafetensorsFile.read(path)
    let weight = classifier.members[1].network.layers[0].tensors[0].values
    #expect(file["members.1.layers.0.weight"]?.values == weight)
    #expect(file["members.1.pipeline.0.edges"] != nil && file["layers.0.weight"] == nil)
    let table = Features.columns(try Table([.numbers([3, 4], name: "x")]))
    #expect(try restored.logits(for: table) == classifier.logits(for: table))
  }

  @Test func damageIsATypedErrorThatNamesIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try classifier().save(to: path)
    let good = try SafetensorsFile.read(path)
    let damages: [(String, (inout [String: String]) -> Void)] = [
      ("members", { $0["members"] = "1" }), ("members", { $0["members"] = "many" }),
      ("members", { $0["members"] = "99999999" }), ("members.2", { $0["members"] = "2" }),
      ("pipeline", { $0["members"] = "4" }), ("weight", { $0["members.0.weight"] = nil }),
      ("weight", { $0["members.0.weight"] = "-1" }),
      ("weight", { $0["members.0.weight"] = "\"x\"" }),
      ("pipeline", { $0["members.2.pipeline"] = nil }),
      ("members.0.temperature", { $0["members.0.temperature"] = "2" }),
      ("members.7.weight", { $0["members.7.weight"] = "1" }),
      ("architecture", { $0["architecture"] = $0["members.0.architecture"] }),
      ("unknown", { $0["members.2.pipeline"] = #"[{"step":"magic","settings":{}}]"# }),
    ]
    for (word, damage) in damages {
      var metadata = good.metadata
      damage(&metadata)
      try SafetensorsFile(tensors: good.tensors, metadata: metadata).write(to: path)
      let error = #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
      #expect(error?.message.contains(word) == true, "\(error as Any)")
    }
    try SafetensorsFile(
      tensors: good.tensors.filter { $0.name != "members.1.layers.0.bias" }, metadata: good.metadata
    ).write(to: path)
    let error = #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
    #expect(error?.message.contains("bias") == true)
  }
}
