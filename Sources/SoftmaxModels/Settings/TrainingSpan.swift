// SPDX-License-Identifier: Apache-2.0

/// A length of training.
public enum TrainingSpan: Hashable, Sendable, Codable {
  /// So many steps of the optimizer.
  case steps(Int)
  /// So many passes over the data.
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

  /// The number of steps.
  func stepCount(stepsPerEpoch: Int) -> Double {
    isEpochs ? Double(count) * Double(stepsPerEpoch) : Double(count)
  }
}
