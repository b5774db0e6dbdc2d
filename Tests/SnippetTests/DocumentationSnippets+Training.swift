// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

extension DocumentationSnippets {
  static func watched(_ network: inout Sequential, _ images: LabeledDataset) throws {
    let history = try network.fit(
      to: images, epochs: 100, validation: .fraction(0.1),
      callbacks: [.earlyStopping(patience: 5), .checkpoint(to: "images.safetensors")])
    print(history.curves(columns: 80, rows: 12))
  }

  static func drawn(_ network: inout Sequential, _ images: LabeledDataset) throws {
    let history = try network.fit(to: images, epochs: 20, validation: .fraction(0.1))
    print(history.curves())
  }

  static func validated(_ network: inout Sequential, _ digits: DatasetSplit) throws {
    try network.fit(to: digits.training, epochs: 20, validation: .fraction(0.1))
  }

  static func split(_ digits: LabeledDataset) throws -> (Int, Int) {
    let (training, validation) = try digits.split(validationFraction: 0.1, seed: 42)
    return (training.count, validation.count)
  }

  static func stoppedWhenTiny(_ network: inout Sequential, _ digits: LabeledDataset) throws {
    try network.fit(
      to: digits, epochs: 100,
      callbacks: [.onEpochEnd { $0.learningRate < 1e-5 ? .stop("tiny steps") : .proceed }])
  }

  static func goneOn(
    _ network: inout Sequential, _ digits: LabeledDataset, path: String
  ) throws {
    let checkpoint = FileManager.default.fileExists(atPath: path) ? try Checkpoint.load(path) : nil
    try network.fit(
      to: digits, epochs: 100, callbacks: [.checkpoint(to: path)], resuming: checkpoint)
  }

  static func loaded() throws -> Checkpoint {
    let checkpoint = try Checkpoint.load("fashion.safetensors")
    return checkpoint
  }

  static func saved(_ trainer: Trainer, epoch: Int) throws {
    try trainer.checkpoint(at: .init(epoch: epoch + 1)).save(to: "mine.safetensors")
  }

  static func restored(_ trainer: Trainer, epochs: Int) throws -> Range<Int> {
    let checkpoint = try Checkpoint.load("mine.safetensors")
    try trainer.restore(checkpoint)
    let epochsLeft = checkpoint.position.epoch..<epochs
    return epochsLeft
  }

  static func thereAndBack(_ trainer: Trainer, batch: [Int]) throws {
    let before = try trainer.state
    try trainer.step(on: batch)
    try trainer.restore(before)
  }

  static func perfect(_ network: inout Sequential, _ digits: LabeledDataset) throws {
    struct StopWhenPerfect: TrainingCallback {
      mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
        status.history.epochs.last?.accuracy == 1 ? .stop("nothing left to learn") : .proceed
      }
    }
    try network.fit(to: digits, epochs: 100, callbacks: [StopWhenPerfect()])
  }

  static func summed(_ trainer: Trainer) throws -> LossTotals {
    var totals = LossTotals()
    for batch in try trainer.batches(epoch: 0) { totals += try trainer.step(on: batch) }
    print(totals.loss, totals.accuracy)
    return totals
  }

  static func settings() -> SettingsTree {
    let settings: SettingsTree = [
      "name": "my callback", "patience": 5, "thresholds": [0.1, 0.01],
    ]
    return settings
  }

  static func callbackState() -> CallbackState {
    CallbackState(settings: ["name": "my callback", "patience": 5], values: ["best": 0.25])
  }

  static func loopOverAnObjective(
    _ network: Sequential, _ dataset: LabeledDataset
  ) throws -> Sequential {
    let objective = try Objective(network, on: dataset, batchSize: 32)
    var parameters = objective.parameters
    var gradient: [Float] = []
    var optimizer = try OptimizerState(.adam(), for: network)
    for batch in try objective.batches(epoch: 0) {
      try objective.valueAndGradient(
        at: parameters, rows: batch, step: optimizer.gradientCount, into: &gradient)
      try optimizer.update(&parameters, along: gradient, on: objective)
    }
    let trained = try objective.network(at: parameters)
    return trained
  }

  static func curved(_ objective: Objective, _ parameters: [Double]) throws -> [Double] {
    var gradient: [Double] = []
    try objective.valueAndGradient(at: parameters, into: &gradient)
    var product: [Double] = []
    try objective.hessianVectorProduct(at: parameters, vector: gradient, into: &product)
    return product
  }

  static func solvedObjective(
    _ network: Sequential, _ dataset: LabeledDataset
  ) throws -> Sequential {
    let solver = GradientDescent(gradientTolerance: 1e-4)
    let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
    let result = try solver.minimize(objective, iterations: 500)
    print(result.objective, result.gradientNorm, result.isConverged)
    let solved = try objective.network(at: result.parameters)
    return solved
  }

  static func solvedByGradients(
    _ network: Sequential, _ dataset: LabeledDataset
  ) throws -> SolverResult {
    let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
    let result = try LBFGS(gradientTolerance: 1e-5).minimize(objective, iterations: 500)
    print(result.isConverged, result.objective)
    return result
  }

  static func solvedByProducts(
    _ network: Sequential, _ dataset: LabeledDataset
  ) throws -> SolverResult {
    let objective = try Objective(network, on: dataset, l2Penalty: 1e-4)
    let result = try NewtonCG(gradientTolerance: 1e-6).minimize(objective)
    print(result.isConverged, result.objective, result.evaluations)
    return result
  }

  static func solvedWithZeros(
    _ network: Sequential, _ dataset: LabeledDataset
  ) throws -> SolverResult {
    let objective = try Objective(network, on: dataset, l1Penalty: 1e-3)
    let result = try ProximalNewton().minimize(objective)
    print(result.parameters.count { $0 == 0 }, result.objectiveGap ?? .infinity)
    return result
  }

  static func solved(_ network: inout Sequential, _ iris: LabeledDataset) throws {
    let result = try network.fit(
      to: iris, solver: GradientDescent(), iterations: 1000, l2Penalty: 1e-3)
    print(result.isConverged, result.gradientNorm)
  }
}
