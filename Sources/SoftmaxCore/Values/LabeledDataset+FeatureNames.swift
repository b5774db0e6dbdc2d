// SPDX-License-Identifier: Apache-2.0

// The names of features, by which they are told apart whatever their order.
extension LabeledDataset {
  /// The same samples with names for their features, or with none.
  ///
  /// - Parameter names: one for each column of the features, [samples, features]; nil for none.
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
  /// order, and has these from then on. A sample of several dimensions keeps its shape.
  ///
  /// - Parameter names: one for each column of the features, [samples, features].
  /// - Throws: `shapeMismatch` for another number of names than of features; `invalidArgument` where
  ///   the features have other names, or the same in another order and two of them alike.
  public func ordering(features names: [String]?) throws(SoftmaxError) -> LabeledDataset {
    guard let names, names != featureNames else { return self }
    guard names.count == features.columnCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the data set has \(features.columnCount) features, expected \(names.count), which begin "
          + "with \(names.prefix(5))")
    }
    guard let own = featureNames else { return renamed(names) }
    let places = Dictionary(
      own.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    if let missing = names.first(where: { places[$0] == nil }) {
      throw SoftmaxError(
        .invalidArgument,
        "no feature of the data set is called \(missing.debugDescription); they begin with "
          + "\(own.prefix(5))", remedy: "use data whose features have the names of those trained on"
      )
    }
    let order = names.compactMap { places[$0] }
    guard Set(order).count == own.count else {
      throw SoftmaxError(
        .invalidArgument,
        "two features have the same name, so they cannot be told apart in another order",
        remedy: "give each feature its own name")
    }
    return try replacing(features: features.selecting(columns: order)).renamed(names)
  }
}

extension Features {
  /// The chosen columns, in the order given.
  ///
  /// - Precondition: every column lies within the features.
  func selecting(columns: [Int]) throws(SoftmaxError) -> Features {
    switch storage {
    case .columns(let table): return .columns(table.selecting(columns: columns))
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
