// SPDX-License-Identifier: Apache-2.0

// The right sides and the solutions of a factor: vectors of parameters class by class, for centred and scaled columns.
// They stand here because a loop over the elements is fast only in the module of the view.
extension DoubleMatrixView {
  /// Returns the elements of a row.
  package func row(_ index: Int) -> VectorView<Double> {
    values.elements(index * columnCount..<(index + 1) * columnCount)
  }

  /// Adds the mean of each of some columns, whose elements are summed in ascending order.
  package func addMeans(to means: VectorView<Double>, columns: Range<Int>) {
    precondition(
      means.count == columnCount && columns.upperBound <= columnCount, "a matrix' columns")
    for column in columns {
      var sum = 0.0
      for row in 0..<rowCount { unsafe sum += values.base[row * columnCount + column] }
      unsafe means.base[column] += sum / Double(rowCount)
    }
  }

  /// Subtracts a vector from some columns of each row.
  package func subtract(_ vector: VectorView<Double>, columns: Range<Int>) {
    precondition(
      vector.count == columnCount && columns.upperBound <= columnCount, "a matrix' columns")
    for row in 0..<rowCount {
      let target = unsafe values.base + row * columnCount
      for column in columns { unsafe target[column] -= vector.base[column] }
    }
  }
}

extension VectorView<Double> {
  /// Sets every element to a value.
  package func fill(_ value: Double) { unsafe base.update(repeating: value, count: count) }

  /// Copies the elements to the given indices of another vector.
  package func scatter(to target: VectorView<Double>, at places: VectorView<Int64>) {
    precondition(places.count == count, "a place for each element")
    for index in 0..<count {
      let place = unsafe Int(places.base[index])
      precondition(place >= 0 && place < target.count, "no such element")
      unsafe target.base[place] = base[index]
    }
  }
}

extension MatrixView {
  /// Replaces the elements of a row by (x - common + factor mean) scale, in double.
  package func assign(
    _ x: VectorView<Double>, minus common: VectorView<Double>, plus means: VectorView<Double>,
    times factor: Double, scaledBy scales: VectorView<Double>
  ) {
    precondition(
      rowCount == 1 && x.count == columnCount && common.count == columnCount
        && means.count == columnCount && scales.count == columnCount, "elements of a row")
    for column in 0..<columnCount {
      unsafe base[column] = Float(
        (x.base[column] - common.base[column] + factor * means.base[column]) * scales.base[column])
    }
  }

  /// Copies the elements of a row times a scale, and returns the sum of the copies times a weight, in ascending order.
  package func copy(
    to y: VectorView<Double>, scaledBy scales: VectorView<Double>,
    weightedBy weights: VectorView<Double>
  ) -> Double {
    precondition(
      rowCount == 1 && y.count == columnCount && scales.count == columnCount
        && weights.count == columnCount, "elements of a row")
    var sum = 0.0
    for column in 0..<columnCount {
      let value = unsafe Double(base[column]) * scales.base[column]
      unsafe y.base[column] = value
      unsafe sum += weights.base[column] * value
    }
    return sum
  }
}
