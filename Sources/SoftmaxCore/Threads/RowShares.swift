// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Work on the rows of a matrix, shared by the machine's processors where there is enough of it.
///
/// One team serves the whole process; the first call that is large enough starts it. While it is
/// busy, with the work of another thread or of the very worker that asks, the caller does its own
/// work alone. So nobody waits for the team, and nobody can wait for himself.
enum RowShares {
  // A hand-over costs a microsecond while the workers spin, some tens once they are parked. So many
  // exponentials take 10 to 20: a call that comes alone loses little, one of many gains.
  private static let elementsForWorker = 65_536

  private static let team = WorkerTeam()
  private static let isBusy = Atomic<Bool>(false)

  /// Calls `body` with ranges of rows that cover 0..<rowCount, and waits for all.
  ///
  /// - Parameter threads: the greatest number of threads; without it the team's.
  static func run(
    rowCount: Int, columnCount: Int, threads: Int?,
    _ body: @escaping @Sendable (Range<Int>) -> Void
  ) {
    precondition(
      threads.map { 1...1024 ~= $0 } ?? true,
      "threads must be within 1...1024, got \(threads ?? 0)")
    let most = min(threads ?? .max, rowCount, rowCount * columnCount / elementsForWorker)
    guard most > 1, !isBusy.exchange(true, ordering: .acquiring) else {
      return body(0..<rowCount)
    }
    defer { isBusy.store(false, ordering: .releasing) }
    let count = min(most, team.threadCount)
    guard count > 1 else { return body(0..<rowCount) }
    // Kernels take short rows in blocks of 16.
    let alignment = rowCount >= 64 * count ? 16 : 1
    team.run { worker in
      guard worker.index < count else { return }
      body(Worker.share(of: rowCount, alignedTo: alignment, index: worker.index, count: count))
    }
  }
}
