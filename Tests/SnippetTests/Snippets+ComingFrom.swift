// SPDX-License-Identifier: Apache-2.0

// The programs of docs/coming-from.md, compiled, and run on little data.

import SoftmaxKit

extension Snippets {
  // MARK: Keras

  static func keras(_ fashion: DatasetSplit) throws -> Evaluation {
    var model = try Sequential(input: [28, 28], seed: 42) {
      Flatten()
      Dense(128, activation: .relu)
      Dense(10, activation: .softmax)
    }
    try model.fit(to: fashion.training, optimizer: .adam(), epochs: 10)
    let result = try model.evaluation(on: fashion.test ?? fashion.training)
    print(result.logLoss, result.accuracy)
    return result
  }

  // MARK: PyTorch

  static func pytorch(_ start: Sequential, on images: LabeledDataset) throws -> Sequential {
    var model = start
    var optimizer = try OptimizerState(.sgd(learningRate: 0.1), for: model)
    for rows in try ShuffledBatches(of: 64, from: images.count, seed: 42, epoch: 0) {
      let step = try model.valueAndGradient(of: .crossEntropy, on: images.selecting(rows: rows))
      try optimizer.update(&model, along: step.gradient)
    }
    return model
  }

  static func trainer(_ model: Sequential, on images: LabeledDataset) throws -> Sequential {
    let trainer = try Trainer(model, on: images, optimizer: .sgd(learningRate: 0.1), batchSize: 64)
    for batch in try trainer.batches(epoch: 0) {
      let step = try trainer.step(on: batch)
      print(step.loss)
    }
    let trained = try trainer.network
    return trained
  }

  // MARK: scikit-learn

  static func scikitLearn(_ training: LabeledDataset, _ test: LabeledDataset) throws -> Classifier {
    let l2 = SoftmaxRegression.l2Penalty(forC: 1, sampleCount: training.count)
    let model = try SoftmaxRegression(l2Penalty: l2, preprocessing: [.standardize])
      .fitted(to: training)
    print(try model.score(on: test))
    print(try model.probabilities(for: test.features).row(0))
    return model
  }

  // MARK: NumPy

  static func numpy() throws -> Matrix {
    let x = try Matrix([[1, 2], [0, 1]])
    let w = try Matrix([[0.5, -1, 0.25], [1, 0.5, -0.75]])
    let probabilities = try x.multiplied(by: w).softmax()
    print(probabilities.row(0), softmax([3, 1, -3]))
    return probabilities
  }

  // MARK: Dive into Deep Learning

  static func diveIntoDeepLearning(
    _ training: LabeledDataset, _ test: LabeledDataset
  ) throws -> Gallery {
    var net = try Sequential(input: [28, 28], seed: 42) {
      Flatten()
      Dense(10, initializer: .normal(standardDeviation: 0.01))
    }
    let history = try net.fit(
      to: training, optimizer: .sgd(learningRate: 0.1), epochs: 10, batchSize: 256,
      validation: .data(test))
    print(history.curves())
    let gallery = try Gallery(net.evaluation(on: test), of: test, order: .asGiven, limit: 6)
    print(gallery.lines(columns: 90).joined(separator: "\n"))
    return gallery
  }

  // MARK: TensorFlow 1

  static func tensorFlow(_ logits: Matrix) throws -> Float {
    let targets = try Matrix(oneHot: [0, 1], classCount: 3)
    let costs = try logits.crossEntropy(of: .distributions(targets))
    let cost = costs.reduce(0, +) / Float(costs.count)
    print(cost)
    return cost
  }

  // MARK: Presets

  static func presets(_ training: LabeledDataset) throws -> Optimizer {
    let likePyTorch = try MLPClassifier(.pytorch, epochs: 5).fitted(to: training)
    let adam = TrainingPreset.pytorch.adam(learningRate: 1e-4)
    print(likePyTorch.classNames)
    return adam
  }
}
