// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A list of row numbers as an argument, such as `0,5,17`.
struct RowList: ExpressibleByArgument {
  // The maximum number of rows; nobody reads more.
  private static let greatestCount = 1_000

  let rows: [Int]

  init?(argument: String) {
    let pieces = argument.split(separator: ",", omittingEmptySubsequences: false)
    let rows = pieces.compactMap { piece in
      piece.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(piece) : nil
    }
    guard rows.count == pieces.count, rows.count <= Self.greatestCount else { return nil }
    self.rows = rows
  }
}
