// SPDX-License-Identifier: Apache-2.0

// Copies between the orders of parameters and of logits. They stand here because a loop over the elements is fast
// only in the module of the view.
extension DoubleMatrixView {
  /// The places of a matrix [units, inputs] in a flat vector.
  package struct Places: Sendable {
    let offset: Int
    let unitStep: Int
    let inputStep: Int

    package init(offset: Int, unitStep: Int, inputStep: Int) {
      self.offset = offset
      self.unitStep = unitStep
      self.inputStep = inputStep
    }

    /// Whether a flat vector of `count` elements has the places of some inputs.
    func contains(_ inputs: Range<Int>, unitCount: Int, count: Int) -> Bool {
      guard let last = inputs.last, unitCount > 0 else { return true }
      return inputs.lowerBound >= 0
        && offset + (unitCount - 1) * unitStep + last * inputStep < count
    }
  }

  /// Copies the first `unitCount` units of some inputs of a flat vector to the rows of these inputs.
  package func assign(
    _ flat: [Double], at places: Places, inputs: Range<Int>, unitCount: Int
  ) {
    precondition(inputs.upperBound <= rowCount && unitCount <= columnCount, "shape of a matrix")
    unsafe flat.withUnsafeBufferPointer { flat in
      for unit in 0..<unitCount {
        for input in inputs {
          self[input, unit] =
            unsafe flat[places.offset + unit * places.unitStep + input * places.inputStep]
        }
      }
    }
  }

  /// Copies the first rows, those of some inputs, to a flat vector.
  package func copy(
    to flat: VectorView<Double>, at places: Places, inputs: Range<Int>, unitCount: Int
  ) {
    precondition(inputs.count <= rowCount && unitCount <= columnCount, "shape of a matrix")
    for unit in 0..<unitCount {
      for (row, input) in inputs.enumerated() {
        flat[places.offset + unit * places.unitStep + input * places.inputStep] = self[row, unit]
      }
    }
  }

  /// Copies a vector to each of the first rows.
  package func fillRows(count: Int, with row: VectorView<Double>) {
    precondition(count <= rowCount && row.count == columnCount, "shape of a matrix")
    for index in 0..<count {
      for column in 0..<columnCount { self[index, column] = row[column] }
    }
  }

  /// Replaces the elements by the transpose of the first rows of a matrix, followed by zeros.
  package func assign(transposed other: DoubleMatrixView, rowCount count: Int) {
    precondition(
      count <= min(other.rowCount, columnCount) && rowCount <= other.columnCount,
      "shape of a matrix")
    for row in 0..<rowCount {
      for column in 0..<count { self[row, column] = other[column, row] }
      for column in count..<columnCount { self[row, column] = 0 }
    }
  }

  /// Copies the first columns, transposed, to consecutive rows of a matrix, and their sums to a row of `sums`.
  ///
  /// The elements of a sum are added in ascending order, from 0.
  package func copy(
    transposedTo other: DoubleMatrixView, rows: Range<Int>, sums: VectorView<Double>
  ) {
    precondition(
      rows.count <= columnCount && rows.upperBound <= other.rowCount
        && rowCount <= min(other.columnCount, sums.count), "shape of a matrix")
    for unit in 0..<rowCount {
      var sum = 0.0
      for (column, row) in rows.enumerated() {
        other[row, unit] = self[unit, column]
        sum += self[unit, column]
      }
      sums[unit] = sum
    }
  }
}
