// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The values of metrics on 999 resamples of the rows, which are the same rows for each evaluation.
///
/// A resample is as many rows as there are, drawn with replacement. The draws depend on the seed and on the number of
/// rows alone. Of what no metric can be resampled, because it is not defined by resampling or would take minutes, there
/// are no values.
///
/// Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
package struct Resamples: Sendable {
  // The number of resamples, as in scipy's and R's examples: an interval ends at the 25th from both ends.
  private static let count = 999
  // With more logits than these, a thousand resamples would take minutes.
  private static let greatestLogitCount = 1 << 24

  // The places of the metrics that are resampled in `values`, by their names.
  private let places: [String: Int]
  // The value of each metric on each resample, by resample and evaluation.
  private let values: [[[Double?]]]

  /// Computes metrics on resamples.
  ///
  /// - Parameters:
  ///   - evaluations: one evaluation or more, of the same rows with the same weights.
  ///   - metrics: the metrics, of which those are left out that cannot be resampled.
  ///   - seed: the seed of the resamples.
  ///   - execution: the threads that share the resamples; all numbers of threads give the same values.
  package init(
    of evaluations: [Evaluation], metrics: [Metric], seed: UInt64, execution: Execution?
  ) {
    let chosen = metrics.filter { metric in
      metric.canBeResampled && evaluations.contains { metric.value(of: $0) != nil }
        && evaluations.allSatisfy { Self.cost(of: metric, in: $0) <= Self.greatestLogitCount }
    }
    places = Dictionary(
      chosen.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    guard !chosen.isEmpty, let first = evaluations.first else {
      values = []
      return
    }
    let team = WorkerTeam(threadCount: execution?.threadCount ?? WorkerTeam.processorCount)
    values = team.results(ofTasks: Self.count) { index in
      let weights = Self.weights(
        of: first, by: CounterBasedGenerator(seed: seed, purpose: .bootstrap, epoch: index))
      return evaluations.map { evaluation in
        guard let weights else { return chosen.map { _ in nil } }
        let resample = Evaluation(evaluation, sampleWeights: weights)
        return chosen.map { $0.value(of: resample) }
      }
    }
  }

  // Returns what a resample costs, in logits: a row has its loss, however many classes there are.
  private static func cost(of metric: Metric, in evaluation: Evaluation) -> Int {
    let classCount = evaluation.classNames.count
    return evaluation.rowCount
      * (metric.name == Metric.logLoss.name ? min(10, classCount) : classCount)
  }

  // Returns the weight of each row in as many rows as there are, drawn with replacement; nil if all are 0.
  private static func weights(
    of evaluation: Evaluation, by generator: CounterBasedGenerator
  ) -> [Float]? {
    let count = evaluation.rowCount
    var weights = [Float](repeating: 0, count: count)
    for bits in generator.bits(inFirst: count) {
      let row = Int(bits.multipliedFullWidth(by: UInt64(count)).high)
      weights[row] += evaluation.sampleWeights?[row] ?? 1
    }
    return weights.contains { $0 > 0 } ? weights : nil
  }

  /// Returns the 95 % interval of a metric of one of the evaluations; nil if it has none.
  package func interval(of metric: Metric, in evaluation: Int) -> ClosedRange<Double>? {
    places[metric.name].flatMap { place in
      interval(of: values.compactMap { $0[evaluation][place] })
    }
  }

  /// Returns the 95 % interval of a metric of an evaluation minus that of another one; nil if it has none.
  package func interval(
    of metric: Metric, in evaluation: Int, minus other: Int
  ) -> ClosedRange<Double>? {
    places[metric.name].flatMap { place in
      interval(
        of: values.compactMap { resample in
          guard let value = resample[evaluation][place], let base = resample[other][place],
            value.isFinite, base.isFinite
          else { return nil }
          return value - base
        })
    }
  }

  // Returns the 2.5th and the 97.5th percentile; nil if the value is undefined on more than a twentieth of the resamples.
  private func interval(of defined: [Double]) -> ClosedRange<Double>? {
    guard defined.count * 20 >= values.count * 19 else { return nil }
    let sorted = defined.sorted()
    return percentile(0.025, of: sorted)...percentile(0.975, of: sorted)
  }

  // Returns the percentile of sorted values, linear between two of them as in numpy.
  private func percentile(_ share: Double, of values: [Double]) -> Double {
    let place = share * Double(values.count - 1)
    let below = Int(place)
    let rest = place - Double(below)
    // An infinite value has no fraction.
    guard rest > 0, below + 1 < values.count, values[below] != values[below + 1] else {
      return values[below]
    }
    return values[below] + rest * (values[below + 1] - values[below])
  }
}
