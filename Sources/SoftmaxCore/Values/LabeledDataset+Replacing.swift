// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// The same samples with other features, such as standardized ones.
  ///
  /// As many features keep their shape.
  ///
  /// - Throws: `shapeMismatch` for another number of samples; `nonFiniteValue` for a feature that is
  ///   NaN or infinite.
  public func replacing(features: Features) throws(SoftmaxError) -> LabeledDataset {
    let isAsWide = features.columnCount == self.features.columnCount
    let shape = isAsWide ? featureShape : nil
    switch targets {
    case .labels(let labels):
      return try LabeledDataset(
        features: features, labels: labels, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights)
    case .distributions(let matrix):
      return try LabeledDataset(
        features: features, distributions: matrix, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights)
    case .indicators(let matrix):
      return try LabeledDataset(
        features: features, indicators: matrix, classNames: classNames, featureShape: shape,
        sampleWeights: sampleWeights)
    }
  }

  /// The same samples with labels and class names of another question, such as "is it a 3?".
  ///
  /// - Throws: `shapeMismatch`, `labelOutOfRange` or `invalidArgument`.
  public func replacing(
    labels: [Int], classNames: [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, labels: labels, classNames: classNames, featureShape: featureShape,
      sampleWeights: sampleWeights
    ).described(as: self)
  }

  /// The same samples with a probability of each class instead of a label; one-hot or soft.
  ///
  /// - Throws: `shapeMismatch` or `invalidData`, as the data set's own initializer.
  public func replacing(distributions: Matrix) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, distributions: distributions, classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights
    ).described(as: self)
  }

  /// The same samples with any number of classes each (multi-label).
  ///
  /// - Throws: `shapeMismatch`, `invalidData` or `invalidArgument`, as the data set's own initializer.
  public func replacing(
    indicators: Matrix, classNames: [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset(
      features: features, indicators: indicators, classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights
    ).described(as: self)
  }
}
