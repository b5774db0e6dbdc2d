// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct ArtefactTests {
  func classifier() throws -> Classifier {
    let bytes = try ByteMatrix(
      rowCount: 4, columnCount: 6, bytes: (0..<24).map { UInt8($0 * 10) }, scale: 1.0 / 255)
    let dataset = try LabeledDataset(
      features: .bytes(bytes), labels: [0, 1, 2, 0],
      classNames: ["a \"quoted\" name", "naïve", "=cmd"], featureShape: [2, 3])
    var network = try Sequential(input: [2, 3], seed: 12) {
      Flatten()
      Dense(5)
      Tanh()
      Dense(3, activation: .softmax)
    }
    let history = try network.fit(to: dataset, epochs: 2, batchSize: 2)
    return try Classifier(
      network: network, trainedOn: dataset,
      record: TrainingRecord(
        dataset: "four", rowCount: 4, loss: .crossEntropy, optimizer: .adam(), l2Penalty: 0,
        batchSize: 2, seed: 12, history: history))
  }

  @Test func whatWasSavedIsWhatIsLoaded() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let classifier = try classifier()
    try classifier.save(to: path)
    let restored = try Classifier.load(path)
    #expect(restored == classifier)
    #expect(restored.weightsSHA256 == classifier.weightsSHA256)
    #expect(try SafetensorsFile.read(path).tensorDataSHA256 == classifier.weightsSHA256)
  }

  @Test func aStandardizationIsSavedToTheBit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let step = PreprocessingStep(
      try Standardization(
        mean: [0.1, -1e-200, 3e7, 0, 1.0 / 3, 5],
        standardDeviation: [1, 0x1p-1022, 2.5, 0.7, 1e300, 9]))
    let plain = try classifier()
    let classifier = try Classifier(
      network: plain.network, classNames: plain.classNames,
      pipeline: Pipeline(fitted: plain.pipeline.steps + [step]))
    try classifier.save(to: path)
    #expect(try Classifier.load(path) == classifier)
    let file = try SafetensorsFile.read(path)
    #expect(file["pipeline.1.mean"]?.doubles == [0.1, -1e-200, 3e7, 0, 1.0 / 3, 5])
    #expect(classifier.weightsSHA256 == plain.weightsSHA256)
    #expect(
      file.metadata["pipeline"]
        == #"[{"settings":{"scale":0.003921569},"step":"byte_scale"},"#
        + #"{"settings":{},"step":"standardize"}]"#)
  }

  // A step left out would give other predictions.
  @Test(arguments: [
    #"[{"settings":{},"step":"whiten"}]"#,
    #"[{"settings":{"scale":0.5,"offset":1},"step":"byte_scale"}]"#,
    #"[{"settings":{"scale":0.5},"step":"byte_scale","when":"always"}]"#,
    #"[{"settings":{"scale":-1},"step":"byte_scale"}]"#, #"[{"step":"byte_scale"}]"#,
    #"[{"settings":{},"step":"standardize"}]"#,
    #"[{"settings":[{"name":"a","role":"feature","type":"number"}],"step":"columns"}]"#,
  ])
  func aPipelineThatIsUnknownOrDoesNotFitIsAnError(text: String) throws {
    #expect(try changed { metadata, _ in metadata["pipeline"] = text } != nil)
  }

  @Test func whatAStepHasLearntAndIsUnknownHereIsAnError() throws {
    for name in ["pipeline.0.offset", "pipeline.7.mean"] {
      let error = try changed { _, tensors in
        tensors.append(.init(name: name, shape: [1], doubles: [1]))
      }
      #expect(error != nil)
    }
  }

  @Test func outputFunctionAndLossAreSavedWithTheModel() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    for (outputs, ending, function) in [
      (3, nil, OutputFunction.sigmoid), (3, nil, .normalized), (3, Activation.sigmoid, .sigmoid),
      (3, nil, .softmax),
      (1, nil, .sigmoid), (1, Activation.sigmoid, .sigmoid),
    ] {
      let network = try Sequential(input: [2], seed: 1) { Dense(outputs, activation: ending) }
      var untrained = try Sequential(input: [2]) { Dense(2) }
      let history = try untrained.fit(
        to: LabeledDataset(
          features: .floats(Matrix(rowCount: 1, columnCount: 2)), labels: [0],
          classNames: ["a", "b"]), epochs: 0)
      let record = TrainingRecord(
        rowCount: 4, loss: .binaryCrossEntropy(labelSmoothing: 0.1, classWeights: [1, 2]),
        optimizer: .adam(), l2Penalty: 0, batchSize: 2, seed: 1, history: history)
      let classifier = try Classifier(
        network: network, classNames: Array(["a", "b", "c"].prefix(max(2, outputs))),
        trainingRecord: record, outputFunction: function)
      try classifier.save(to: path)
      let restored = try Classifier.load(path)
      #expect(restored == classifier && restored.outputFunction == function)
      #expect(restored.trainingRecord?.lossSettings == ["label_smoothing": 0.1])
      #expect(restored.trainingRecord?.classWeights == [1, 2])
      // A reader that knows no output functions must not take a sigmoid for a softmax.
      let isSaid = try SafetensorsFile.read(path).metadata["architecture"]?.contains("output\"")
      #expect(isSaid == (outputs == 3 && ending == nil && function != .softmax))
    }
  }

  @Test func anUnknownOutputFunctionIsRefused() throws {
    let error = try changed { metadata, _ in
      metadata["architecture"] = metadata["architecture"]?.replacingOccurrences(
        of: "{\"input\"", with: "{\"output\":\"probit\",\"input\"")
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("probit") == true)
  }

  @Test func theSameClassifierGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    try classifier().save(to: folder.path("one"))
    try classifier().save(to: folder.path("two"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.path("one")))
        == Data(contentsOf: URL(fileURLWithPath: folder.path("two"))))
  }

  @Test func tensorsAreNamedAfterTheLayersAndShapedAsPyTorchs() throws {
    let folder = try TemporaryFolder()
    try classifier().save(to: folder.path("model"))
    let file = try SafetensorsFile.read(folder.path("model"))
    #expect(
      file.tensors.map(\.name) == [
        "layers.1.weight", "layers.1.bias", "layers.3.weight", "layers.3.bias",
      ])
    #expect(file.tensors.map(\.shape) == [[5, 6], [5], [3, 5], [3]])
    #expect(file.metadata["format"] == "swift-softmax")
  }

  /// The model file with some metadata or tensors replaced.
  func changed(
    _ change: (inout [String: String], inout [SafetensorsFile.Tensor]) -> Void
  ) throws -> SoftmaxError? {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    try classifier().save(to: path)
    let file = try SafetensorsFile.read(path)
    var metadata = file.metadata
    var tensors = file.tensors
    change(&metadata, &tensors)
    try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
    do {
      _ = try Classifier.load(path)
      return nil
    } catch {
      #expect(error.location == .file(path: path, offset: nil))
      return error
    }
  }

  @Test(arguments: [
    "format", "format_version", "architecture", "class_names", "pipeline",
  ])
  func metadataThatAreMissingOrWrongAreErrors(key: String) throws {
    #expect(try changed { metadata, _ in metadata[key] = nil } != nil)
    for text in ["", "null", "{}", "[]", "[1]", "\"", "{\"input\":[-1],\"layers\":[],\"seed\":1}"] {
      if key == "pipeline" && text == "[]" { continue }  // a model of plain numbers
      #expect(try changed { metadata, _ in metadata[key] = text } != nil, "\(text)")
    }
  }

  @Test func architecturesThatDoNotFitTheTensorsAreErrors() throws {
    func architecture(_ layers: String, input: String = "[2,3]") -> String {
      "{\"input\":\(input),\"layers\":[\(layers)],\"seed\":0}"
    }
    let hostile = [
      architecture("{\"type\":\"dense\",\"units\":9223372036854775807}", input: "[6]"),
      architecture("{\"type\":\"dense\",\"units\":-1}", input: "[6]"),
      architecture("{\"type\":\"dense\"}", input: "[6]"),
      architecture("{\"type\":\"lambda\"}"),
      architecture("{\"type\":\"flatten\"}"),
      architecture(
        "{\"type\":\"flatten\"},{\"type\":\"dense\",\"units\":2000000000}",
        input: "[4611686018427387904,4]"),
      architecture(
        "{\"type\":\"flatten\"},{\"type\":\"dense\",\"units\":5,\"activation\":\"eval\"}"),
      architecture(
        String(repeating: "{\"type\":\"relu\"},", count: 100_000) + "{\"type\":\"relu\"}"),
      String(repeating: "[", count: 100_000),
    ]
    for text in hostile {
      #expect(
        try changed { metadata, _ in metadata["architecture"] = text } != nil, "\(text.prefix(80))")
    }
  }

  // A bias left out, a dropout, a scaling: whoever does not know them would predict something else.
  @Test(arguments: [
    ("\"units\":5", "\"units\":5,\"bias\":false"),
    ("\"seed\":12", "\"normalize\":true,\"seed\":12"),
    ("\"initializer\":\"glorot\"", "\"initializer\":\"orthogonal\""),
  ])
  func settingsThatAreUnknownHereAreErrors(known: String, unknown: String) throws {
    let error = try changed { metadata, _ in
      let text = metadata["architecture", default: ""]
      metadata["architecture"] = text.replacingOccurrences(of: known, with: unknown)
    }
    #expect(error?.code == .unsupported)
  }

  @Test func tensorsThatAreMissingStrangeOrOfAnotherShapeAreErrors() throws {
    #expect(try changed { $1.removeLast() }?.code == .invalidData)
    #expect(
      try changed { $1.append(.init(name: "extra", shape: [1], values: [1])) }?.code
        == .invalidData)
    #expect(
      try changed { $1[0] = .init(name: $1[0].name, shape: [6, 5], values: $1[0].values) }?.code
        == .shapeMismatch)
  }

  @Test func weightsBeyondFloatAreAnErrorThatNamesThem() throws {
    let error = try changed { _, tensors in
      var doubles = tensors[1].doubles
      doubles[3] = -1e300
      tensors[1] = .init(name: tensors[1].name, shape: tensors[1].shape, doubles: doubles)
    }
    #expect(error?.code == .nonFiniteValue)
    #expect(error?.message.contains("layers.1.bias") == true, "\(String(describing: error))")
    #expect(error?.message.contains("-1e+300") == true)
    // Doubles that floats can hold are weights like others.
    #expect(
      try changed {
        $1[1] = .init(name: $1[1].name, shape: $1[1].shape, doubles: $1[1].doubles)
      } == nil)
  }

  @Test func aNewerFormatIsToldFromABrokenOne() throws {
    #expect(try changed { metadata, _ in metadata["format_version"] = "3" }?.code == .unsupported)
    #expect(try changed { metadata, _ in metadata["temperature"] = "1.5" }?.code == .unsupported)
    #expect(
      try changed { metadata, _ in metadata["class_names"] = "[\"a\"]" }?.code == .shapeMismatch)
  }
}
