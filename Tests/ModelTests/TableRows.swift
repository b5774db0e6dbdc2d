// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

@testable import SoftmaxModels

/// Returns rows of a table whose classes are a, b, a, b and so on.
func dataset(_ columns: [Table.Column]) throws -> LabeledDataset {
  let count = columns[0].count
  return try LabeledDataset(
    features: .columns(Table(columns)), labels: (0..<count).map { $0 % 2 }, classNames: ["a", "b"])
}

/// Returns what a pipeline makes of the rows of a table.
func rows(_ pipeline: Pipeline, _ columns: [Table.Column]) throws -> [[Float]] {
  let result = try pipeline.apply(to: .columns(Table(columns))).matrix
  return (0..<result.rowCount).map { Array(result.row($0)) }
}
