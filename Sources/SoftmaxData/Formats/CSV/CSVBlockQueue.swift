// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The blocks of a table, which workers read side by side and append in the order of the file.
///
/// A worker takes a block of the text, reads its rows, waits until the blocks before it are appended, and appends them.
/// So no more blocks are in memory than there are workers. A block with an error, or whose rows may pass a limit
/// together with those before, is read again in its place: rows, errors and lines are those of reading record by record,
/// whatever the number of workers and the size of a block.
final class CSVBlockQueue: @unchecked Sendable {
  /// How a table is read side by side.
  struct Work {
    var workerCount: Int
    /// The number of bytes after which a block ends with a record.
    var byteCountOfBlock: Int

    // With more workers, most would wait for those that read the file and append rows.
    private static let greatestWorkerCount = 8

    /// The workers that the process may use, and blocks that take a few milliseconds each.
    static var usual: Work {
      Work(
        workerCount: min(WorkerTeam.processorCount, greatestWorkerCount), byteCountOfBlock: 1 << 20)
    }

    /// Returns the same work with no more workers than blocks of a text.
    func limited(toByteCount byteCount: Int) -> Work {
      var work = self
      work.workerCount = min(workerCount, (byteCount + byteCountOfBlock - 1) / byteCountOfBlock)
      return work
    }
  }

  // The rows of a block on their own.
  private struct Part {
    let rows: CSVRows
    let lineCount: Int
    let blankByteCount: Int
  }

  private let empty: CSVRows
  private let byteCountOfBlock: Int
  private let byteCountOfLine: Int

  // The text; blocks are taken from it while the gate is locked.
  private let scanner: CSVScanner
  private let textGate = Gate()
  private var takenCount = 0
  private var isStopped = false

  // The rows of the first blocks; the worker that has read the next one appends to them.
  private var rows: CSVRows
  private var nextLine: Int
  private var blankByteCount: Int
  private var failure: SoftmaxError?
  private let orderGate = Gate()
  private var appendedCount = 0

  private init(_ scanner: CSVScanner, empty: CSVRows, byteCountOfLine: Int, byteCountOfBlock: Int) {
    self.scanner = scanner
    self.empty = empty
    self.byteCountOfLine = byteCountOfLine
    self.byteCountOfBlock = byteCountOfBlock
    rows = empty
    nextLine = scanner.nextLine
    blankByteCount = scanner.blankByteCount
  }

  /// Reads records that follow the current one of a scanner, and appends those that are rows to others.
  ///
  /// The scanner is left at records that are so long, or so near the end of the file, that they have to be read one by one.
  ///
  /// - Parameters:
  ///   - empty: no rows of the same columns.
  ///   - byteCountOfLine: an estimate.
  static func append(
    _ scanner: CSVScanner, to rows: inout CSVRows, empty: CSVRows, byteCountOfLine: Int,
    by work: Work
  ) throws(SoftmaxError) {
    let queue = CSVBlockQueue(
      scanner, empty: empty, byteCountOfLine: byteCountOfLine,
      byteCountOfBlock: work.byteCountOfBlock)
    // Two copies would be more than is moved.
    swap(&rows, &queue.rows)
    WorkerTeam(threadCount: work.workerCount).run { _ in queue.work() }
    swap(&rows, &queue.rows)
    scanner.count(
      lines: queue.nextLine - scanner.nextLine,
      blankByteCount: queue.blankByteCount - scanner.blankByteCount)
    if let failure = queue.failure { throw failure }
  }

  private func work() {
    while let (number, block) = take() {
      let part = part(block)
      orderGate.lock()
      while appendedCount < number { orderGate.wait() }
      orderGate.unlock()
      if failure == nil { append(part, of: block) }
      if failure != nil { stop() }
      orderGate.lock()
      appendedCount += 1
      orderGate.broadcast()
      orderGate.unlock()
    }
  }

  private func take() -> (number: Int, bytes: [UInt8])? {
    textGate.lock()
    defer { textGate.unlock() }
    guard !isStopped, let block = scanner.takeBlock(byteCount: byteCountOfBlock) else {
      isStopped = true
      return nil
    }
    takenCount += 1
    return (takenCount - 1, block)
  }

  private func stop() {
    textGate.lock()
    isStopped = true
    textGate.unlock()
  }

  // Returns the rows of a block; nil if there is an error.
  private func part(_ block: [UInt8]) -> Part? {
    var rows = empty
    rows.reserve(rowCount: block.count / byteCountOfLine * 33 / 32)
    let scanner = scanner.scanner(of: block, firstLine: 1)
    do throws(SoftmaxError) {
      while try scanner.advance() { _ = try rows.append(scanner) }
    } catch {
      return nil
    }
    rows.moveBlock()
    return Part(
      rows: rows, lineCount: scanner.nextLine - 1, blankByteCount: scanner.blankByteCount)
  }

  private func append(_ part: Part?, of block: [UInt8]) {
    if let part, blankByteCount + part.blankByteCount <= CSVScanner.Limit.bytesOfBlankLines,
      rows.append(part.rows, after: nextLine - 1)
    {
      nextLine += part.lineCount
      blankByteCount += part.blankByteCount
      return
    }
    let scanner = scanner.scanner(of: block, firstLine: nextLine)
    scanner.count(lines: 0, blankByteCount: blankByteCount)
    do throws(SoftmaxError) {
      while try scanner.advance() { _ = try rows.append(scanner) }
    } catch {
      failure = error
    }
    nextLine = scanner.nextLine
    blankByteCount = scanner.blankByteCount
  }
}
