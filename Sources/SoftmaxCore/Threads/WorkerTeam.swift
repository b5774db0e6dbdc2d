// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A few threads that live as long as the team and do the same work on different parts of it.
///
/// Functions of large matrices that are called again and again share the work among a team that the
/// caller keeps. The results do not depend on it.
///
/// ```swift
/// let team = try WorkerTeam(threads: 2)
/// let probabilities = logits.softmax(on: team)
/// ```
///
/// A team may be handed to calls on several threads: who finds it busy works alone.
public final class WorkerTeam: Sendable {
  // `run` calls its closure once on each worker, the caller's thread being worker 0, and returns when
  // all have returned. Between steps the workers meet at `Worker.barrier()`. Waiting spins for some
  // microseconds, then parks, so that a team larger than the machine makes progress too.

  /// The number of workers, the caller's thread included.
  public var threadCount: Int { shared.count }

  private let shared: Shared
  private let threads: [ThreadHandle]
  private let turn = Mutex(TeamPace())

  /// Starts a team.
  ///
  /// - Parameter threads: the number of workers; without it that of the processors that this process
  ///   may use. Where the system grants fewer threads, the team is smaller.
  /// - Throws: `invalidArgument` for threads outside of 1...1024.
  public convenience init(threads: Int? = nil) throws(SoftmaxError) {
    try WorkerTeam.validate(threadCount: threads)
    self.init(threadCount: threads ?? WorkerTeam.processorCount)
  }

  /// Starts a team of at least one worker.
  ///
  /// - Parameter start: starts a thread, or fails to, as the system may; tests have their own.
  package init(
    threadCount: Int,
    startingBy start: (@escaping @Sendable () -> Void) -> ThreadHandle? = ThreadHandle.start
  ) {
    let count = max(1, threadCount)
    let shared = Shared(count: count)
    var threads: [ThreadHandle] = []
    for index in 1..<max(count, 1) {
      guard let thread = start({ shared.serve(as: index) }) else { break }
      threads.append(thread)
    }
    // Where the system grants fewer threads, the team is smaller; the results are the same.
    shared.count = threads.count + 1
    self.shared = shared
    self.threads = threads
  }

  deinit {
    shared.stop()
    for thread in threads { thread.join() }
  }

  /// The number of processors that this process may use.
  package static var processorCount: Int {
    // A process can be kept to some of the machine's; a spinning worker without one would cost the
    // others their time.
    let allowed = softmax_processor_count()
    let count = allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return processorCount(of: count, quota: ControlGroup.current.processorQuota)
  }

  // A worker that the quota does not pay for in full would be stopped, and waited for, in each period.
  static func processorCount(of count: Int, quota: Double?) -> Int {
    max(1, quota.map { min(count, Int(min($0, 1024))) } ?? count)
  }

  /// Throws `invalidArgument` for a number of threads that makes no sense.
  package static func validate(threadCount: Int?) throws(SoftmaxError) {
    guard let threadCount, !(1...1024).contains(threadCount) else { return }
    throw SoftmaxError(.invalidArgument, "threads must be within 1...1024, got \(threadCount)")
  }

  /// Calls `body` once on each worker and waits for all.
  ///
  /// Must not be called by a worker.
  package func run(_ body: @escaping @Sendable (Worker) -> Void) {
    turn.withLock { _ in shared.run(body) }
  }

  /// Calls `body` with steps that follow each other, on each worker, or on the caller alone as the
  /// only one of a team of one: whatever is faster, as `TeamPace` finds out.
  ///
  /// Must not be called by a worker.
  ///
  /// - Parameters:
  ///   - prepare: told how many workers the next steps have, before they begin.
  ///   - body: does some of the steps.
  package func run(
    _ steps: Range<Int>, prepare: (_ workerCount: Int) -> Void = { _ in },
    _ body: @escaping @Sendable (Worker, Range<Int>) -> Void
  ) {
    let alone = Worker(index: 0, count: 1, shared: shared)
    turn.withLock { pace in
      guard threadCount > 1 else {
        prepare(1)
        return body(alone, steps)
      }
      var rest = steps
      while !rest.isEmpty {
        let next = rest.prefix(pace.stepLimit)
        let isAlone = pace.isAlone
        prepare(isAlone ? 1 : threadCount)
        let began = ContinuousClock.now
        if isAlone {
          body(alone, next)
        } else {
          shared.run { body($0, next) }
        }
        pace.record(
          steps: next.count, seconds: (ContinuousClock.now - began) / .seconds(1),
          stalled: shared.takeStalledSeconds())
        rest = rest.dropFirst(next.count)
      }
    }
  }

  /// The same where the team has nothing else to do; false where it has, with nothing done.
  func runIfFree(_ body: @escaping @Sendable (Worker) -> Void) -> Bool {
    turn.withLockIfAvailable { _ in shared.run(body) } != nil
  }
}

/// One worker's place in its team.
package struct Worker: Sendable {
  /// The worker's number, from 0.
  package let index: Int
  /// The number of workers.
  package let count: Int
  fileprivate let shared: Shared

  /// Waits until every worker of the team has come here.
  package func barrier() { if count > 1 { shared.barrier() } }

  /// This worker's part of 0..<total, cut at multiples of `alignment`; the parts of all cover it.
  package func share(of total: Int, alignedTo alignment: Int = 1) -> Range<Int> {
    Worker.share(of: total, alignedTo: alignment, index: index, count: count)
  }

  /// The part of 0..<total of worker `index` of `count`.
  package static func share(
    of total: Int, alignedTo alignment: Int = 1, index: Int, count: Int
  ) -> Range<Int> {
    let units = (total + alignment - 1) / alignment
    let begin = units * index / count * alignment
    let end = units * (index + 1) / count * alignment
    return min(begin, total)..<min(end, total)
  }
}

// What the workers share. `job` and `count` are written while all others wait, and published by the
// release of `generation`.
private final class Shared: @unchecked Sendable {
  var count: Int
  private var job: (@Sendable (Worker) -> Void)?
  private var stopping = false
  private let gate = Gate()
  // Spinning pays only while every worker has a processor of its own.
  private let spins: Int
  // Who spins on one of the words below does not slow down whoever writes another.
  private let generation = CacheLine()
  private let arrived = CacheLine()
  private let phase = CacheLine()
  private let parked = CacheLine()
  // Nanoseconds that workers spent parked before meetings.
  private let stalled = CacheLine()

  init(count: Int) {
    self.count = count
    spins = count <= WorkerTeam.processorCount ? 4096 : 0
  }

  func run(_ body: @escaping @Sendable (Worker) -> Void) {
    job = body
    generation.value.add(1, ordering: .sequentiallyConsistent)
    wake()
    body(Worker(index: 0, count: count, shared: self))
    barrier()
    job = nil
  }

  func serve(as index: Int) {
    var seen = 0
    while true {
      wait { self.generation.value.load(ordering: .sequentiallyConsistent) != seen }
      seen += 1
      guard !stopping, let job else { return }
      job(Worker(index: index, count: count, shared: self))
      barrier()
    }
  }

  func stop() {
    stopping = true
    generation.value.add(1, ordering: .sequentiallyConsistent)
    wake()
  }

  func barrier() {
    let now = phase.value.load(ordering: .acquiring)
    if arrived.value.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.value.store(0, ordering: .relaxed)
      phase.value.add(1, ordering: .sequentiallyConsistent)
      wake()
    } else {
      wait(isStall: true) { self.phase.value.load(ordering: .sequentiallyConsistent) != now }
    }
  }

  // The seconds that a worker stalled since this was asked last: the mean of those that can wait for one.
  func takeStalledSeconds() -> Double {
    let total = stalled.value.exchange(0, ordering: .relaxed)
    return total > 0 ? Double(total) * 1e-9 / Double(count - 1) : 0
  }

  private func wait(isStall: Bool = false, until isOver: () -> Bool) {
    for _ in 0..<spins {
      if isOver() { return }
      softmax_spin_hint()
    }
    let began = ContinuousClock.now
    park(until: isOver)
    guard isStall else { return }
    stalled.value.add(
      Int((ContinuousClock.now - began) / .nanoseconds(1)), ordering: .relaxed)
  }

  private func park(until isOver: () -> Bool) {
    // A waker changes its word, then looks for parked workers; a worker counts itself as parked,
    // then looks at the word. One of the two sees the other.
    gate.lock()
    parked.value.add(1, ordering: .sequentiallyConsistent)
    while !isOver() { gate.wait() }
    parked.value.subtract(1, ordering: .sequentiallyConsistent)
    gate.unlock()
  }

  private func wake() {
    guard parked.value.load(ordering: .sequentiallyConsistent) > 0 else { return }
    gate.lock()
    gate.broadcast()
    gate.unlock()
  }
}

// A counter in a cache line of its own, also where the processor fetches lines in pairs.
private struct CacheLine: ~Copyable {
  private typealias Line = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private let before: (Line, Line) = (
    (0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 0)
  )
  let value = Atomic<Int>(0)
}
