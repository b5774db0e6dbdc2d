// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A source of samples for batches; several threads call it at the same time.
protocol RowSource: Sendable {
  /// The number of samples.
  var count: Int { get }

  /// Returns the samples of some rows, with their features as floats.
  func samples(inRows rows: ArraySlice<Int>) throws(SoftmaxError) -> LabeledDataset
}

/// The rows of a data set in memory.
struct MemoryRows: RowSource {
  let dataset: LabeledDataset

  var count: Int { dataset.count }

  func samples(inRows rows: ArraySlice<Int>) throws(SoftmaxError) -> LabeledDataset {
    let chosen = dataset.selecting(rows: rows)
    if case .floats = chosen.features.storage { return chosen }
    return try chosen.replacing(features: .floats(chosen.features.matrix))
  }
}

/// The rows of an uncompressed IDX file of images, read from the file for each batch; only the labels are
/// in memory.
struct FileRows: RowSource {
  let images: IDXRowFile
  let labels: [Int]
  let classNames: [String]

  var count: Int { labels.count }

  func samples(inRows rows: ArraySlice<Int>) throws(SoftmaxError) -> LabeledDataset {
    let bytes = try ByteMatrix(
      rowCount: rows.count, columnCount: images.rowByteCount, bytes: images.bytes(ofRows: rows),
      scale: Float(1) / Float(255))
    return try LabeledDataset(
      features: .floats(bytes.floats()), labels: rows.map { labels[$0] }, classNames: classNames,
      featureShape: images.rowShape)
  }
}
