// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Evaluation {
  // The number of resamples, as in scipy's and R's examples: the interval ends at the 25th from both ends.
  private static let resampleCount = 999
  // With more logits than these, a thousand resamples would take minutes.
  private static let greatestLogitCount = 1 << 24

  /// Returns the 95 % confidence interval of each metric; nil if it has none.
  ///
  /// Shares of samples have Wilson's interval. The others are bootstrapped: the metric is computed on 999 resamples of
  /// the rows, drawn with replacement, and the interval reaches from the 2.5th to the 97.5th percentile. The draws
  /// depend on the seed alone. A metric that is undefined on more than a twentieth of the resamples has no interval,
  /// and neither has any bootstrapped metric of more than 2^24 logits.
  ///
  /// Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
  ///
  /// - Parameters:
  ///   - metrics: the metrics.
  ///   - seed: the seed of the resamples.
  ///   - execution: the threads that share the resamples; all numbers of threads give the same intervals.
  package func intervals(
    of metrics: [Metric], seed: UInt64 = 0, execution: Execution? = nil
  ) -> [ClosedRange<Double>?] {
    let bootstrapped = metrics.filter { $0.isBootstrapped && $0.value(of: self) != nil }
    var samples: [[Double?]] = []
    if !bootstrapped.isEmpty, rowCount * classNames.count <= Self.greatestLogitCount {
      let team = WorkerTeam(threadCount: execution?.threadCount ?? WorkerTeam.processorCount)
      samples = team.results(ofTasks: Self.resampleCount) { index in
        let resample = resampled(
          by: CounterBasedGenerator(seed: seed, purpose: .bootstrap, epoch: index))
        return bootstrapped.map { metric in resample.flatMap { metric.value(of: $0) } }
      }
    }
    return metrics.map { metric in
      if let interval = metric.interval(of: self) { return interval }
      guard !samples.isEmpty,
        let place = bootstrapped.firstIndex(where: { $0.name == metric.name })
      else { return nil }
      let values = samples.compactMap { $0[place] }.sorted()
      guard values.count * 20 >= samples.count * 19 else { return nil }
      return percentile(0.025, of: values)...percentile(0.975, of: values)
    }
  }

  // Returns the evaluation on as many rows as there are, drawn with replacement; nil if they have no weight.
  private func resampled(by generator: CounterBasedGenerator) -> Evaluation? {
    var weights = [Float](repeating: 0, count: rowCount)
    for bits in generator.bits(inFirst: rowCount) {
      let row = Int(bits.multipliedFullWidth(by: UInt64(rowCount)).high)
      weights[row] += sampleWeights?[row] ?? 1
    }
    guard weights.contains(where: { $0 > 0 }) else { return nil }
    return Evaluation(self, sampleWeights: weights)
  }

  // Returns the percentile of sorted values, linear between two of them as in numpy.
  private func percentile(_ share: Double, of values: [Double]) -> Double {
    let place = share * Double(values.count - 1)
    let below = Int(place)
    guard below + 1 < values.count else { return values[below] }
    // An infinite value has no fraction.
    guard values[below] != values[below + 1] else { return values[below] }
    return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
  }
}
