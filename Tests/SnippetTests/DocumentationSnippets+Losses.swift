// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

// The examples of the losses' doc comments.
extension DocumentationSnippets {
  static func lossWithOptions(_ network: inout Sequential, _ dataset: LabeledDataset) throws {
    let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: dataset.balancedClassWeights)
    try network.fit(to: dataset, loss: loss, optimizer: .adam(), epochs: 10)
  }

  static func lossOfOnesOwn(_ network: inout Sequential, _ dataset: LabeledDataset) throws {
    /// (1 - p of the right class)^2, from the logits.
    struct Misgiving: LossFunction {
      let name = "misgiving"

      func differentiate(_ rows: inout LossRows) {
        for row in 0..<rows.rowCount {
          let p = softmax((0..<rows.outputCount).map { rows.output(row: row, $0) })
          let right = rows.label(row: row)
          rows.setLoss((1 - p[right]) * (1 - p[right]), row: row)
          for k in p.indices {
            let slope = p[right] * ((k == right ? 1 : 0) - p[k])
            rows.setGradient(-2 * (1 - p[right]) * slope, row: row, k)
          }
        }
      }
    }
    try network.fit(to: dataset, loss: .custom(Misgiving()))
  }

  static func lossValue() throws -> Loss.Value {
    let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
    let value = try Loss.crossEntropy(labelSmoothing: 0.1).value(
      of: .labels([0, 1]), logits: logits)
    print(value.loss, value.gradient[0, 0])
    return value
  }

  static func severalLabels() throws -> LabeledDataset {
    let songs = try LabeledDataset(
      features: .floats(Matrix([[0.3, 1], [0.9, 0]])),
      indicators: Matrix([[1, 1, 0], [0, 0, 0]]),
      classNames: ["calm", "sad", "loud"])
    return songs
  }

  static func missingClasses(_ dataset: LabeledDataset) {
    for index in dataset.missingClasses { print("no sample of", dataset.classNames[index]) }
  }

  static func probabilitiesOrLogits() throws {
    print(try Matrix([[0.1, 0.9], [0.7, 0.3]]).looksLikeProbabilities)
    print(try Matrix([[3, 1, -3]]).looksLikeProbabilities)
  }

  static func logisticFunction() -> [Float] {
    sigmoid([0, 2, -1000])
  }
}
