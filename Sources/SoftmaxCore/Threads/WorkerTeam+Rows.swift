// SPDX-License-Identifier: Apache-2.0

extension WorkerTeam {
  // A hand-over costs a microsecond while the workers spin, some tens once they are parked. So many
  // exponentials take 10 to 20: a call that comes alone loses little, one of many gains.
  private static let elementsForWorker = 65_536
  // A thread takes some 20 microseconds to start and to end.
  private static let elementsForNewWorker = 262_144

  /// Calls `body` with ranges of rows that cover 0..<rowCount, and waits for all.
  ///
  /// The workers of a team take as many of the ranges as there is work for. While the team is busy,
  /// with the work of another thread or of the very worker that asks, the caller works alone: so
  /// nobody waits for the team, and nobody can wait for himself. Without a team, threads are started
  /// for a call that is large enough to pay for them.
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
    // Kernels take short rows in blocks of 16.
    let alignment = rowCount >= 64 * count ? 16 : 1
    body(Worker.share(of: rowCount, alignedTo: alignment, index: index, count: count))
  }
}
