// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The metrics that an option names, separated by commas, or all of them.
struct MetricList {
  let metrics: [Metric]

  /// Parses the names.
  ///
  /// - Throws: a usage error that names the metric that is unknown or given twice.
  init(_ text: String) throws {
    guard text != "all" else {
      metrics = Metric.all
      return
    }
    var metrics: [Metric] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      do {
        let metric = try Metric.named(String(name))
        guard !metrics.contains(where: { $0.name == metric.name }) else {
          throw ValidationError("\(metric.name) is given twice")
        }
        metrics.append(metric)
      } catch let error as SoftmaxError {
        throw ValidationError("\(error)")
      }
    }
    self.metrics = metrics
  }
}
