// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxModels

/// The queue that assigns the batches of an epoch to readers and passes the read batches to the caller.
///
/// Each reader takes the next batch number, at most `capacity` ahead of the caller. A batch that is read
/// waits in a slot that its number determines. Threads without work sleep at the gate and use no
/// processor time.
final class BatchQueue: @unchecked Sendable {
  typealias Outcome = Result<LabeledDataset, SoftmaxError>

  private let batches: ShuffledBatches
  private let source: any RowSource
  private let gate = Gate()
  // The properties below are accessed only while the gate is locked, except by `readNext()`, which is only
  // called if there are no readers.
  private var slots: [Outcome?]
  private var takenCount = 0
  private var givenCount = 0
  private var isStopped = false

  init(batches: ShuffledBatches, source: any RowSource, capacity: Int) {
    self.batches = batches
    self.source = source
    slots = Array(repeating: nil, count: capacity)
  }

  /// Reads batches until none is left; each reader thread runs this method once.
  func read() {
    while let number = takeNumber() {
      let outcome = outcome(of: number)
      gate.lock()
      slots[number % slots.count] = outcome
      gate.broadcast()
      gate.unlock()
    }
  }

  /// Waits until a reader has read the next batch, and returns it; nil after the last batch.
  func next() -> Outcome? {
    gate.lock()
    defer { gate.unlock() }
    guard givenCount < batches.count else { return nil }
    let slot = givenCount % slots.count
    while true {
      if let outcome = slots[slot] {
        slots[slot] = nil
        givenCount += 1
        gate.broadcast()
        return outcome
      }
      gate.wait()
    }
  }

  /// Reads the next batch on the caller's thread, if there are no readers; nil after the last batch.
  func readNext() -> Outcome? {
    takeNumber().map { number in
      givenCount += 1
      return outcome(of: number)
    }
  }

  /// Makes the readers end after the batch that each of them is reading.
  func stop() {
    gate.lock()
    isStopped = true
    gate.broadcast()
    gate.unlock()
  }

  private func takeNumber() -> Int? {
    gate.lock()
    defer { gate.unlock() }
    while !isStopped, takenCount < batches.count, takenCount >= givenCount + slots.count {
      gate.wait()
    }
    guard !isStopped, takenCount < batches.count else { return nil }
    takenCount += 1
    return takenCount - 1
  }

  private func outcome(of number: Int) -> Outcome {
    do throws(SoftmaxError) {
      return .success(try source.samples(inRows: batches[number]))
    } catch {
      return .failure(error)
    }
  }
}
