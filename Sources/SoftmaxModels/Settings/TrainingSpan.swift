// SPDX-License-Identifier: Apache-2.0

/// A length of training, in updates or in epochs.
public enum TrainingSpan: Hashable, Sendable, Codable {
  /// A number of updates by the optimizer.
  case steps(Int)
  /// A number of passes over the training samples.
  case epochs(Int)
}

extension TrainingSpan {
  package var isEpochs: Bool { if case .epochs = self { true } else { false } }

  package var unit: String { isEpochs ? "epochs" : "steps" }

  package var count: Int {
    switch self {
    case .steps(let count), .epochs(let count): count
    }
  }

  /// Returns the number of steps; one epoch has `stepsPerEpoch`.
  func stepCount(stepsPerEpoch: Int) -> Double {
    isEpochs ? Double(count) * Double(stepsPerEpoch) : Double(count)
  }
}
