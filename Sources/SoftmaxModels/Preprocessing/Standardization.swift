// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What brings each feature to mean 0 and deviation 1: x becomes (x - mean) / deviation.
///
/// ``Standardizer`` learns it from training data; a ``Classifier`` carries it, so that whoever
/// predicts hands over features as they were measured.
public struct Standardization: Hashable, Sendable, Codable {
  /// The mean of each feature.
  public let mean: [Float]
  /// What each feature's distance from its mean is divided by.
  public let deviation: [Float]

  /// Creates a standardization from its numbers.
  ///
  /// - Throws: `shapeMismatch` unless both are as long; `invalidArgument` naming the feature whose
  ///   mean is not finite or whose deviation is not a finite number greater than 0.
  public init(mean: [Float], deviation: [Float]) throws(SoftmaxError) {
    guard mean.count == deviation.count, !mean.isEmpty else {
      throw SoftmaxError(
        .shapeMismatch,
        "a standardization needs as many means as deviations, and one at least; got \(mean.count) "
          + "and \(deviation.count)")
    }
    for column in mean.indices {
      guard mean[column].isFinite, deviation[column].isFinite, deviation[column] > 0 else {
        throw SoftmaxError(
          .invalidArgument,
          "feature \(column) has the mean \(mean[column]) and the deviation \(deviation[column]); "
            + "expected finite numbers, the deviation greater than 0")
      }
    }
    self.mean = mean
    self.deviation = deviation
  }

  /// The number of features.
  public var featureCount: Int { mean.count }

  /// The features, standardized: [samples, features].
  ///
  /// - Throws: `shapeMismatch` for another number of features; `nonFiniteValue` naming row and column of
  ///   a feature that is not finite, or so far from its mean that the result is not.
  public func standardized(_ features: Features) throws(SoftmaxError) -> Features {
    try validate(featureCount: features.columnCount)
    var elements: [Float] = []
    elements.reserveCapacity(features.rowCount * featureCount)
    for row in 0..<features.rowCount {
      switch features.storage {
      case .columns:
        for (column, value) in features.row(row).enumerated() {
          elements.append(standardized(value, column))
        }
      case .floats(let matrix):
        var column = 0
        for value in matrix.row(row) {
          elements.append(standardized(value, column))
          column += 1
        }
      case .bytes(let matrix):
        var column = 0
        for byte in matrix.row(row) {
          elements.append(standardized(Float(byte) * matrix.scale, column))
          column += 1
        }
      }
    }
    if let place = elements.firstIndex(where: { !$0.isFinite }) {
      let (row, column) = place.quotientAndRemainder(dividingBy: featureCount)
      throw SoftmaxError(
        .nonFiniteValue,
        "the feature \(features.row(row)[column]) cannot be standardized by the mean \(mean[column]) and the "
          + "deviation \(deviation[column]): the result is no finite number",
        remedy: "remove the row, or correct the number", at: .row(row, column: column))
    }
    return .floats(
      try Matrix(rowCount: features.rowCount, columnCount: featureCount, elements: elements))
  }

  /// A data set with its features standardized.
  ///
  /// - Throws: `shapeMismatch` for another number of features; `nonFiniteValue` where the result
  ///   overflows.
  public func standardized(_ dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    try dataset.replacing(features: standardized(dataset.features))
  }

  func validate(featureCount count: Int) throws(SoftmaxError) {
    guard count == featureCount else {
      throw SoftmaxError(
        .shapeMismatch, "the standardization is of \(featureCount) features; got \(count)")
    }
  }

  func standardized(_ value: Float, _ column: Int) -> Float {
    (value - mean[column]) / deviation[column]
  }

  /// Reads a standardization, and trusts nothing in it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      mean: values.decode([Float].self, forKey: .mean),
      deviation: values.decode([Float].self, forKey: .deviation))
  }
}
