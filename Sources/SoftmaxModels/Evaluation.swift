// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How good a classifier is on labelled samples.
public struct Evaluation: Hashable, Sendable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of samples whose most probable class is the right one.
  public let correctCount: Int
  /// The mean of -ln p(right class) over the samples, in nats.
  ///
  /// From the logits and never clipped: a certain and wrong prediction costs what it costs.
  public let logLoss: Double

  /// The fraction of samples classified rightly.
  public var accuracy: Double { Double(correctCount) / Double(rowCount) }

  /// The 95 % confidence interval of the accuracy.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical
  /// inference", JASA 22, 1927.
  public var accuracyInterval: ClosedRange<Double> {
    wilsonInterval(successes: correctCount, trials: rowCount)
  }
}

/// Wilson's score interval of a proportion at 95 %.
///
/// (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z = 1.96.
func wilsonInterval(successes: Int, trials: Int) -> ClosedRange<Double> {
  guard trials > 0 else { return 0...1 }
  let z = 1.959963984540054
  let n = Double(trials)
  let p = Double(successes) / n
  let centre = p + z * z / (2 * n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let whole = 1 + z * z / n
  // At the ends centre and half are equal but for rounding.
  let low = successes == 0 ? 0 : (centre - half) / whole
  let high = successes == trials ? 1 : (centre + half) / whole
  return low...high
}

extension Evaluation: CustomStringConvertible {
  /// Accuracy with its interval, and log loss, in one line.
  public var description: String {
    let interval = accuracyInterval
    return "accuracy \(fixed(accuracy)) [\(fixed(interval.lowerBound)), "
      + "\(fixed(interval.upperBound))], log loss \(fixed(logLoss)), \(rowCount) samples"
  }
}

// Four decimals, without Foundation.
private func fixed(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  let scaled = Int((value * 10_000).rounded())
  let digits = String(abs(scaled) % 10_000)
  let zeros = String(repeating: "0", count: 4 - digits.count)
  return "\(scaled < 0 ? "-" : "")\(abs(scaled) / 10_000).\(zeros)\(digits)"
}
