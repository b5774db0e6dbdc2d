// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Synchronization

/// An independent piece of work; jobs may run on any thread and in any order.
struct Job: Sendable {
  /// The estimated duration, in units of the time to checksum one byte.
  let cost: Int
  let body: @Sendable () -> Void
}

/// A list of jobs that threads process in parallel, the most expensive first.
final class JobList: Sendable {
  // The cost of work that justifies one thread; with less, starting the thread takes longer than it
  // saves.
  private static let costOfThread = 4 << 20
  private static let greatestThreadCount = 4

  private let jobs: [Job]
  private let next = Atomic<Int>(0)

  private init(_ jobs: [Job]) {
    self.jobs = jobs.sorted { $0.cost > $1.cost }
  }

  /// Runs all jobs and returns when the last is complete.
  ///
  /// Uses at most four threads, and only the calling thread for little work.
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
