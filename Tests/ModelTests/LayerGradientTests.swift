// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

@Suite struct LayerGradientTests {
  private static let rowCount = 7
  private static let labels = (0..<rowCount).map { $0 * 5 % 3 }

  /// A loss of the library beside the reference's.
  struct NamedLoss: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let loss: Loss
    let reference: ReferenceLoss
  }

  static let losses = [
    NamedLoss(
      testDescription: "cross-entropy", loss: .crossEntropy, reference: ReferenceLoss(.crossEntropy)
    ),
    NamedLoss(
      testDescription: "weighted cross-entropy",
      loss: .crossEntropy(labelSmoothing: 0.125, classWeights: [0.5, 1, 2]),
      reference: ReferenceLoss(.crossEntropy, labelSmoothing: 0.125, classWeights: [0.5, 1, 2])),
    NamedLoss(
      testDescription: "binary cross-entropy", loss: .binaryCrossEntropy(),
      reference: ReferenceLoss(.binaryCrossEntropy)),
    NamedLoss(
      testDescription: "squared", loss: .squared, reference: ReferenceLoss(.squared)),
  ]

  @Test(arguments: LayerStack.all, losses)
  func gradientsAgreeWithTheReferenceAndTheReferenceWithDifferences(
    _ stack: LayerStack, _ loss: NamedLoss
  ) throws {
    let network = try stack.network()
    let features = stack.samples(count: Self.rowCount)
    let samples = (0..<Self.rowCount).map { features.row($0).map(Double.init) }
    let reference = ReferenceStack(network, rowCount: Self.rowCount)
    let targets = ReferenceLoss.Batch(
      targets: Self.labels.map { label in (0..<3).map { $0 == label ? 1 : 0 } })
    let outputs = reference.outputs(samples)
    let expectedLoss = loss.reference.value(outputs, targets)
    let expected = reference.gradient(
      samples, toOutputs: loss.reference.gradient(outputs, targets)
    ).parameters
    let norm = expected.joined().joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(norm > 1e-3, "a gradient of nothing would agree with anything")

    // Of each tensor the first, the last and some number in between.
    for (layer, tensors) in expected.enumerated() {
      for (tensor, values) in tensors.enumerated() {
        for place in Set([0, values.count / 3, values.count - 1]) {
          let difference = fivePointDerivative(
            at: reference.layers[layer].parameters[tensor][place], step: 1e-4
          ) {
            var moved = reference
            moved.layers[layer].parameters[tensor][place] = $0
            return loss.reference.value(moved.outputs(samples), targets)
          }
          #expect(
            abs(difference - values[place]) <= 1e-7 * max(norm, 1e-3),
            "layer \(layer), tensor \(tensor), number \(place)")
        }
      }
    }

    let batch = try LabeledDataset(
      features: .floats(features), labels: Self.labels, classNames: ["a", "b", "c"])
    for threads in [1, 3] {
      let (value, gradient) = try network.valueAndGradient(
        of: loss.loss, on: batch, threads: threads)
      #expect(abs(value - expectedLoss) <= 1e-6 * max(1, value))
      let actual = gradient.layers.map { $0.tensors.map(\.values) }
      let wanted = expected.filter { !$0.isEmpty }
      try #require(actual.map { $0.map(\.count) } == wanted.map { $0.map(\.count) })
      var squaredError = 0.0
      for (a, b) in zip(actual.joined().joined(), wanted.joined().joined()) {
        squaredError += (Double(a) - b) * (Double(a) - b)
      }
      #expect(squaredError.squareRoot() <= 1e-5 * norm)
    }
  }

  @Test(arguments: LayerStack.all)
  func trainingHasTheSameBitsOnAnyThreadsAndInstructionSet(_ stack: LayerStack) throws {
    let network = try stack.network()
    let rows = 41
    let batch = try LabeledDataset(
      features: .floats(stack.samples(count: rows)), labels: (0..<rows).map { $0 % 3 },
      classNames: ["a", "b", "c"])
    let shape = FusedShape(network, loss: .crossEntropy)
    func outcome(threads: Int, set: InstructionSet, isFused: Bool = false) throws -> Sequential {
      let kernels = try #require(Kernels(set))
      let plan: any TrainingPlan =
        isFused
        ? FusedPlan(
          network, of: try #require(shape), on: batch, optimizer: .adam(learningRate: 0.01),
          batchSize: 17, l2Penalty: 0.01, workerCount: threads, kernels: kernels)
        : PlainPlan(
          network, on: batch, loss: .crossEntropy, optimizer: .adam(learningRate: 0.01),
          batchSize: 17, l2Penalty: 0.01, workerCount: threads, kernels: kernels)
      let team = WorkerTeam(threadCount: threads)
      var clock = OptimizerClock(.adam(learningRate: 0.01))
      plan.schedule.setOrder(Array((0..<rows).reversed()))
      for step in 0..<plan.schedule.stepCount {
        plan.schedule.setUpdate(of: step, to: clock.next())
        plan.schedule.setNumber(of: step, to: step)
      }
      plan.run(0..<plan.schedule.stepCount, dataset: batch, isUpdating: true, team: team)
      var trained = network
      plan.store(into: &trained)
      return trained
    }
    let specification = try outcome(threads: 1, set: .scalar)
    #expect(specification != network)
    #expect(
      specification.layers.allSatisfy { $0.tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) } }
    )
    for set in InstructionSet.allCases where set.isSupported {
      for threads in [1, 2, 3, 5] {
        #expect(try outcome(threads: threads, set: set) == specification, "\(set), \(threads)")
        guard shape != nil else { continue }
        #expect(
          try outcome(threads: threads, set: set, isFused: true) == specification,
          "fused, \(set), \(threads)")
      }
    }
  }

  @Test(arguments: LayerStack.all)
  func aRowIsPredictedAloneAsInABatch(_ stack: LayerStack) throws {
    let network = try stack.network()
    let features = stack.samples(count: 37)
    let predictor = try network.predictor(threads: 2)
    let together = try predictor.logits(for: .floats(features))
    var session = predictor.session()
    var logits = [Float](repeating: 0, count: 3)
    for row in 0..<features.rowCount {
      try session.logits(for: Array(features.row(row)), into: &logits)
      #expect(logits.map(\.bitPattern) == together.row(row).map(\.bitPattern))
    }
  }
}
