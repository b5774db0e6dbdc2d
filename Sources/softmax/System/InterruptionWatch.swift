// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Pauses a training where the user has asked for an end: after the steps that run.
struct InterruptionWatch: TrainingCallback {
  let interruption: Interruption

  mutating func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision { decision }

  mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision { decision }

  private var decision: TrainingDecision {
    interruption.requestedStatus != nil ? .pause("interrupted") : .proceed
  }
}
