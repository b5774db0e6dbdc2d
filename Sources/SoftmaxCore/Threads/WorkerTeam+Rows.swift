// SPDX-License-Identifier: Apache-2.0

extension WorkerTeam {
  // The minimum number of elements for each worker. Handing work to workers takes about 1 microsecond
  // while they spin and some tens of microseconds once they are parked. The exponentials of this many
  // elements take 10 to 20 microseconds. So a single call loses little, and a sequence of calls gains.
  private static let elementsForWorker = 65_536
  // The minimum number of elements for each thread if threads must be started first. Starting and ending
  // a thread takes about 20 microseconds.
  private static let elementsForNewWorker = 262_144

  /// Calls `body` with ranges that together cover 0..<rowCount, and waits until all calls have returned.
  ///
  /// With a team, one worker is used for each 65,536 elements, up to all workers. If the team is busy with
  /// the work of another thread, or one of its own workers makes this call, the caller does all rows alone.
  /// So no call waits for the team, and a worker cannot deadlock. Without a team, a call that is large
  /// enough starts threads and ends them.
  static func share(
    rowCount: Int, columnCount: Int, on team: WorkerTeam?,
    _ body: @escaping @Sendable (Range<Int>) -> Void
  ) {
    let elementCount = rowCount * columnCount
    if let team {
      let count = min(team.threadCount, rowCount, elementCount / elementsForWorker)
      guard count > 1, team.runIfFree({ $0.runShare(of: rowCount, among: count, body) }) else {
        return body(0..<rowCount)
      }
      return
    }
    let most = min(rowCount, elementCount / elementsForNewWorker)
    guard most > 1, case let count = min(most, processorCount), count > 1 else {
      return body(0..<rowCount)
    }
    WorkerTeam(threadCount: count).run { $0.runShare(of: rowCount, among: $0.count, body) }
  }
}

extension Worker {
  fileprivate func runShare(
    of rowCount: Int, among count: Int, _ body: (Range<Int>) -> Void
  ) {
    guard index < count else { return }
    // Kernels process short rows in blocks of up to 16, so ranges begin at multiples of 16 unless they
    // would become too unequal.
    let alignment = rowCount >= 64 * count ? 16 : 1
    body(Worker.share(of: rowCount, alignedTo: alignment, index: index, count: count))
  }
}
