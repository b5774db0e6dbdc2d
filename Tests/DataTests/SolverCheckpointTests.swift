// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct SolverCheckpointTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func aSolveGoesOnFromItsFileWithTheSameBits() throws {
    let iris = try Iris.load().training
    let path = folder.path("solve.safetensors")
    let pipeline = try Pipeline([.standardize], fittedTo: iris)
    func solve(
      _ iterations: Int, _ callbacks: [any TrainingCallback] = [], resuming: Checkpoint? = nil
    ) throws -> (network: Sequential, result: SolverResult) {
      var network = try Sequential(input: [4], seed: 3) { Dense(3, activation: .softmax) }
      let result = try network.fit(
        to: iris, solver: GradientDescent(gradientTolerance: 0), pipeline: pipeline,
        iterations: iterations, l2Penalty: 0.01, callbacks: callbacks, resuming: resuming)
      return (network, result)
    }
    let through = try solve(9)
    _ = try solve(4, [.checkpoint(to: path)])
    let checkpoint = try Checkpoint.load(path)
    #expect(checkpoint.history.unit == .iteration)
    #expect(checkpoint.position.epoch == 4)
    let resumed = try solve(9, resuming: checkpoint)
    #expect(resumed.network == through.network)
    #expect(resumed.result.parameters == through.result.parameters)
    #expect(resumed.result.evaluations == through.result.evaluations)
    #expect(resumed.result.gradientNorm == through.result.gradientNorm)
    try checkpoint.save(to: folder.path("again"))
    #expect(try Checkpoint.load(folder.path("again")) == checkpoint)
  }

  // Histories in files from before there were solvers.
  @Test func aHistoryThatDoesNotSayItsUnitIsOfEpochs() throws {
    let history = try JSONDecoder().decode(
      TrainingHistory.self, from: Data(#"{"epochs":[],"stopReason":"now"}"#.utf8))
    #expect(history == TrainingHistory(stopReason: "now"))
    #expect(history.unit == .epoch)
  }
}
