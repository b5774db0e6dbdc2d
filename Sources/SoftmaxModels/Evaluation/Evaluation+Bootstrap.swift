// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Evaluation {
  /// Returns the 95 % confidence interval of each metric; nil if it has none.
  ///
  /// Shares of samples have Wilson's interval. The others are bootstrapped (``Resamples``): the interval reaches from the
  /// 2.5th to the 97.5th percentile of the metric's values on resamples. A metric that is undefined on more than a
  /// twentieth of them has no interval, and neither has any bootstrapped metric of more than 2^24 logits; of
  /// the log loss at most 10 of a row count.
  ///
  /// - Parameters:
  ///   - metrics: the metrics.
  ///   - seed: the seed of the resamples.
  ///   - execution: the threads that share the resamples; all numbers of threads give the same intervals.
  package func intervals(
    of metrics: [Metric], seed: UInt64 = 0, execution: Execution? = nil
  ) -> [ClosedRange<Double>?] {
    let resamples = Resamples(
      of: [self], metrics: metrics.filter(\.isBootstrapped), seed: seed, execution: execution)
    return metrics.map { $0.interval(of: self) ?? resamples.interval(of: $0, in: 0) }
  }
}
