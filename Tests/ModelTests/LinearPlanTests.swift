// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

// Products in single precision are for large data; here they are asked for on small ones.
@Suite struct LinearPlanTests {
  private func objective(
    on dataset: LabeledDataset, l2Penalty: Double = 0, _ precision: LinearPlan.Precision?,
    threads: Int = 2, instructionSet: InstructionSet? = nil
  ) throws -> Objective {
    let network = try Sequential(input: dataset.featureShape, seed: 3) {
      Dense(dataset.classCount, activation: .softmax)
    }
    let objective = try Objective(
      network, on: dataset, loss: .crossEntropy, optimizer: nil, batchSize: 64, l1Penalty: 0,
      l2Penalty: l2Penalty,
      execution: Execution(threads: threads, instructionSet: instructionSet))
    objective.linearPlan = LinearPlan(
      network, on: dataset, loss: .crossEntropy, workerCount: objective.linearTeam.threadCount,
      kernels: objective.execution.kernels, precision: precision)
    return objective
  }

  private func digits() throws -> GoldenOptimum { try #require(try GoldenOptimum.load().last) }

  private func evaluations(_ objective: Objective) throws -> (Double, [Double], [Double]) {
    let point = objective.parameters.map { Double($0) }
    var (gradient, product): ([Double], [Double]) = ([], [])
    let value = try objective.valueAndGradient(at: point, into: &gradient)
    try objective.hessianVectorProduct(at: point, vector: gradient, into: &product)
    return (value.objective, gradient, product)
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / b.reduce(0) { max($0, abs($1)) }
  }

  @Test func productsInSinglePrecisionAgreeWithThoseInDouble() throws {
    // The last block has fewer rows than the others, and some rows have no weight.
    for dataset in [
      try digits().dataset(),
      try triangle(count: 1700).weighted(by: (0..<1700).map { Float($0 % 4) }),
    ] {
      let single = try evaluations(objective(on: dataset, .single))
      let double = try evaluations(objective(on: dataset, .double))
      #expect(abs(single.0 - double.0) < 1e-6 * double.0)
      #expect(distance(single.1, double.1) < 1e-5)
      #expect(distance(single.2, double.2) < 1e-5)
      #expect(single.1 != double.1 && single.2 != double.2)
    }
  }

  @Test func theirBitsDependNeitherOnThreadsNorOnInstructions() throws {
    let dataset = try triangle(count: 1700)
    let expected = try evaluations(
      objective(on: dataset, .single, threads: 1, instructionSet: .scalar))
    for set in InstructionSet.allCases where set.isSupported {
      for threads in [1, 2, 3] {
        let result = try evaluations(
          objective(on: dataset, .single, threads: threads, instructionSet: set))
        #expect(result == expected, "\(set), \(threads) threads")
      }
    }
  }

  @Test func solversReachTheOptimumWithThem() throws {
    let optimum = try digits()
    for solver in [NewtonCG(), LBFGS()] as [any Solver] {
      let objective = try objective(on: optimum.dataset(), l2Penalty: optimum.l2, .single)
      let result = try solver.minimize(objective, iterations: 300)
      #expect(abs(result.objective - optimum.objective) < 1e-6 * optimum.objective)
      let isConverged = result.isConverged
      #expect(isConverged, "\(solver.name): gap \(result.objectiveGap ?? .nan)")
    }
  }

  @Test func largeProductsAreInSinglePrecisionUnlessAColumnIsFarFromZero() throws {
    func precisions(mean: Float, _ rows: Int) throws -> [LinearPlan.Precision] {
      let columns = 64
      var matrix = Matrix(rowCount: rows, columnCount: columns)
      for row in 0..<rows { matrix[row, row % columns] = 1 }
      for row in 0..<rows { matrix[row, 0] += mean }
      let dataset = try LabeledDataset(
        features: .floats(matrix), labels: (0..<rows).map { $0 % 200 },
        classNames: (0..<200).map { "\($0)" })
      let plan = try #require(try objective(on: dataset, nil).linearPlan)
      return [plan.precision, plan.precisionOfProducts]
    }
    #expect(try precisions(mean: 0, 250) == [.double, .double])
    #expect(try precisions(mean: 0, 300) == [.double, .single])
    #expect(try precisions(mean: 100, 300) == [.double, .double])
  }
}
