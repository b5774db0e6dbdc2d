// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// What is known about the columns of an svmlight file before it is read.
///
/// The file itself tells neither how many columns there are, since the last ones may have no entry in it, nor
/// whether the first one has the number 1 or 0.
///
/// ```swift
/// let training = try LabeledDataset(svmlight: "train.svm")
/// let test = try LabeledDataset(svmlight: "test.svm", as: SVMLightFormat(like: training.features))
/// ```
public struct SVMLightFormat: Hashable, Sendable {
  /// The number of columns; nil for as many as the file has entries for.
  public var columnCount: Int?
  /// The number of the first column, 1 or 0; nil for 0 if the file has an entry with this number, else 1.
  public var firstIndex: Int?

  /// Creates a format.
  public init(columnCount: Int? = nil, firstIndex: Int? = nil) {
    self.columnCount = columnCount
    self.firstIndex = firstIndex
  }

  /// Creates the format of more rows of the same columns.
  public init(like features: Features) {
    self.init(columnCount: features.columnCount, firstIndex: features.sparse?.firstIndex)
  }

  func validate() throws(SoftmaxError) {
    if let firstIndex, !(0...1 ~= firstIndex) {
      throw SoftmaxError(
        .invalidArgument, "the first column has the number 0 or 1, got \(firstIndex)")
    }
    if let columnCount, !(1...SparseMatrix.greatestColumnCount ~= columnCount) {
      throw SoftmaxError(
        .invalidArgument,
        "there are 1 to \(SparseMatrix.greatestColumnCount) columns, got \(columnCount)")
    }
  }
}
