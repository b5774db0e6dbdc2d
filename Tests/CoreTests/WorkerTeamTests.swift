// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization
import Testing

@Suite struct WorkerTeamTests {
  @Test(arguments: [1, 2, 3, 5, 16])
  func everyWorkerRunsOnceAndTheCallerIsTheFirst(threadCount: Int) {
    let team = WorkerTeam(threadCount: threadCount)
    #expect(team.threadCount == threadCount)
    for _ in 0..<50 {
      let seen = Mutex<[Int]>([])
      team.run { worker in seen.withLock { $0.append(worker.index) } }
      #expect(seen.withLock { $0.sorted() } == Array(0..<threadCount))
    }
  }

  @Test(arguments: [2, 3, 7])
  func nobodyPassesABarrierBeforeAllHaveCome(threadCount: Int) {
    let team = WorkerTeam(threadCount: threadCount)
    let arrived = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    team.run { worker in
      for round in 1...200 {
        arrived.add(1, ordering: .sequentiallyConsistent)
        worker.barrier()
        if arrived.load(ordering: .sequentiallyConsistent) < round * threadCount {
          early.add(1, ordering: .relaxed)
        }
        worker.barrier()
      }
    }
    #expect(early.load(ordering: .relaxed) == 0)
    #expect(arrived.load(ordering: .relaxed) == 200 * threadCount)
  }

  @Test func workersThatParkedWakeUp() async throws {
    let team = WorkerTeam(threadCount: 3)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(5))
      let count = Atomic<Int>(0)
      team.run { _ in count.add(1, ordering: .relaxed) }
      #expect(count.load(ordering: .relaxed) == 3)
    }
  }

  @Test(arguments: [0, 1, 3])
  func whereTheSystemGrantsFewerThreadsTheTeamIsSmaller(granted: Int) {
    var rest = granted
    let team = WorkerTeam(threadCount: 5) { body in
      guard rest > 0 else { return nil }
      rest -= 1
      return ThreadHandle.start(body)
    }
    #expect(team.threadCount == granted + 1)
    let count = Atomic<Int>(0)
    team.run { worker in
      count.add(worker.count, ordering: .relaxed)
      worker.barrier()
    }
    #expect(count.load(ordering: .relaxed) == (granted + 1) * (granted + 1))
    team.run(0..<7) { worker, steps in
      if worker.index == 0 { count.add(steps.count, ordering: .relaxed) }
    }
    #expect(count.load(ordering: .relaxed) == (granted + 1) * (granted + 1) + 7)
  }

  @Test(arguments: [1, 2, 5])
  func stepsAreDoneInTheirOrderAndOnce(threadCount: Int) {
    let team = WorkerTeam(threadCount: threadCount)
    let done = Mutex<[Int]>([])
    for begin in stride(from: 0, to: 3_000, by: 1_000) {
      team.run(begin..<begin + 1_000) { worker, steps in
        for step in steps {
          if worker.index == 0 { done.withLock { $0.append(step) } }
          worker.barrier()
        }
      }
    }
    #expect(done.withLock { $0 } == Array(0..<3_000))
  }

  @Test func callersOnSeveralThreadsTakeTurns() {
    let team = WorkerTeam(threadCount: 2)
    let count = Atomic<Int>(0)
    WorkerTeam(threadCount: 4).run { _ in
      for _ in 0..<50 { team.run { _ in count.add(1, ordering: .relaxed) } }
    }
    #expect(count.load(ordering: .relaxed) == 400)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 100], [1, 2, 3, 5])
  func theSharesCoverEverythingOnce(total: Int, threadCount: Int) {
    for alignment in [1, 8, 32] {
      let parts = Mutex<[Range<Int>]>([])
      WorkerTeam(threadCount: threadCount).run { worker in
        let share = worker.share(of: total, alignedTo: alignment)
        parts.withLock { $0.append(share) }
      }
      let ranges = parts.withLock { $0 }
      #expect(ranges.flatMap { Array($0) }.sorted() == Array(0..<total))
      #expect(ranges.allSatisfy { $0.lowerBound % alignment == 0 || $0.lowerBound == total })
    }
  }
}

@Suite struct InstructionSetTests {
  @Test func theScalarSpecificationRunsEverywhere() {
    #expect(InstructionSet.scalar.isSupported)
    #expect(InstructionSet.best.isSupported)
    #expect(Kernels(.scalar) != nil)
  }

  @Test func anExecutionTakesWhatTheMachineHas() throws {
    #expect(try Execution().kernels.instructionSet == .best)
    for set in InstructionSet.allCases {
      guard set.isSupported else {
        #expect(throws: SoftmaxError.self) { try Execution(instructionSet: set) }
        continue
      }
      #expect(try Execution(instructionSet: set).kernels.instructionSet == set)
    }
  }

  @Test(arguments: [0, -1, 1025])
  func aSenselessNumberOfThreadsIsRefused(threads: Int) {
    #expect(throws: SoftmaxError.self) { try Execution(threads: threads) }
    #expect(throws: SoftmaxError.self) { try WorkerTeam(threads: threads) }
  }
}
