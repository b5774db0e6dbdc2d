// SPDX-License-Identifier: Apache-2.0

// The README's programs, compiled and run. `SnippetTests.theReadmeShowsWhatIsCompiledHere` sees to
// it that both are the same to the letter.

import SoftmaxKit

enum Snippets {
  // MARK: An estimator

  static func estimator() throws {
    let digits = try Digits.load()

    // An estimator, as in scikit-learn: settings in the initializer, data in fitted(to:).
    let model = try SoftmaxRegression().fitted(to: digits.training)

    if let test = digits.test {
      print(try model.evaluation(on: test))
      // accuracy 0.9028 [0.8678, 0.9293], log loss 0.3354, 360 samples
    }
  }

  // MARK: A network

  static func network(savedAs path: String) throws {
    let digits = try Digits.load()

    // A network, as in Keras. Written with a softmax at the end or without: the loss starts from
    // the logits in both cases.
    var network = try Sequential(input: digits.training.featureShape, seed: 42) {
      Flatten()
      Dense(32, activation: .relu)
      Dense(10, activation: .softmax)
    }
    print(network.summary)

    let history = try network.fit(
      to: digits.training, optimizer: .adam(), epochs: 10, batchSize: 32)
    print(history.epochs.last?.loss ?? .nan)

    // Everything that it takes to use it goes into one file, readable by anything that reads
    // safetensors.
    let classifier = try Classifier(network: network, trainedOn: digits.training)
    try classifier.save(to: path)

    let restored = try Classifier.load(path)
    for prediction in try restored.predictions(for: digits.training.features.selecting(rows: 0..<3))
    {
      print(prediction.label, prediction.probability)
    }
  }

  // MARK: Watching and keeping

  static func watched(keptAt path: String) throws {
    let digits = try Digits.load()
    var network = try MLPClassifier(hiddenUnits: [32]).network(input: [8, 8], classCount: 10)
    let history = try network.fit(
      to: digits.training, optimizer: .adamW().scheduled(.cosine(over: .epochs(50))), epochs: 50,
      validation: .fraction(0.1),
      callbacks: [.earlyStopping(patience: 5), .checkpoint(to: path)])
    print(history.curves(columns: 60, rows: 10))
  }

  // MARK: A loop

  static func loop(_ network: Sequential, on dataset: LabeledDataset) throws -> Sequential {
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

  // MARK: The function

  static func function() throws {
    print(softmax([3, 1, -3]))  // 0.88, 0.12, 0.00
    print(softmax([1000, 1001, 1002]))  // 0.09, 0.24, 0.67: nothing overflows
    print(logSumExp([1000, 1000]))  // 1000.6932
    print(try Matrix([[1, 2], [3, 5]]).softmax(along: .rows))
  }

  // MARK: An error

  static func error() {
    do {
      _ = try Sequential(input: [28, 28]) { Dense(10) }
    } catch {
      print(error.code)  // invalidArgument
      print(error)
      // layer 0: a dense layer needs rows, got samples of [28, 28]; put Flatten() before it
    }
  }
}
