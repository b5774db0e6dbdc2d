// SPDX-License-Identifier: Apache-2.0

/// Decides whether all workers of a team share the next steps or its caller does them alone.
///
/// Workers that meet in every step are as slow as the slowest of them. Where other programs use the
/// processors too, one worker or the other is always without one, and a step of microseconds waits
/// for milliseconds; the caller alone waits for nobody. So a team whose workers stall hands the steps
/// to its caller for a while, lets all try again, and goes on with what was faster. On a quiet machine
/// nobody stalls, and a run costs two looks at the clock.
///
/// It decides about time alone: the results do not depend on the number of workers.
struct TeamPace {
  private enum Phase: Equatable {
    /// All share the steps, and stalls are watched.
    case shared
    /// The caller does them, for so many seconds.
    case alone(Double)
    /// All share them, to be compared with the caller.
    case trial
  }

  // A stall that is shorter, or a smaller part of the time, is the ordinary waiting for each other.
  private static let leastStall = 0.0005
  private static let leastStallShare = 0.25
  // A few of the system's time slices, so that a measurement sees more than one of them.
  private static let measured = 0.005
  private static let longestAlone = 1.0
  private static let longestCalm = 1.0

  private var phase = Phase.shared
  private var steps = 0
  private var seconds = 0.0
  private var stalled = 0.0
  // Steps of the caller alone in a second, as last measured.
  private var aloneRate = 0.0
  // How long the caller goes on alone when it was faster, and stalls are passed over when it was not:
  // longer each time that the answer is the same.
  private var nextAlone = TeamPace.firstAlone
  private var nextCalm = TeamPace.firstCalm
  private var calm = 0.0
  private var burst = 1

  private static let firstAlone = 0.04
  private static let firstCalm = 0.01

  /// Whether the caller does the next steps alone.
  var isAlone: Bool { if case .alone = phase { true } else { false } }

  /// How many steps may be done before the next decision: few at first, then some milliseconds of them.
  var stepLimit: Int {
    guard steps > 0, seconds > 0 else { return 1 }
    return max(1, min(burst, Int(TeamPace.measured / seconds * Double(steps))))
  }

  /// Takes note of steps that were done as it said.
  ///
  /// - Parameters:
  ///   - seconds: the time that they took.
  ///   - stalled: the part of it that a worker spent, parked, on waiting for others.
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

  // Keeps the time of a step, and looks at the stalls to come alone.
  private mutating func forget() {
    seconds /= Double(steps)
    steps = 1
    stalled = 0
  }
}
