// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

@Suite struct SnippetTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The lines of each block of Swift in a Markdown file.
  static func blocks(of file: String) throws -> [[String]] {
    let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    var blocks: [[String]] = []
    var block: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line == "```swift" {
        block = []
      } else if line == "```", let lines = block {
        blocks.append(lines)
        block = nil
      } else {
        block?.append(line)
      }
    }
    return blocks
  }

  /// The text of each of these tests' files whose name begins so.
  static func texts(ofFilesNamed prefix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      at: root.appendingPathComponent("Tests/SnippetTests"), includingPropertiesForKeys: nil
    ).filter { $0.lastPathComponent.hasPrefix(prefix) }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  @Test(arguments: [
    "README.md", "docs/coming-from.md", "Sources/SoftmaxKit/Documentation.docc/SoftmaxKit.md",
  ])
  func documentsShowWhatIsCompiledHere(document: String) throws {
    let compiled = try Self.texts(ofFilesNamed: "Snippets").joined().split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let blocks = try Self.blocks(of: document).filter { !$0.contains { $0.contains(".package(") } }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let lines = block.map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("import ") }
      let isThere = compiled.indices.contains {
        compiled[$0...].starts(with: lines)
      }
      #expect(isThere, "\(document) shows what no Snippets*.swift compiles:\n\(lines)")
    }
  }

  /// A line without its comment, its spaces but single ones, and the comma that a list puts behind it.
  private static func code(_ line: Substring) -> String {
    let code = line.components(separatedBy: "//")[0].split(separator: " ").joined(separator: " ")
    return code.hasSuffix("),") ? String(code.dropLast()) : code
  }

  @Test func docCommentsShowWhatIsCompiledHere() throws {
    let compiled = try Self.texts(ofFilesNamed: "DocumentationSnippets").joined()
      .split(separator: "\n").map(Self.code).filter { !$0.isEmpty }
    var count = 0
    let sources = try #require(
      FileManager.default.enumerator(
        at: Self.root.appendingPathComponent("Sources"), includingPropertiesForKeys: nil))
    for case let source as URL in sources where source.pathExtension == "swift" {
      let text = try String(contentsOf: source, encoding: .utf8)
      // Only of what is public: an internal type's example cannot be compiled from here.
      guard text.contains("public ") else { continue }
      for block in text.components(separatedBy: "/// ```swift\n").dropFirst() {
        let lines = block.components(separatedBy: "/// ```")[0].split(separator: "\n").map { line in
          Self.code(Substring(line.trimmingCharacters(in: .whitespaces).dropFirst(3)))
        }.filter { !$0.isEmpty && $0 != "///" }
        let isThere = compiled.indices.contains { compiled[$0...].starts(with: lines) }
        #expect(isThere, "\(source.lastPathComponent) shows what is not compiled:\n\(lines)")
        count += 1
      }
    }
    #expect(count > 20)
  }

  @Test func theExamplesOfTheStepsOfTablesRun() throws {
    let ages = Table.Column.numbers((0..<20).map { $0 == 7 ? nil : Double($0) }, name: "age")
    let classes = Table.Column.categories((0..<20).map { $0 % 3 == 0 ? "first" : "third" })
    func passengers(_ columns: Table.Column...) throws -> LabeledDataset {
      try LabeledDataset(
        features: .columns(Table(columns)), labels: (0..<20).map { $0 / 10 },
        classNames: ["no", "yes"])
    }
    let filled = try DocumentationSnippets.filledGaps(passengers(ages))
    #expect(filled.description.contains("gaps filled"))
    let encoded = try DocumentationSnippets.oneHotCategories(passengers(classes))
    #expect(encoded.description.contains("one-hot"))
    let model = try DocumentationSnippets.piecewiseLinear(passengers(ages, classes))
    #expect(try model.score(on: passengers(ages, classes)) > 0.9)
    try DocumentationSnippets.chosenModel(passengers(ages, classes))
  }

  @Test func theExamplesOfTheEstimatorsRun() throws {
    let digits = try Digits.load()
    let data = digits.training.selecting(rows: 0..<60)
    try DocumentationSnippets.estimator(digits)
    try DocumentationSnippets.preset(digits)
    try DocumentationSnippets.standardized(data)
    let few = DatasetSplit(name: "digits", training: data)
    try DocumentationSnippets.chosenPenalty(few)
    try DocumentationSnippets.penalties(few)
    let model = try SoftmaxRegression().fitted(to: data)
    DocumentationSnippets.penalties(model)
    DocumentationSnippets.penaltyCurve(model)
    try DocumentationSnippets.watched(digits.training)
    try DocumentationSnippets.predictions(model, data.features)
    #expect(try DocumentationSnippets.matched(data, with: digits.training) == data)
    let iris = try Iris.load().training
    #expect(try DocumentationSnippets.pipeline(iris).table?.features.count == 4)
    let width = try iris.replacing(
      features: .columns(
        Table(["length", "width"].map { .numbers([Double](repeating: 1, count: 120), name: $0) })))
    let ofWidths = try SoftmaxRegression().fitted(to: width).predictor()
    try DocumentationSnippets.predictions(ofWidths)
    try DocumentationSnippets.predictedTable(ofWidths)
    try DocumentationSnippets.oneAgainstTheRest(digits)
    try DocumentationSnippets.jointOneAgainstTheRest(digits)
    try DocumentationSnippets.objective(digits)
    #expect(
      try DocumentationSnippets.logits(
        features: Matrix(rowCount: 2, columnCount: 3), weight: Matrix(rowCount: 3, columnCount: 4)
      ).columnCount == 4)
  }

  @Test func theExamplesOfTheLossesRun() throws {
    let dataset = try Digits.load().training.selecting(rows: 0..<60)
    var network = try Sequential(input: dataset.featureShape) {
      Flatten()
      Dense(10)
    }
    try DocumentationSnippets.lossWithOptions(&network, dataset)
    try DocumentationSnippets.lossOfOnesOwn(&network, dataset)
    #expect(try DocumentationSnippets.lossValue().weight == 2)
    #expect(try DocumentationSnippets.severalLabels().labels == [0, 0])
    DocumentationSnippets.missingClasses(dataset)
    try DocumentationSnippets.probabilitiesOrLogits()
    #expect(DocumentationSnippets.logisticFunction().map { ($0 * 100).rounded() } == [50, 88, 0])
  }

  @Test func theExamplesOfTheLayersRun() throws {
    let dataset = try Digits.load().training.selecting(rows: 0..<20)
    var network = try Sequential(input: dataset.featureShape) {
      Flatten()
      DocumentationSnippets.namedLayer()
      DocumentationSnippets.layerOfOnesOwn()
      DocumentationSnippets.activationOfOnesOwn()
      DocumentationSnippets.normalization()
      DocumentationSnippets.activations()
      DocumentationSnippets.activationLayer()
      DocumentationSnippets.dropout()
      DocumentationSnippets.initializer()
    }
    DocumentationSnippets.layerByName(network)
    #expect(network["hidden"]?.parameterCount == 128 * 65)
    DocumentationSnippets.frozen(&network)
    #expect(network.trainedParameterCount == 1290)
    let before = network
    try network.fit(to: dataset, batchSize: 20)
    #expect(network.layers[1] == before.layers[1])
    #expect(network.layers.last != before.layers.last)

    var normalized = try Sequential(input: [64]) {
      Dense(10)
      ReLU()
      BatchNormalization()
    }
    let mean = [Float](repeating: 2, count: 10)
    try DocumentationSnippets.tensorValues(&normalized, mean: mean)
    #expect(normalized.layers[2].tensors.first { $0.name == "running_mean" }?.values == mean)
  }

  @Test func theExamplesOfTheDocCommentsRun() throws {
    try DocumentationSnippets.bytes()
    #expect(DocumentationSnippets.generator().count == 60_000)
    DocumentationSnippets.instructionSet()
    try DocumentationSnippets.points()
    #expect(try DocumentationSnippets.rows().elements == DocumentationSnippets.vectors()[0])
    try DocumentationSnippets.oneHot()
    try DocumentationSnippets.scores()
    #expect(try DocumentationSnippets.rowsInPlace().row(0) == DocumentationSnippets.rows().row(0))
    let losses = try DocumentationSnippets.crossEntropy().map { ($0 * 100).rounded() / 100 }
    #expect(losses == [0.13, 0.24])
    #expect(try DocumentationSnippets.crossEntropyAndGradient().rowCount == 2)
    #expect(try DocumentationSnippets.namedColumns().columnNames == ["petal length", "species"])
    #expect(try DocumentationSnippets.features().row(1) == [1, 0.25])
    #expect(try DocumentationSnippets.sparseMatrix().row(2) == [1, 0, 4])
    let logits = try Matrix([[1, 2], [3, 5]])
    #expect(try DocumentationSnippets.teamwork(logits) == logits.softmax())
    DocumentationSnippets.error()
    try DocumentationSnippets.split()
    try DocumentationSnippets.digits()
    try DocumentationSnippets.iris()
    try DocumentationSnippets.breastCancer()
    try DocumentationSnippets.classifier()
    try DocumentationSnippets.picture(of: Digits.load())
    #expect(DocumentationSnippets.chart().hasPrefix("<svg "))
    #expect(DocumentationSnippets.losses().hasPrefix("<svg "))
    #expect((try DocumentationSnippets.walkthrough().losses[0] * 100).rounded() == 13)
    let confusion = try DocumentationSnippets.confusion()
    #expect(confusion[label: 2, prediction: 1] == 1)
    #expect((confusion.macroAverage.f1 * 100).rounded() == 49)
    #expect(DocumentationSnippets.layer().units == 128)
    #expect(DocumentationSnippets.optimizer().name == "adamw")
    #expect(DocumentationSnippets.schedule() == 1.0 / 501)
    let digits = try Digits.load().training.selecting(rows: 0..<8)
    let network = try DocumentationSnippets.regression().network
    let flat = try LabeledDataset(
      features: digits.features, labels: digits.labels, classNames: digits.classNames)
    let untrained = try Sequential(input: [64]) { Dense(10) }
    try DocumentationSnippets.gradient(of: untrained, on: flat)
    #expect(try DocumentationSnippets.steps(of: untrained, on: [flat, flat]) != untrained)
    #expect(network.outputCount == 10)
  }

  @Test func theEstimatorReachesWhatTheReadmeSays() throws {
    try Snippets.estimator()
    let digits = try Digits.load()
    let model = try SoftmaxRegression().fitted(to: digits.training)
    let evaluation = try model.evaluation(on: #require(digits.test))
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("// \(evaluation)"), "the README should say: \(evaluation)")
  }

  @Test func theNetworkIsSavedAndRestored() throws {
    let folder = try TemporaryFolder()
    try Snippets.network(savedAs: folder.path("digits.safetensors"))
    try Snippets.watched(keptAt: folder.path("run.safetensors"))
    let digits = try Digits.load().training.selecting(rows: 0..<64)
    _ = try Snippets.loop(MLPClassifier().network(input: [8, 8], classCount: 10), on: digits)
  }

  @Test func theFunctionGivesWhatTheReadmeSays() throws {
    try Snippets.function()
    #expect(softmax([1000, 1001, 1002]).map { ($0 * 100).rounded() / 100 } == [0.09, 0.24, 0.67])
    #expect(logSumExp([1000, 1000]) == 1000.6932)
  }

  // On noise of Fashion-MNIST's shape: what is shown runs, and does what the page says of it.
  @Test func theProgramsOfWhoComesFromElsewhereRun() throws {
    let generator = CounterBasedGenerator(seed: 1)
    let images = try LabeledDataset(
      features: .bytes(
        ByteMatrix(
          rowCount: 100, columnCount: 784,
          bytes: (0..<78_400).map { UInt8(truncatingIfNeeded: generator.bits(at: $0)) },
          scale: 1.0 / 255)),
      labels: (0..<100).map { $0 % 10 }, classNames: RemoteDataset.fashionMNIST.classNames,
      featureShape: [28, 28])
    let result = try Snippets.keras(DatasetSplit(name: "noise", training: images, test: nil))
    #expect(result.rowCount == 100)
    let model = try Sequential(input: [28, 28], seed: 42) {
      Flatten()
      Dense(10)
    }
    let trained = try Snippets.pytorch(model, on: images)
    #expect(trained != model)
    #expect(try trained == Snippets.trainer(model, on: images))
    #expect(try !Snippets.scikitLearn(images, images).pipeline.steps.isEmpty)
    #expect(try Snippets.numpy().sums().allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(try Snippets.diveIntoDeepLearning(images, images).tiles.count == 6)
    #expect(try abs(Snippets.tensorFlow(Matrix([[3, 1, -3], [0, 2, 0]])) - 0.1843) < 1e-4)
    #expect(try Snippets.presets(images).learningRate == 1e-4)
  }

  @Test func theErrorReadsAsTheReadmeSays() throws {
    Snippets.error()
    let error = #expect(throws: SoftmaxError.self) {
      try Sequential(input: [28, 28]) { Dense(10) }
    }
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("// \(try #require(error))"))
  }
}
