// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The arithmetic of conjugate gradients on vectors of parameters, with one scalar for all of them or, where the
/// equations of the classes are separate, one for each class.
///
/// Separate equations are then solved side by side, each as fast as by itself, while a pass over the rows serves all
/// of them. The terms of a class' sum are added in ascending order of the inputs within a slice, then the slices in
/// their order, so the bits do not depend on the number of threads.
struct ConjugateVectors {
  private let team: WorkerTeam
  private let vectors: VectorTeam
  private let classCount: Int
  // Some inputs of a weight, or a bias; empty for one scalar.
  private let slices: [Slice]

  private struct Slice {
    let segment: ParameterLayout.Segment
    let inputs: Range<Int>
  }

  /// Adjacent parameters: of one class, or of all classes.
  private struct Run {
    let slice: Int
    let indices: Range<Int>
    /// The class of the first parameter, and the distance to that of the next.
    let unit: Int
    let step: Int
  }

  private static let lengthOfSlice = 1 << 16

  /// Prepares the arithmetic on the parameters of an objective with a `regressionPlan`.
  init(of objective: Objective) {
    (team, vectors) = (objective.linearTeam, objective.vectors)
    let classCount = objective.dataset.classCount
    self.classCount = classCount
    let height = max(1, Self.lengthOfSlice / classCount)
    slices = (objective.loss.isOneVsRest ? objective.layout.segments : []).flatMap { segment in
      let inputCount = segment.isWeight ? segment.shape[1] : 1
      return stride(from: 0, to: inputCount, by: height).map {
        Slice(segment: segment, inputs: $0..<min($0 + height, inputCount))
      }
    }
  }

  /// Returns the scalar product of two vectors, or of each class' parts of them.
  func products(_ a: [Double], _ b: [Double]) -> [Double] {
    guard !slices.isEmpty else { return [vectors.product(a, b)] }
    var sums = [Double](repeating: 0, count: slices.count * classCount)
    sums.withVectorView { sums in
      guard let sums else { return }
      forEachRun { run in
        var place = run.slice * classCount + run.unit
        for index in run.indices {
          sums[place] += a[index] * b[index]
          place += run.step
        }
      }
    }
    return (0..<classCount).map { unit in
      slices.indices.reduce(0) { $0 + sums[$1 * classCount + unit] }
    }
  }

  /// Adds multiples of a vector to another.
  func add(_ b: [Double], times factors: [Double], to a: inout [Double]) {
    guard !slices.isEmpty else { return vectors.add(b, times: factors[0], to: &a) }
    a.withVectorView { a in
      guard let a else { return }
      forEachRun { run in
        var unit = run.unit
        for index in run.indices {
          a[index] += factors[unit] * b[index]
          unit += run.step
        }
      }
    }
  }

  /// Replaces a vector by another plus multiples of itself.
  func scale(_ a: inout [Double], by factors: [Double], adding b: [Double]) {
    guard !slices.isEmpty else { return vectors.scale(&a, by: factors[0], adding: b) }
    a.withVectorView { a in
      guard let a else { return }
      forEachRun { run in
        var unit = run.unit
        for index in run.indices {
          a[index] = b[index] + factors[unit] * a[index]
          unit += run.step
        }
      }
    }
  }

  /// Calls `body` with each run of a slice, on one of the workers.
  private func forEachRun(_ body: @escaping @Sendable (Run) -> Void) {
    team.run { worker in
      for index in worker.share(of: slices.count) {
        let (segment, inputs) = (slices[index].segment, slices[index].inputs)
        if !segment.isWeight {
          let all = segment.offset..<segment.offset + classCount
          body(Run(slice: index, indices: all, unit: 0, step: 1))
        } else if segment.isTransposed {
          for input in inputs {
            let first = segment.index(unit: 0, input: input)
            body(Run(slice: index, indices: first..<first + classCount, unit: 0, step: 1))
          }
        } else {
          for unit in 0..<classCount {
            let first = segment.index(unit: unit, input: inputs.lowerBound)
            body(Run(slice: index, indices: first..<first + inputs.count, unit: unit, step: 0))
          }
        }
      }
    }
  }
}
