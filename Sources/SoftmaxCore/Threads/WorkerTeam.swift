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

/// A team of threads that share the work of a computation.
///
/// Keep a team to call functions of large matrices repeatedly: without one, each large call starts and
/// ends threads. The threads exist until the team is deallocated. Results do not depend on the team or its
/// size.
///
/// ```swift
/// let team = try WorkerTeam(threads: 2)
/// let probabilities = logits.softmax(on: team)
/// ```
///
/// A team may be used by calls on several threads at once. It serves one call at a time; a matrix function
/// that finds it busy works on its caller's thread alone.
public final class WorkerTeam: Sendable {
  // `run` calls its closure once on each worker and returns when all calls have returned. The calling
  // thread is worker 0. Between steps, the workers synchronize at `Worker.barrier()`. A waiting worker
  // spins for some microseconds, then parks. So a team with more workers than processors makes progress
  // too.

  /// The number of workers, including the calling thread.
  package var threadCount: Int { shared.count }

  private let shared: Shared
  private let threads: [ThreadHandle]
  private let turn = Mutex(TeamPace())

  /// Starts a team.
  ///
  /// - Parameter threads: the number of workers, including the calling thread. By default it is the number
  ///   of processors that this process may use. If the system cannot create enough threads, the team is
  ///   smaller.
  /// - Throws: `invalidArgument` for a number of threads outside of 1...1024.
  public convenience init(threads: Int? = nil) throws(SoftmaxError) {
    try WorkerTeam.validate(threadCount: threads)
    self.init(threadCount: threads ?? WorkerTeam.processorCount)
  }

  /// Starts a team of at least one worker.
  ///
  /// - Parameters:
  ///   - threadCount: the number of workers, including the calling thread.
  ///   - start: starts a thread, or returns nil if the system cannot create one; tests pass a function
  ///     that fails.
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
    // If the system cannot create enough threads, the team is smaller. The results are the same.
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
    // A process can be restricted to some of the machine's processors. With more workers than allowed
    // processors, a spinning worker would take time from the others.
    let allowed = softmax_processor_count()
    let count = allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return processorCount(of: count, quota: ControlGroup.current.processorQuota)
  }

  // Returns the number of workers for a number of processors and a quota of processor time, rounded
  // down. With a fraction of a worker more, the system would suspend the process in each period.
  static func processorCount(of count: Int, quota: Double?) -> Int {
    max(1, quota.map { min(count, Int(min($0, 1024))) } ?? count)
  }

  /// Throws `invalidArgument` for a number of threads outside of 1...1024; nil is valid.
  package static func validate(threadCount: Int?) throws(SoftmaxError) {
    guard let threadCount, !(1...1024).contains(threadCount) else { return }
    throw SoftmaxError(.invalidArgument, "threads must be within 1...1024, got \(threadCount)")
  }

  /// Calls `body` once on each worker and waits until all calls have returned.
  ///
  /// It waits if the team is busy. It must not be called by a worker, because the team's lock is held while
  /// the workers run.
  package func run(_ body: @escaping @Sendable (Worker) -> Void) {
    turn.withLock { _ in shared.run(body) }
  }

  /// Executes consecutive steps, on all workers or on the calling thread alone, whichever is faster.
  ///
  /// `TeamPace` makes this choice for some steps at a time. On the calling thread alone, `body` is called
  /// with a worker of a team of one. This method must not be called by a worker, because the team's lock is
  /// held while the workers run.
  ///
  /// - Parameters:
  ///   - steps: the range of the steps.
  ///   - prepare: called before each group of steps with the number of workers that will execute it.
  ///   - body: executes a group of steps; called once on each worker.
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

  /// Calls `body` once on each of the workers that would execute the next steps: all, or the calling thread
  /// alone.
  ///
  /// It is for work between the steps. `TeamPace` does not measure it.
  package func runBetweenSteps(_ body: @escaping @Sendable (Worker) -> Void) {
    turn.withLock { pace in
      guard threadCount == 1 || pace.isAlone else { return shared.run(body) }
      body(Worker(index: 0, count: 1, shared: shared))
    }
  }

  /// Calls `body` once on each worker unless the team is busy; returns false, without a call, if it is.
  func runIfFree(_ body: @escaping @Sendable (Worker) -> Void) -> Bool {
    turn.withLockIfAvailable { _ in shared.run(body) } != nil
  }
}

/// A worker of a team, as passed to the closures that a team runs.
///
/// It is valid only during that closure's call.
package struct Worker: Sendable {
  /// The worker's index; 0 is the calling thread.
  package let index: Int
  /// The number of workers.
  package let count: Int
  fileprivate let shared: Shared

  /// Waits until every worker of the team has called this method.
  package func barrier() { if count > 1 { shared.barrier() } }

  /// Returns this worker's slice of 0..<total, which begins at a multiple of `alignment` or at `total`.
  ///
  /// The slices of all workers are disjoint and cover the range. A slice can be empty.
  package func share(of total: Int, alignedTo alignment: Int = 1) -> Range<Int> {
    Worker.share(of: total, alignedTo: alignment, index: index, count: count)
  }

  /// Returns the slice of 0..<total of the worker at `index` in a team of `count`.
  package static func share(
    of total: Int, alignedTo alignment: Int = 1, index: Int, count: Int
  ) -> Range<Int> {
    let units = (total + alignment - 1) / alignment
    let begin = units * index / count * alignment
    let end = units * (index + 1) / count * alignment
    return min(begin, total)..<min(end, total)
  }
}

// The state that the workers share. The caller writes `job` and `count` while all other workers wait. The
// release of `generation` publishes them.
private final class Shared: @unchecked Sendable {
  var count: Int
  private var job: (@Sendable (Worker) -> Void)?
  private var stopping = false
  private let gate = Gate()
  // The number of checks before a waiting worker parks. It is 0 if there are more workers than
  // processors, because a spinning worker would take time from a working one.
  private let spins: Int
  // Each word has a separate cache line, so a worker that spins on one word does not slow down writes to
  // another.
  private let generation = CacheLine()
  private let arrived = CacheLine()
  private let phase = CacheLine()
  private let parked = CacheLine()
  // The total time that workers were parked at barriers, in nanoseconds.
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

  // Returns the seconds that workers were parked at barriers since the last call, divided by count - 1,
  // the number of workers that can wait at a barrier at once.
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
    // No wakeup is lost: the waking thread changes its word and then reads `parked`, and a worker
    // increments `parked` and then reads the word. So at least one of the two sees the other's change.
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

// A counter that shares its cache line with no other. The padding of 128 bytes is sufficient even on
// processors that fetch cache lines in pairs.
private struct CacheLine: ~Copyable {
  private typealias Line = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private let before: (Line, Line) = (
    (0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 0)
  )
  let value = Atomic<Int>(0)
}
