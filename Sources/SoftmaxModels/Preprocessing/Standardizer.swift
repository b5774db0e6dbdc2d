// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Learns from training data what brings each feature to mean 0 and deviation 1.
///
/// The deviation is the square root of the mean square distance from the mean (divided by the number
/// of samples, as in scikit-learn's `StandardScaler`); where a feature never changes it is 1.
///
/// ```swift
/// let standardization = try Standardizer().fitted(to: dataset.features)
/// let model = try Standardizer().followed(by: SoftmaxRegression()).fitted(to: dataset)
/// ```
public struct Standardizer: Hashable, Sendable {
  /// Creates a standardizer.
  public init() {}

  /// The standardization of some features.
  ///
  /// Sums are taken in double, ascending over the samples.
  ///
  /// - Throws: `invalidArgument` for no samples; `nonFiniteValue` naming row and column of a feature
  ///   that is NaN or infinite, or for a deviation that overflows.
  public func fitted(to features: Features) throws(SoftmaxError) -> Standardization {
    guard features.rowCount > 0, features.columnCount > 0 else {
      throw SoftmaxError(
        .invalidArgument, "there is nothing to learn from \(features.rowCount) rows")
    }
    try features.validateFinite()
    let count = Double(features.rowCount)
    let mean = columnSums(of: features) { value, _ in value }.map { $0 / count }
    let variance = columnSums(of: features) { value, column in
      (value - mean[column]) * (value - mean[column])
    }.map { $0 / count }
    let deviation = zip(variance, mean).map { variance, mean -> Float in
      // Rounding leaves a constant feature a deviation of some ulps of its mean; nothing to divide by.
      let noise = count.squareRoot() * mean.magnitude * Double.ulpOfOne
      let deviation = Float(variance.squareRoot())
      return variance.squareRoot() > noise && deviation > 0 ? deviation : 1
    }
    return try Standardization(mean: mean.map { Float($0) }, deviation: deviation)
  }

  /// The standardizer before an estimator: what is fitted standardizes by itself.
  public func followed<Base: Estimator>(by estimator: Base) -> StandardizedEstimator<Base> {
    StandardizedEstimator(estimator)
  }

  @inline(__always)
  private func columnSums(of features: Features, _ term: (Double, Int) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: features.columnCount)
    switch features.storage {
    case .columns(let table):
      for (column, cells) in table.columns.enumerated() {
        for row in 0..<table.rowCount {
          sums[column] += term(cells.number(inRow: row) ?? .nan, column)
        }
      }
    case .floats(let matrix):
      for row in 0..<matrix.rowCount {
        var column = 0
        for value in matrix.row(row) {
          sums[column] += term(Double(value), column)
          column += 1
        }
      }
    case .bytes(let matrix):
      for row in 0..<matrix.rowCount {
        var column = 0
        for byte in matrix.row(row) {
          sums[column] += term(Double(Float(byte) * matrix.scale), column)
          column += 1
        }
      }
    }
    return sums
  }
}

/// An estimator whose features are standardized first, as learnt from the training data.
public struct StandardizedEstimator<Base: Estimator>: Estimator {
  /// The estimator behind the standardization.
  public var base: Base

  /// Creates the pair.
  public init(_ base: Base) {
    self.base = base
  }

  /// The model fitted to a data set; it standardizes what it is asked about.
  ///
  /// - Throws: as ``Standardizer/fitted(to:)`` and the base's `fitted`.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Base.Model?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Base.Model {
    let dataset = try dataset.ordering(features: model?.featureNames)
    // A model that is trained further goes on with the features that it knows.
    let standardization =
      try model?.standardization ?? Standardizer().fitted(to: dataset.features)
    let fitted = try base.fitted(
      to: standardization.standardized(dataset), startingFrom: model, threads: threads,
      onProgress: onProgress)
    return try fitted.standardizing(by: standardization, byteScale: dataset.features.byteScale)
  }
}
