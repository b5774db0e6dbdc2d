// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// Returns the same samples with different features, such as standardized ones.
  ///
  /// The feature shape is kept if the number of features is the same. Otherwise it becomes
  /// `[features.columnCount]`.
  ///
  /// - Throws: `shapeMismatch` for a different number of samples; `invalidArgument` for no features;
  ///   `nonFiniteValue` for a feature that is NaN or infinite, unless the features are columns of a table.
  public func replacing(features: Features) throws(SoftmaxError) -> LabeledDataset {
    let isAsWide = features.columnCount == self.features.columnCount
    let shape = isAsWide ? featureShape : nil
    switch targets {
    case .labels(let labels):
      return try LabeledDataset(
        features: features, labels: labels, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights
      ).from(self)
    case .distributions(let matrix):
      return try LabeledDataset(
        features: features, distributions: matrix, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights
      ).from(self)
    case .indicators(let matrix):
      return try LabeledDataset(
        features: features, indicators: matrix, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights
      ).from(self)
    }
  }

  /// Returns the same samples with different labels and class names, such as those of "is it a 3?".
  ///
  /// - Throws: `shapeMismatch` for a different number of samples; `labelOutOfRange` for a label that is not
  ///   the index of a class; `invalidArgument` for fewer than two classes or equal class names.
  public func replacing(
    labels: [Int], classNames: [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, labels: labels, classNames: classNames, featureShape: featureShape,
      sampleWeights: sampleWeights
    ).described(as: self)
  }

  /// Returns the same samples with target distributions, one-hot or soft, instead of labels.
  ///
  /// - Throws: `shapeMismatch`, `nonFiniteValue` or `invalidData` for the same reasons as the initializer
  ///   that takes distributions.
  public func replacing(distributions: Matrix) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, distributions: distributions, classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights
    ).described(as: self)
  }

  /// Returns the same samples with multi-label targets: any number of classes for each sample.
  ///
  /// - Throws: `shapeMismatch`, `nonFiniteValue`, `invalidData` or `invalidArgument` for the same reasons
  ///   as the initializer that takes indicators.
  public func replacing(
    indicators: Matrix, classNames: [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, indicators: indicators, classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights
    ).described(as: self)
  }
}
