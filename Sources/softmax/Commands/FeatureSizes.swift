// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The magnitudes of the features of a table: for each feature its root mean square.
struct FeatureSizes {
  private let sizes: [Double]
  private let names: [String]?

  /// Computes the magnitudes; nil for bytes that have a scale, as those of images, and for a data set without rows.
  ///
  /// - Parameter names: the names of the features; nil if they have none.
  init?(of dataset: LabeledDataset, names: [String]?) {
    guard dataset.features.bytes?.scale ?? 1 == 1, dataset.count > 0 else { return nil }
    var sums = [Double](repeating: 0, count: dataset.features.columnCount)
    if let sparse = dataset.features.sparse {
      for (column, value) in zip(sparse.columns, sparse.values) {
        sums[Int(column)] += Double(value) * Double(value)
      }
    } else {
      let matrix = dataset.features.matrix
      for row in 0..<matrix.rowCount {
        for (column, value) in matrix.row(row).enumerated() {
          sums[column] += Double(value) * Double(value)
        }
      }
    }
    sizes = sums.map { ($0 / Double(dataset.count)).squareRoot() }
    self.names = names
  }

  // A step of SGD at the rate 0.1 changes a logit by about 0.1 x^2. For x = 10 that is 10, enough to change
  // a confident prediction into a different one.
  private static let greatest = 10.0

  /// The warning for features so large that updates overshoot; nil if all are small enough.
  var warning: String? {
    let columns = sizes.indices.sorted { sizes[$0] < sizes[$1] }
    guard let greatest = columns.last, sizes[greatest] > Self.greatest,
      let least = columns.first(where: { sizes[$0] > 0 })
    else { return nil }
    let range = least == greatest ? "size is" : "sizes go from \(text(least)) to"
    return "the features' \(range) \(text(greatest)), in root mean square; "
      + "training goes astray or slowly with large ones: --standardize brings all to 1"
  }

  private func text(_ column: Int) -> String {
    let name =
      names.map { PrintableText.shortened(PrintableText.line($0[column]), to: 40) }
      ?? "feature \(column)"
    return "\(NumberText.size(sizes[column])) (\(name))"
  }
}
