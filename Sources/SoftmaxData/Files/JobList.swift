// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Synchronization

/// Some work in parts that any thread may do, in any order.
struct Job: Sendable {
  /// How long it takes, in the time that a byte of a checksum takes.
  let cost: Int
  let body: @Sendable () -> Void
}

/// Jobs that threads take from, one after the other, the longest first.
final class JobList: Sendable {
  // Below this a thread costs more than it saves.
  private static let costOfThread = 4 << 20
  private static let greatestThreadCount = 4

  private let jobs: [Job]
  private let next = Atomic<Int>(0)

  private init(_ jobs: [Job]) {
    self.jobs = jobs.sorted { $0.cost > $1.cost }
  }

  /// Does all jobs and returns when the last is done.
  static func run(_ jobs: [Job]) {
    if jobs.isEmpty { return }
    let list = JobList(jobs)
    let paying = jobs.reduce(0) { $0 + min($1.cost, 1 << 40) } / costOfThread
    let count = min(WorkerTeam.processorCount, greatestThreadCount, jobs.count, max(1, paying))
    guard count > 1 else { return list.work() }
    WorkerTeam(threadCount: count).run { _ in list.work() }
  }

  private func work() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < jobs.count else { return }
      jobs[index].body()
    }
  }
}
