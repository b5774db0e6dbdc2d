// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A callback that pauses the training after the steps in progress if a signal requested it.
struct InterruptionWatch: TrainingCallback {
  let interruption: Interruption

  mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision { decision }

  mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision { decision }

  private var decision: TrainingDecision {
    interruption.requestedStatus != nil ? .pause("interrupted") : .proceed
  }
}
