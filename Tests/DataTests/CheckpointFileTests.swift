// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct CheckpointFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  func dataset() throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 4)
    let bytes = (0..<40 * 6).map { UInt8(truncatingIfNeeded: generator.bits(at: UInt64($0))) }
    return try LabeledDataset(
      features: .bytes(ByteMatrix(rowCount: 40, columnCount: 6, bytes: bytes, scale: 1.0 / 255)),
      labels: (0..<40).map { $0 % 3 }, classNames: ["a", "b", "c"], featureShape: [2, 3])
  }

  func network() throws -> Sequential {
    try Sequential(input: [2, 3], seed: 12) {
      Flatten()
      Dense(5, activation: .relu)
      Dense(3, activation: .softmax)
    }
  }

  func callbacks(_ path: String) -> [any TrainingCallback] {
    [.earlyStopping(patience: 4), .reduceOnPlateau(patience: 2), .checkpoint(to: path)]
  }

  @discardableResult
  func train(
    epochs: Int, to path: String, resuming checkpoint: Checkpoint? = nil
  ) throws -> (network: Sequential, history: TrainingHistory) {
    var network = try network()
    let history = try network.fit(
      to: dataset(), epochs: epochs, batchSize: 8, validation: .fraction(0.25),
      callbacks: callbacks(path), resuming: checkpoint)
    return (network, history)
  }

  @Test func whatWasWrittenIsWhatIsRead() throws {
    let path = folder.path("run.safetensors")
    let history = try train(epochs: 2, to: path).history
    let checkpoint = try Checkpoint.load(path)
    #expect(checkpoint.history == history)
    #expect(checkpoint.position == .init(epoch: 2))
    #expect(checkpoint.callbacks.count == 2)
    #expect(checkpoint.callbacks[0].networks["best"] != nil)
    #expect(checkpoint.state.optimizerState.count == 2)
    try checkpoint.save(to: folder.path("again"))
    #expect(try Checkpoint.load(folder.path("again")) == checkpoint)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path))
        == Data(contentsOf: URL(fileURLWithPath: folder.path("again"))))
  }

  @Test func aTrainingThatGoesOnFromAFileEndsWithTheSameBits() throws {
    let whole = try train(epochs: 6, to: folder.path("whole"))
    for epochs in 1...6 {
      try train(epochs: epochs, to: folder.path("part"))
      let rest = try train(
        epochs: 6, to: folder.path("part"), resuming: Checkpoint.load(folder.path("part")))
      #expect(rest.network == whole.network)
      #expect(rest.history.epochs.map(\.loss) == whole.history.epochs.map(\.loss))
    }
  }

  // Between the batches of a step, whose weights the steps to come depend on.
  @Test func aFileWrittenBetweenTheBatchesOfAStepGoesOnWithTheSameBits() throws {
    let plain = try dataset()
    let dataset = try LabeledDataset(
      features: plain.features, labels: plain.labels, classNames: plain.classNames,
      featureShape: plain.featureShape, sampleWeights: (0..<40).map { Float(1 + $0 * $0) })
    func trainer() throws -> Trainer {
      try Trainer(
        network(), on: dataset, optimizer: .sgd(learningRate: 0.1).accumulating(4), batchSize: 8)
    }
    let whole = try trainer()
    let batches = Array(try whole.batches(epoch: 0))
    for batch in batches { try whole.step(on: batch) }
    for count in 1..<batches.count {
      let first = try trainer()
      for batch in batches[..<count] { try first.step(on: batch) }
      let path = folder.path("at-\(count)")
      try first.checkpoint(at: .init(epoch: 0, step: count)).save(to: path)
      let second = try trainer()
      try second.restore(Checkpoint.load(path))
      for batch in batches[count...] { try second.step(on: batch) }
      #expect(try second.network == whole.network)
    }
  }

  @Test func aCheckpointIsAModelToo() throws {
    let path = folder.path("run.safetensors")
    try train(epochs: 2, to: path)
    let checkpoint = try Checkpoint.load(path)
    let classifier = try Classifier.load(path)
    #expect(classifier.network == checkpoint.state.network)
    #expect(classifier.classNames == ["a", "b", "c"])
    #expect(classifier.pipeline.description == "bytes times 1/255")
    try classifier.save(to: folder.path("model"))
    let error = #expect(throws: SoftmaxError.self) { try Checkpoint.load(folder.path("model")) }
    #expect(error?.message.hasPrefix("is no checkpoint") == true)
  }

  @Test func theFilesOfAStandardizedTrainingStandardize() throws {
    let features = try dataset().features
    let pipeline = try Pipeline([.standardize], fittedTo: dataset())
    var network = try network()
    try network.fit(
      to: dataset(), pipeline: pipeline, epochs: 2,
      callbacks: [.checkpoint(to: folder.path("run"), keeping: .bestAndLast)])
    let model = try Classifier(
      network: network, classNames: dataset().classNames, pipeline: pipeline)
    for name in ["run", "run.best"] {
      let classifier = try Classifier.load(folder.path(name))
      #expect(classifier.pipeline == pipeline)
      #expect(try classifier.logits(for: features) == model.logits(for: features))
    }
    let checkpoint = try Checkpoint.load(folder.path("run"))
    #expect(checkpoint.pipeline == pipeline)
    try checkpoint.save(to: folder.path("again"))
    #expect(try Checkpoint.load(folder.path("again")) == checkpoint)
    try network.fit(
      to: dataset(), pipeline: checkpoint.pipeline, epochs: 3,
      callbacks: [.checkpoint(to: folder.path("later"))], resuming: checkpoint)
    #expect(try Classifier.load(folder.path("later")).pipeline == pipeline)
    let trainer = try Trainer(
      network, on: dataset(), pipeline: checkpoint.pipeline, optimizer: .adam(), batchSize: 32)
    try trainer.restore(checkpoint)
    #expect(try trainer.checkpoint(at: checkpoint.position).pipeline == pipeline)
  }

  // Written from logits, so that only the loss says what the outputs are.
  @Test func theFilesOfAMultiLabelTrainingKeepItsSigmoids() throws {
    let songs = try LabeledDataset(
      features: .floats(Matrix([[0, 1], [1, 0], [1, 1]])),
      indicators: Matrix([[0, 1], [1, 0], [1, 1]]), classNames: ["first", "second"])
    var network = try Sequential(input: [2], seed: 1) { Dense(2) }
    try network.fit(
      to: songs, loss: .binaryCrossEntropy(), epochs: 2,
      callbacks: [.checkpoint(to: folder.path("run"), keeping: .bestAndLast)])
    for name in ["run", "run.best"] {
      #expect(try Classifier.load(folder.path(name)).outputFunction == .sigmoid)
    }
    let checkpoint = try Checkpoint.load(folder.path("run"))
    try checkpoint.save(to: folder.path("again"))
    #expect(try Classifier.load(folder.path("again")).outputFunction == .sigmoid)
  }

  @Test func checkpointsAreAsFarApartAsAsked() throws {
    var positions: [Int] = []
    var network = try network()
    let path = folder.path("run")
    try network.fit(
      to: dataset(), epochs: 5, batchSize: 8,
      callbacks: [
        .checkpoint(to: path, everyEpochs: 2),
        .onEpochEnd { _ in
          positions.append((try? Checkpoint.load(path).position.epoch) ?? 0)
          return .proceed
        },
      ])
    // What is seen at an epoch's end is what the epochs before left.
    #expect(positions == [0, 0, 2, 2, 4])
    #expect(try Checkpoint.load(path).position.epoch == 5)
  }

  @Test func theBestEpochsModelStandsBesideTheLastCheckpoint() throws {
    var network = try network()
    var networks: [Sequential] = []
    let history = try network.fit(
      to: dataset(), optimizer: .adam(learningRate: 0.05), epochs: 12, batchSize: 8,
      validation: .fraction(0.25),
      callbacks: [
        .checkpoint(to: folder.path("run.safetensors"), keeping: .bestAndLast),
        .onEpochEnd {
          networks.append(try $0.network)
          return .proceed
        },
      ])
    let best = try #require(history.bestEpoch).number
    #expect(try folder.names == ["run.best.safetensors", "run.safetensors"])
    #expect(
      try Classifier.load(folder.path("run.best.safetensors")).network == networks[best - 1])
    #expect(
      CheckpointFile.checkpoint(to: "plain").bestPath == "plain.best")
  }

  @Test func whatDeadRunsLeftIsGoneWhenATrainingBegins() throws {
    let other = ".other.softmax-temporary.4194303.0123456789abcdef"
    try folder.write([1, 2, 3], to: ".run.softmax-temporary.4194303.0123456789abcdef")
    try folder.write([1, 2, 3], to: other)
    try train(epochs: 1, to: folder.path("run"))
    #expect(try folder.names == [other, "run"])
  }

  @Test func aCheckpointThatCannotBeWrittenEndsTheTrainingWithItsSteps() throws {
    var network = try network()
    var short = network
    #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: dataset(), epochs: 5, callbacks: [.checkpoint(to: folder.path("none/run"))])
    }
    try short.fit(to: dataset(), epochs: 1)
    #expect(network == short)
    #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: dataset(), epochs: 5, callbacks: [.checkpoint(to: folder.path("a"), everyEpochs: 0)])
    }
  }

  // MARK: Files that lie

  /// What comes of a checkpoint with some of its content replaced, and a checksum that fits.
  func changed(
    _ change: (inout [String: String], inout [SafetensorsFile.Tensor]) -> Void
  ) throws -> SoftmaxError? {
    let path = folder.path("changed")
    try train(epochs: 2, to: path)
    let file = try SafetensorsFile.read(path)
    var (metadata, tensors) = (file.metadata, file.tensors)
    change(&metadata, &tensors)
    metadata[Checkpoint.checksumKey] = Checkpoint.checksum(of: tensors, metadata)
    try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
    do throws(SoftmaxError) {
      let checkpoint = try Checkpoint.load(path)
      do {
        try train(epochs: 4, to: path, resuming: checkpoint)
      } catch let error as SoftmaxError {
        return error
      } catch {
        Issue.record("\(error)")
      }
      return nil
    } catch {
      #expect(error.path == path)
      return error
    }
  }

  @Test func aFileThatIsCutIsAnError() throws {
    let path = folder.path("run")
    try train(epochs: 1, to: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in Array(stride(from: 0, to: bytes.count, by: 97)) + [bytes.count - 1] {
      try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: SoftmaxError.self) { try Checkpoint.load(path) }
      #expect(error?.path == path)
    }
  }

  @Test func aBitThatIsFlippedIsAnError() throws {
    let path = folder.path("run")
    try train(epochs: 1, to: path)
    let whole = try Checkpoint.load(path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var errorCount = 0
    for place in stride(from: 0, to: bytes.count, by: 11) {
      var damaged = bytes
      damaged[place] ^= 1 << (place % 8)
      try damaged.write(to: URL(fileURLWithPath: path))
      do throws(SoftmaxError) {
        // Of a header's blanks some are worth as much as others.
        #expect(try Checkpoint.load(path) == whole, "byte \(place)")
      } catch {
        errorCount += 1
        #expect(error.path == path)
      }
    }
    #expect(errorCount > bytes.count / 11 - 3)
  }

  @Test func aCheckpointWithoutChecksumIsAnError() throws {
    let path = folder.path("run")
    try train(epochs: 1, to: path)
    let file = try SafetensorsFile.read(path)
    var metadata = file.metadata
    metadata[Checkpoint.checksumKey] = nil
    try SafetensorsFile(tensors: file.tensors, metadata: metadata).write(to: path)
    let error = #expect(throws: SoftmaxError.self) { try Checkpoint.load(path) }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("has changed since it was written") == true)
  }

  @Test func everyChangedTensorIsAnErrorOrTaken() throws {
    #expect(try changed { _, _ in } == nil)
    let path = folder.path("count")
    try train(epochs: 2, to: path)
    for index in try SafetensorsFile.read(path).tensors.indices {
      #expect(try changed { $1.remove(at: index) } != nil)
      let error = try changed { _, tensors in
        let old = tensors[index]
        tensors[index] = .init(
          name: old.name, shape: [old.values.count + 1], values: old.values + [0])
      }
      #expect(error?.code == .shapeMismatch)
      #expect(
        try changed { _, tensors in
          let old = tensors[index]
          tensors[index] = .init(name: "x" + old.name, shape: old.shape, values: old.values)
        } != nil)
    }
    #expect(
      try changed { $1.append(.init(name: "optimizer.9.layers.1.bias", shape: [1], values: [0])) }?
        .code == .invalidData)
    #expect(
      try changed { $1.append(.init(name: "callbacks.x", shape: [1], values: [0])) }?.code
        == .invalidData)
  }

  @Test func aNumberThatIsNoneIsAnError() throws {
    let path = folder.path("run")
    try train(epochs: 1, to: path)
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xc0, 0x7f])
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: SoftmaxError.self) { try Checkpoint.load(path) }
    #expect(error?.code == .nonFiniteValue)
  }

  @Test func everyLieInTheRecordIsATypedError() throws {
    let lies = [
      ("\"version\":2", "\"version\":1"), ("\"version\":2", "\"version\":3"),
      ("\"stepCount\":8", "\"stepCount\":9"),
      ("\"stepCount\":8", "\"stepCount\":9223372036854775807"),
      ("\"stepCount\":8", "\"stepCount\":-8"),
      ("\"epoch\":2", "\"epoch\":9223372036854775807"), ("\"epoch\":2", "\"epoch\":-1"),
      ("\"step\":0", "\"step\":9223372036854775807"), ("\"step\":0", "\"step\":-1"),
      ("\"optimizerStateCount\":2", "\"optimizerStateCount\":1"),
      ("\"optimizerStateCount\":2", "\"optimizerStateCount\":1000000000"),
      ("\"optimizerStateCount\":2", "\"optimizerStateCount\":-1"),
      ("\"learningRateFactor\":1", "\"learningRateFactor\":0"),
      ("\"learningRateFactor\":1", "\"learningRateFactor\":1e999"),
      ("\"networks\":[\"best\"]", "\"networks\":[]"),
      ("\"networks\":[\"best\"]", "\"networks\":[\"best\",\"best\"]"),
      ("\"networks\":[\"best\"]", "\"networks\":[\"other\"]"),
      ("\"settings\":{", "\"settings\":{\"more\":\"1\","),
      ("\"callbacks\":[", "\"callbacks\":[null,"),
      ("\"number\":1,", "\"number\":-9223372036854775808,"),
      ("\"number\":1,", "\"number\":9223372036854775807,"), ("\"number\":1,", "\"number\":2,"),
      ("\"correctCount\":0", "\"correctCount\":9223372036854775807"),
      ("\"predictionCount\":0", "\"predictionCount\":9223372036854775807"),
      ("\"emptyStepCount\":0", "\"emptyStepCount\":-9223372036854775808"),
      ("\"patience\":", "\"patience\":1"), ("\"fingerprint\":\"", "\"fingerprint\":\"0"),
      (
        "\"networks\":[\"best\"]",
        "\"networks\":[" + Array(repeating: "\"best\"", count: 100_000).joined(separator: ",") + "]"
      ),
    ]
    for (known, lie) in lies {
      var wasThere = false
      let error = try changed { metadata, _ in
        let text = metadata["checkpoint", default: ""]
        wasThere = text.contains(known)
        metadata["checkpoint"] = text.replacingOccurrences(of: known, with: lie)
      }
      #expect(wasThere, "\(known)")
      #expect(error != nil, "\(lie)")
    }
    for text in ["", "null", "{}", "[]", "1", String(repeating: "[", count: 100_000)] {
      #expect(try changed { metadata, _ in metadata["checkpoint"] = text } != nil)
    }
  }

  // Numbers that callbacks remember come from the file too.
  @Test func whatACallbackIsToldToRememberCannotHarmIt() throws {
    for number in [
      "-1", "1e300", "0.5", "-1e300", "-9223372036854775808", "\"-infinity\"", "\"nan\"",
    ] {
      #expect(
        try changed { metadata, _ in
          metadata["checkpoint"] = metadata["checkpoint", default: ""]
            .replacingOccurrences(
              of: #""(best|best epoch|wait)":[-0-9.e]+"#, with: "\"$1\":\(number)",
              options: .regularExpression)
        } == nil)
    }
  }

  // JSON has no infinite numbers.
  @Test func aCallbackMayRememberInfinity() throws {
    struct Greatest: TrainingCallback {
      var state: CallbackState? = CallbackState(
        settings: ["name": "greatest"], values: ["least": .infinity, "greatest": -.infinity])
    }
    var network = try network()
    let path = folder.path("run")
    try network.fit(
      to: dataset(), epochs: 1, callbacks: [Greatest(), .checkpoint(to: path)])
    let values = try Checkpoint.load(path).callbacks[0].values
    #expect(values == ["least": .infinity, "greatest": -.infinity])
  }

  // MARK: The log

  @Test func theLogIsThatOfKeras() throws {
    let path = folder.path("log.csv")
    var network = try network()
    let history = try network.fit(
      to: dataset(), epochs: 2, validation: .fraction(0.25), callbacks: [.csvLog(to: path)])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "epoch,accuracy,loss,val_accuracy,val_loss")
    let last = try #require(history.epochs.last)
    let numbers = lines[2].split(separator: ",").compactMap { Double($0) }
    #expect(
      numbers == [
        1, last.accuracy, last.loss, last.validation?.accuracy, last.validation?.loss,
      ])
    var plain = try self.network()
    try plain.fit(to: dataset(), epochs: 1, callbacks: [.csvLog(to: path)])
    #expect(
      try String(contentsOfFile: path, encoding: .utf8).hasPrefix("epoch,accuracy,loss\n0,"))
  }

  @Test func aTrainingThatGoesOnHasTheWholeLog() throws {
    func run(epochs: Int, _ name: String, resuming checkpoint: Checkpoint?) throws -> String {
      var network = try network()
      try network.fit(
        to: dataset(), epochs: epochs,
        callbacks: [.csvLog(to: folder.path(name)), .checkpoint(to: folder.path("run"))],
        resuming: checkpoint)
      return try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }
    let whole = try run(epochs: 4, "whole", resuming: nil)
    _ = try run(epochs: 2, "part", resuming: nil)
    // A line that a killed run left unfinished.
    try (String(contentsOfFile: folder.path("part"), encoding: .utf8) + "2,0.1")
      .write(toFile: folder.path("part"), atomically: false, encoding: .utf8)
    #expect(
      try run(epochs: 4, "part", resuming: Checkpoint.load(folder.path("run"))) == whole)
  }
}
