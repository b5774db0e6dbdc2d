// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

extension SnippetTests {
  private func irisNetwork() throws -> Sequential {
    try Sequential(input: [4], seed: 1) { Dense(3, activation: .softmax) }
  }

  @Test func theExamplesOfObjectivesAndSolversRun() throws {
    let iris = try Iris.load().training
    let start = try irisNetwork()

    var fitted = start
    try fitted.fit(to: iris, optimizer: .adam(), epochs: 1, batchSize: 32)
    #expect(try DocumentationSnippets.loopOverAnObjective(start, iris) == fitted)

    var solved = start
    try solved.fit(
      to: iris, solver: GradientDescent(gradientTolerance: 1e-4), iterations: 500, l2Penalty: 1e-3)
    #expect(try DocumentationSnippets.solvedObjective(start, iris) == solved)
    #expect(try DocumentationSnippets.solvedByGradients(start, iris).isConverged)
    #expect(try DocumentationSnippets.solvedByProducts(start, iris).isConverged)
    var network = start
    try DocumentationSnippets.solved(&network, iris)
    #expect(network != start)

    let objective = try Objective(start, on: iris)
    var gradient: [Double] = []
    try objective.valueAndGradient(at: objective.parameters, into: &gradient)
    let product = try DocumentationSnippets.curved(
      objective, objective.parameters.map { Double($0) })
    // The objective is convex.
    #expect(zip(gradient, product).reduce(0) { $0 + $1.0 * $1.1 } > 0)
  }

  @Test func theExamplesOfTrainingsRun() throws {
    let iris = try Iris.load()
    let start = try irisNetwork()
    var network = start
    try DocumentationSnippets.drawn(&network, iris.training)
    try DocumentationSnippets.validated(&network, iris)
    try DocumentationSnippets.stoppedWhenTiny(&network, iris.training)
    try DocumentationSnippets.perfect(&network, iris.training)
    let folder = try TemporaryFolder()
    try DocumentationSnippets.goneOn(&network, iris.training, path: folder.path("run"))
    var resumed = start
    try DocumentationSnippets.goneOn(&resumed, iris.training, path: folder.path("run"))
    #expect(resumed == network)

    let trainer = try Trainer(start, on: iris.training)
    #expect(try DocumentationSnippets.summed(trainer).predictionCount == iris.training.count)
    let trained = try trainer.network
    #expect(trained != start)
    try DocumentationSnippets.thereAndBack(trainer, batch: [0, 1, 2])
    #expect(try trainer.network == trained)
    #expect(try DocumentationSnippets.loop(start, on: iris.training) != start)
    #expect(DocumentationSnippets.settings() != DocumentationSnippets.callbackState().settings)
  }

  @Test func theExamplesOfClassifiersRun() throws {
    let digits = try Digits.load().training.selecting(rows: 0..<60)
    let model = try SoftmaxRegression().fitted(to: digits)
    try DocumentationSnippets.perceptron(digits)
    try DocumentationSnippets.predictor(model, digits.features, Array(digits.features.row(0)))
    try DocumentationSnippets.evaluation(of: model, on: digits)
    let other = try SoftmaxRegression(l2Penalty: 1).fitted(to: digits)
    let comparison = try DocumentationSnippets.comparison(
      of: model.evaluation(on: digits), and: other.evaluation(on: digits))
    #expect(comparison.rowCount == 60)
    let outcomes = try DocumentationSnippets.outcomes()
    #expect(abs(outcomes.accuracyDifference + 0.0167) < 1e-4)
    #expect(abs(outcomes.accuracyDifferenceInterval.lowerBound + 0.0407) < 1e-4)
    #expect(abs(outcomes.mcNemarPValue - 0.18) < 1e-3)
    let others = try DocumentationSnippets.otherTools()
    #expect(abs(others[0].logLoss - 0.5108) < 1e-4 && abs(others[1].accuracy - 0.667) < 1e-3)
    let test = try #require(try Digits.load().test)
    let (validation, rest) = (
      test.selecting(rows: 0..<180), test.selecting(rows: 180..<test.count)
    )
    try DocumentationSnippets.calibration(of: model, on: validation, test: rest)
    let calibrated = try DocumentationSnippets.calibrated(model, on: validation)
    let (held, judged) = try (
      model.evaluation(on: validation), calibrated.evaluation(on: rest)
    )
    #expect(try judged.logLoss < model.evaluation(on: rest).logLoss)
    let calibration = try DocumentationSnippets.calibration(among: held)
    #expect(try DocumentationSnippets.temperature(of: held).temperature != nil)
    try DocumentationSnippets.calibrated(held, by: calibration)
    DocumentationSnippets.attempts(of: calibration)
    try DocumentationSnippets.sets(of: calibrated, on: validation, test: rest)
    DocumentationSnippets.abstention(of: judged)
    try DocumentationSnippets.costs()
    let picture = try DocumentationSnippets.gallery(
      model.evaluation(on: digits), DatasetSplit(name: "digits", training: digits))
    #expect(picture.hasPrefix("<svg "))
    let page = try DocumentationSnippets.report(model.evaluation(on: digits))
    #expect(page.contains("<h1>Digits</h1>"))

    let images = try LabeledDataset(
      features: .floats(Matrix(rowCount: 20, columnCount: 784, repeating: 0.5)),
      labels: (0..<20).map { $0 % 10 }, classNames: RemoteDataset.fashionMNIST.classNames,
      featureShape: [28, 28])
    #expect(try DocumentationSnippets.training(on: images).epochs.count == 10)
    let nine = try LabeledDataset(
      features: .floats(Matrix(rowCount: 9, columnCount: 784, repeating: 0.5)),
      labels: Array(0..<9), classNames: Array(images.classNames.dropLast()),
      featureShape: [28, 28])
    try DocumentationSnippets.addedClass(
      MLPClassifier(epochs: 1).fitted(to: nine),
      DatasetSplit(name: "fashion", training: images))
  }

  // In a process of its own: they read and write files of the current folder.
  @Test func theExamplesWithFilesRun() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try #require(FileManager.default.changeCurrentDirectoryPath(folder.path))
      let text = "length,width,species\n5.1,1.4,setosa\n6.3,5.6,virginica\n"
      try folder.write(Array(text.utf8), to: "iris.csv")
      try folder.write(Array(text.utf8), to: "measurements.csv")
      let flowers = try DocumentationSnippets.flowers()
      #expect(flowers.classNames == ["setosa", "virginica"])
      #expect(try DocumentationSnippets.tableOfFlowers() == flowers)
      let table = try DocumentationSnippets.tableOfMeasurements()
      #expect(table.columnNames == ["length", "width", "species"])
      #expect(try DocumentationSnippets.labelled(table).labels == flowers.labels)

      try folder.write(Array("a 1:0.5 4:1\nb 2:1\n".utf8), to: "train.svm")
      try folder.write(Array("b 2:0.5\na 1:1\n".utf8), to: "test.svm")
      let (training, test) = try DocumentationSnippets.sparseRows()
      #expect(test.features.columnCount == 4)
      #expect(try LabeledDataset(svmlight: "train.svm") == training)

      try DocumentationSnippets.array()
      try DocumentationSnippets.archive()
      try NPZArchive.write(
        [
          ("sentence_vectors", NPYArray(shape: [2, 2], floats: [0, 1, 1, 0])),
          ("folder", NPYArray(shape: [2], integers: [7, 3])),
        ], to: "mails.npz")
      #expect(try DocumentationSnippets.chosenArrays().training.classNames == ["3", "7"])
      try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 9, 2], to: "t10k-labels-idx1-ubyte.gz")
      try DocumentationSnippets.file()
      try DocumentationSnippets.tensors()
      try DocumentationSnippets.durability(of: SafetensorsFile.read("bias.safetensors"))

      let iris = try Iris.load().training
      var network = try Sequential(input: [4], seed: 1) { Dense(3, activation: .softmax) }
      try Classifier(network: network, trainedOn: iris).save(to: "fashion-mnist.safetensors")
      #expect(try DocumentationSnippets.loading().network == network)
      let trainer = try Trainer(network, on: iris)
      try DocumentationSnippets.saved(trainer, epoch: -1)
      #expect(try DocumentationSnippets.restored(trainer, epochs: 5) == 0..<5)
      try trainer.checkpoint(at: .init(epoch: 0)).save(to: "fashion.safetensors")
      #expect(try DocumentationSnippets.loaded().state.network == network)
      try DocumentationSnippets.watched(&network, iris)
      #expect(try folder.names.contains("images.safetensors"))
    }
  }
}
