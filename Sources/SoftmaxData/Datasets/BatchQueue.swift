// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxModels

/// What the readers of an epoch and its caller share: who reads which batch, and those that are read.
///
/// Readers take the numbers of batches in turn, at most `capacity` ahead of the caller; a batch waits
/// in the slot of its number. Whoever has nothing to do waits at the gate and takes no time.
final class BatchQueue: @unchecked Sendable {
  typealias Outcome = Result<LabeledDataset, SoftmaxError>

  private let batches: ShuffledBatches
  private let source: any RowSource
  private let gate = Gate()
  // All below is read and written behind the gate.
  private var slots: [Outcome?]
  private var takenCount = 0
  private var givenCount = 0
  private var isStopped = false

  init(batches: ShuffledBatches, source: any RowSource, capacity: Int) {
    self.batches = batches
    self.source = source
    slots = Array(repeating: nil, count: capacity)
  }

  /// Reads batches until none is left: the work of one reader.
  func read() {
    while let number = takeNumber() {
      let outcome = outcome(of: number)
      gate.lock()
      slots[number % slots.count] = outcome
      gate.broadcast()
      gate.unlock()
    }
  }

  /// The next batch, when a reader has it; nil behind the last.
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

  /// The next batch, read by the caller.
  func readNext() -> Outcome? {
    takeNumber().map { number in
      givenCount += 1
      return outcome(of: number)
    }
  }

  /// Lets the readers end once they have read what they are reading.
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
