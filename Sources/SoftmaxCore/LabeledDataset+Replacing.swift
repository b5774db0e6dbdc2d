// SPDX-License-Identifier: Apache-2.0

extension LabeledDataset {
  /// The same samples with other features, such as standardized ones.
  ///
  /// - Throws: `shapeMismatch` for another number of samples; `nonFiniteValue` for a feature that is
  ///   NaN or infinite.
  public func replacing(features: Features) throws(SoftmaxError) -> LabeledDataset {
    let shape = features.columnCount == self.features.columnCount ? featureShape : nil
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
      sampleWeights: sampleWeights)
  }
}
