// SPDX-License-Identifier: Apache-2.0

// The examples of the doc comments, compiled; those that need no file and no network are run too.
// `SnippetTests.docCommentsShowWhatIsCompiledHere` sees to it that both are the same.

import SoftmaxKit

enum DocumentationSnippets {
  static func bytes() throws {
    let image = try ByteMatrix(rowCount: 1, columnCount: 2, bytes: [0, 255], scale: 1.0 / 255)
    print(image.floats().elements)
  }

  static func generator() -> [Int] {
    let generator = CounterBasedGenerator(seed: 42, purpose: .shuffle, epoch: 3)
    let order = generator.permutation(of: 60_000)
    return order
  }

  static func instructionSet() {
    print(InstructionSet.best)
  }

  static func points() throws {
    let points = try LabeledDataset(
      features: .floats(Matrix([[0, 0], [0, 1], [1, 0]])),
      labels: [0, 1, 1],
      classNames: ["origin", "elsewhere"])
    print(points.count, points.classNames[points.labels[2]])
  }

  static func rows() throws -> Matrix {
    let probabilities = try Matrix([[3, 1, -3]]).softmax()
    return probabilities
  }

  static func rowsInPlace() throws -> Matrix {
    var scores = try Matrix([[3, 1, -3], [1000, 1001, 1002]])
    scores.formSoftmax()
    return scores
  }

  static func crossEntropy() throws -> [Float] {
    let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
    let losses = try logits.crossEntropy(of: .labels([0, 1]))
    return losses
  }

  static func crossEntropyAndGradient() throws -> Matrix {
    let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
    let (losses, gradient) = try logits.crossEntropyWithGradient(of: .labels([0, 1]), scale: 0.5)
    print(losses)
    return gradient
  }

  static func vectors() -> [[Float]] {
    [
      softmax([3, 1, -3]),
      softmax([1000, 1001, 1002]),
    ]
  }

  static func oneHot() throws {
    let targets = try Matrix(oneHot: [2, 0], classCount: 3)
    print(targets.row(0), targets.row(1))
  }

  static func scores() throws {
    let scores = try Matrix([[3, 1, -3], [1000, 1001, 1002]])
    print(scores[0, 2])
    print(scores.softmax().row(0))
  }

  static func error() {
    do {
      _ = try Matrix(rowCount: 2, columnCount: 2, elements: [1, 2, 3])
    } catch {
      print(error.code)
      print(error)
    }
  }

  static func durability(of file: SafetensorsFile) throws {
    do {
      try file.write(to: "model.safetensors")
    } catch  where error.cause as? AtomicWriteFailure == .durabilityUncertain {
    }
  }

  static func loading() throws -> Classifier {
    let classifier = try Classifier.load("fashion-mnist.safetensors")
    return classifier
  }

  static func reference() throws {
    let reference = try DatasetReference("fashion-mnist:test:0")
    let split = try reference.load()
    let one = try reference.part(of: split, default: .training)
    print(one.count, one.classNames[one.labels[0]])
  }

  static func split() throws {
    let digits = try Digits.load()
    print(digits.training.count, digits.test?.count ?? 0)
  }

  static func digits() throws {
    let digits = try Digits.load()
    print(digits.training.featureShape, digits.training.labels[0])
  }

  static func fetch(_ showProgress: @escaping (String) -> Void) throws -> String {
    let folder = try RemoteDataset.fashionMNIST.fetch { file, received, total in
      showProgress("\(file): \(received) of \(total) bytes")
    }
    return folder
  }

  static func fashion() throws {
    let fashion = try RemoteDataset.fashionMNIST.load()
    print(fashion.training.count)
    print(fashion.training.classNames[fashion.training.labels[0]])
  }

  static func file() throws {
    let labels = try IDXFile.read("t10k-labels-idx1-ubyte.gz")
    print(labels.shape, labels.bytes[0])
  }

  static func folder() throws {
    let letters = try IDXFolder.load("/data/letters")
    print(letters.training.classNames)
  }

  static func pictures() throws -> DatasetSplit {
    let signs = try PictureFolder.load("signs")
    print(signs.training.classNames, signs.training.featureShape)
    let split = try PictureFolder.load("signs", as: PictureFormat(height: 32, width: 32))
    return split
  }

  static func tensors() throws {
    let file = try SafetensorsFile(
      tensors: [.init(name: "bias", shape: [3], values: [1, 2, 3])], metadata: ["made by": "me"])
    try file.write(to: "bias.safetensors")
    print(try SafetensorsFile.read("bias.safetensors") == file)
  }

  static func layer() -> Dense {
    Dense(128, activation: .relu)
  }

  static func classifier() throws {
    let digits = try Digits.load()
    let classifier = try SoftmaxRegression().fitted(to: digits.training)
    let prediction = try classifier.predictions(for: digits.training.features)[0]
    print(prediction.label, prediction.probability)
  }

  static func optimizer() -> Optimizer {
    let optimizer = Optimizer.adamW(learningRate: 0.001, weightDecay: 0.01)
      .scheduled(.cosine(over: .epochs(10), warmup: .steps(100)))
      .clipped(norm: 1)
    return optimizer
  }

  static func schedule() -> Double {
    let schedule = LearningRateSchedule.cosine(over: .epochs(10), warmup: .steps(500))
    print(schedule.factor(atStep: 0, stepsPerEpoch: 1875))
    return schedule.factor(atStep: 0, stepsPerEpoch: 1875)
  }

  static func steps(of start: Sequential, on batches: [LabeledDataset]) throws -> Sequential {
    var network = start
    var state = try OptimizerState(.adam(), for: network)
    for batch in batches {
      let step = try network.valueAndGradient(
        of: .crossEntropy, on: batch, step: state.gradientCount)
      try state.update(&network, along: step.gradient)
    }
    return network
  }

  static func gradient(of network: Sequential, on batch: LabeledDataset) throws {
    let step = try network.valueAndGradient(of: .crossEntropy, on: batch)
    print(step.loss, step.gradient.layers[0].weight[0, 0])
  }

  static func predictor(_ classifier: Classifier, _ images: Features, _ row: [Float]) throws {
    let predictor = try classifier.predictor()
    let probabilities = try predictor.probabilities(for: images)
    print(probabilities.rowCount)
    try session(predictor, row)
  }

  static func session(_ predictor: Predictor, _ row: [Float]) throws {
    var session = predictor.session()
    var probabilities = [Float](repeating: 0, count: predictor.classCount)
    let best = try session.probabilities(for: row, into: &probabilities)
    print(best)
  }

  static func loop(_ network: Sequential, on dataset: LabeledDataset) throws -> Sequential {
    for batch in try ShuffledBatches(of: 32, from: dataset.count, seed: 42, epoch: 0) {
      print(batch.count)
    }
    let trainer = try Trainer(network, on: dataset, optimizer: .adam(), batchSize: 32)
    for epoch in 0..<5 {
      for batch in try trainer.batches(epoch: epoch) {
        let step = try trainer.step(on: batch)
        print(step.loss, step.accuracy)
      }
    }
    let trained = try trainer.network
    return trained
  }

  static func training(on images: LabeledDataset) throws -> TrainingHistory {
    var network = try Sequential(input: [28, 28], seed: 42) {
      Flatten()
      Dense(128, activation: .relu)
      Dense(10, activation: .softmax)
    }
    let history = try network.fit(to: images, optimizer: .adam(), epochs: 10, batchSize: 32)
    return history
  }

  static func regression() throws -> Classifier {
    let digits = try Digits.load()
    let model = try SoftmaxRegression().fitted(to: digits.training)
    let sparse = try SoftmaxRegression(l1Penalty: 0.01).fitted(to: digits.training)
    print(sparse.classNames)
    return model
  }
}
