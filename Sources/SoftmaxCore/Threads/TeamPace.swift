// SPDX-License-Identifier: Apache-2.0

/// Decides whether all workers of a team share the next steps or the calling thread does them alone.
///
/// Workers that synchronize in every step are as slow as the slowest of them. If other programs use the
/// processors too, some worker is often descheduled, and a step of microseconds waits for milliseconds.
/// The caller alone waits for nobody. If the workers stall, the caller therefore does the steps alone for
/// some time. Then all workers share the steps again for a short trial, and the faster way is used.
///
/// On an idle machine nobody stalls, and a run reads the clock twice. The decision affects only the time:
/// results do not depend on the number of workers.
struct TeamPace {
  private enum Phase: Equatable {
    /// All workers share the steps, and their stalls are measured.
    case shared
    /// The caller does the steps alone, for the given number of seconds.
    case alone(Double)
    /// All workers share the steps, and their rate is compared with that of the caller alone.
    case trial
  }

  // The workers are stalling if they were parked for more than both thresholds: a time in seconds and a
  // fraction of the measured time. Shorter waits are normal synchronization.
  private static let leastStall = 0.0005
  private static let leastStallShare = 0.25
  // The duration of a measurement in seconds, several of the scheduler's time slices.
  private static let measured = 0.005
  private static let longestAlone = 1.0
  private static let longestCalm = 1.0

  private var phase = Phase.shared
  private var steps = 0
  private var seconds = 0.0
  private var stalled = 0.0
  // The steps per second of the caller alone, in the last measurement.
  private var aloneRate = 0.0
  // `nextAlone` is the time for which the caller works alone after a trial in which it was faster.
  // `nextCalm` is the time for which stalls are ignored after a trial in which the team was faster. Each
  // grows when trials repeat the same result, up to one second. `calm` is the rest of the current time.
  private var nextAlone = TeamPace.firstAlone
  private var nextCalm = TeamPace.firstCalm
  private var calm = 0.0
  private var burst = 1

  private static let firstAlone = 0.04
  private static let firstCalm = 0.01

  /// Whether the caller does the next steps alone.
  var isAlone: Bool { if case .alone = phase { true } else { false } }

  /// The maximum number of steps before the next decision.
  ///
  /// It is 1 at the beginning of a phase and doubles up to the number of steps that take about 5 ms.
  var stepLimit: Int {
    guard steps > 0, seconds > 0 else { return 1 }
    return max(1, min(burst, Int(TeamPace.measured / seconds * Double(steps))))
  }

  /// Records steps that were done as `isAlone` indicated, and decides about the next steps.
  ///
  /// - Parameters:
  ///   - count: the number of steps.
  ///   - time: the time of the steps in seconds.
  ///   - stall: the mean time that a worker was parked while it waited for others, in seconds.
  mutating func record(steps count: Int, seconds time: Double, stalled stall: Double) {
    steps += count
    seconds += time
    stalled += stall
    burst = min(burst * 2, 1 << 30)
    switch phase {
    case .shared:
      calm -= time
      let isStalling =
        stalled > max(TeamPace.leastStall, TeamPace.leastStallShare * seconds)
      if calm <= 0, isStalling {
        begin(.alone(TeamPace.measured))
      } else if seconds > 10 * TeamPace.measured {
        forget()
      }
    case .alone(let duration):
      guard seconds >= duration else { return }
      aloneRate = Double(steps) / seconds
      begin(.trial)
    case .trial:
      guard seconds >= TeamPace.measured else { return }
      if Double(steps) / seconds > aloneRate {
        calm = nextCalm
        nextCalm = min(2 * nextCalm, TeamPace.longestCalm)
        nextAlone = TeamPace.firstAlone
        begin(.shared)
      } else {
        begin(.alone(nextAlone))
        nextAlone = min(4 * nextAlone, TeamPace.longestAlone)
        nextCalm = TeamPace.firstCalm
      }
    }
  }

  private mutating func begin(_ next: Phase) {
    phase = next
    burst = 1
    steps = 0
    seconds = 0
    stalled = 0
  }

  // Reduces the record to the mean time of one step and clears the stalls, so that old measurements do
  // not delay the detection of new stalls.
  private mutating func forget() {
    seconds /= Double(steps)
    steps = 1
    stalled = 0
  }
}
