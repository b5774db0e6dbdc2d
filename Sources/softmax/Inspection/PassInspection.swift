// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A measurement of one shuffled pass over data that several threads read in batches.
struct PassInspection: Inspection {
  private let source: String
  private let loader: BatchLoader
  private let batchCount: Int
  private let seconds: Double

  /// Reads all batches once and measures the time.
  ///
  /// - Parameters:
  ///   - loader: the loader of the batches.
  ///   - source: the name of the data in the output.
  init(_ loader: BatchLoader, source: String) throws(SoftmaxError) {
    self.loader = loader
    self.source = source
    let began = ContinuousClock.now
    var batchCount = 0
    var rowCount = 0
    for batch in try loader.epoch(0) {
      rowCount += try batch.get().count
      batchCount += 1
    }
    seconds = began.duration(to: .now) / .seconds(1)
    self.batchCount = batchCount
    guard rowCount == loader.count else {
      throw SoftmaxError(.ioFailure, "read \(rowCount) of \(loader.count) rows")
    }
  }

  var lines: [String] {
    let readers = loader.readers == 1 ? "1 reader" : "\(loader.readers) readers"
    return [
      line("pass over", PrintableText.line(source)),
      line(
        "batches",
        "\(NumberText.grouped(batchCount)) of \(NumberText.grouped(loader.batchSize)), "
          + "\(NumberText.grouped(loader.count)) rows shuffled by seed \(loader.seed), \(readers)"),
      line("time", NumberText.seconds(seconds)),
    ]
  }

  var json: JSONValue {
    .object([
      ("event", .string("pass")),
      ("data", .string(source)),
      ("rows", .integer(loader.count)),
      ("batches", .integer(batchCount)),
      ("batch_size", .integer(loader.batchSize)),
      ("readers", .integer(loader.readers)),
      ("seed", .unsigned(loader.seed)),
      ("seconds", .number(seconds)),
    ])
  }
}
