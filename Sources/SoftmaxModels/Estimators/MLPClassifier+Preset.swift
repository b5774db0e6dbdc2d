// SPDX-License-Identifier: Apache-2.0

extension MLPClassifier {
  /// Creates an estimator with another library's defaults: layers, Adam, batch size, epochs and penalty.
  public init(_ preset: TrainingPreset, epochs: Int? = nil, seed: UInt64 = 0) {
    self.init(
      hiddenUnits: preset.hiddenUnits, l2Penalty: preset.l2Penalty, optimizer: preset.adam(),
      epochs: epochs ?? preset.epochs, batchSize: preset.batchSize,
      initializer: preset.initializer, seed: seed)
  }
}
