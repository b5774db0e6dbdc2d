// SPDX-License-Identifier: Apache-2.0

// The names of features, by which they are told apart whatever their order.
extension LabeledDataset {
  /// The same samples with names for their features, or with none.
  ///
  /// - Throws: `shapeMismatch` unless there is a name for each feature.
  public func naming(features names: [String]?) throws(SoftmaxError) -> LabeledDataset {
    if let names, names.count != features.columnCount {
      throw SoftmaxError(
        .shapeMismatch, "\(features.columnCount) features, but \(names.count) names for them")
    }
    return renamed(names)
  }

  /// The same samples with their features in the order of some names, such as those of a model.
  ///
  /// ```swift
  /// let samples = try other.ordering(features: model.featureNames)
  /// ```
  ///
  /// Without names there is nothing to order by. A data set whose features have none is taken to be in
  /// order, and has these from then on.
  ///
  /// - Throws: `invalidArgument` where the features have other names, or the same in another order and
  ///   two of them alike.
  public func ordering(features names: [String]?) throws(SoftmaxError) -> LabeledDataset {
    guard let names, names != featureNames else { return self }
    guard let own = featureNames else {
      return names.count == features.columnCount ? renamed(names) : self
    }
    let places = Dictionary(
      own.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let order = names.compactMap { places[$0] }
    guard own.count == names.count, Set(order).count == own.count else {
      let missing = names.first { places[$0] == nil }
      throw SoftmaxError(
        .invalidArgument,
        "the features are others than those that the model knows: "
          + (missing.map { "none is called \($0.debugDescription)" }
            ?? "they begin with \(own.prefix(5)), its own with \(names.prefix(5))"),
        remedy: "give it the features that it was trained on, with the names that they had then")
    }
    return try replacing(features: features.selecting(columns: order)).renamed(names)
  }
}

extension Features {
  /// The chosen columns, in the order given.
  ///
  /// - Precondition: every column lies within the features.
  func selecting(columns: [Int]) throws(SoftmaxError) -> Features {
    switch self {
    case .floats(let matrix):
      let elements = (0..<matrix.rowCount).flatMap { row in
        let values = matrix.row(row)
        return columns.map { values[values.startIndex + $0] }
      }
      return .floats(
        try Matrix(rowCount: matrix.rowCount, columnCount: columns.count, elements: elements))
    case .bytes(let matrix):
      let bytes = (0..<matrix.rowCount).flatMap { row in
        let values = Array(matrix.row(row))
        return columns.map { values[$0] }
      }
      return .bytes(
        try ByteMatrix(
          rowCount: matrix.rowCount, columnCount: columns.count, bytes: bytes, scale: matrix.scale))
    }
  }
}
