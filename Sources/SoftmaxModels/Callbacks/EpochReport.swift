// SPDX-License-Identifier: Apache-2.0

/// Calls a closure at the end of each epoch.
public struct EpochReport: TrainingCallback {
  private let body: (TrainingStatus) throws -> TrainingDecision

  init(_ body: @escaping (TrainingStatus) throws -> TrainingDecision) {
    self.body = body
  }

  /// Calls the closure.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    try body(status)
  }
}

extension TrainingCallback where Self == EpochReport {
  /// Calls a closure at the end of each epoch, which says how to go on.
  ///
  /// ```swift
  /// callbacks: [.onEpochEnd { $0.learningRate < 1e-5 ? .stop("the steps are too small") : .proceed }]
  /// ```
  public static func onEpochEnd(
    _ body: @escaping (TrainingStatus) throws -> TrainingDecision
  ) -> EpochReport {
    EpochReport(body)
  }
}
