// SPDX-License-Identifier: Apache-2.0

/// A callback that calls a closure at the end of each epoch.
public struct EpochReport: TrainingCallback {
  private let body: (TrainingStatus) throws -> TrainingDecision

  init(_ body: @escaping (TrainingStatus) throws -> TrainingDecision) {
    self.body = body
  }

  /// Calls the closure and returns its decision.
  public mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    try body(status)
  }
}

extension TrainingCallback where Self == EpochReport {
  /// Calls a closure at the end of each epoch; the closure decides how the training continues.
  ///
  /// ```swift
  /// try network.fit(
  ///   to: digits, epochs: 100,
  ///   callbacks: [.onEpochEnd { $0.learningRate < 1e-5 ? .stop("tiny steps") : .proceed }])
  /// ```
  public static func onEpochEnd(
    _ body: @escaping (TrainingStatus) throws -> TrainingDecision
  ) -> EpochReport {
    EpochReport(body)
  }
}
