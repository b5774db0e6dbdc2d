// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// Rows whose labels are drawn from their probabilities, after which the logits are multiplied: above 1 a model is too sure.
func drawnRows(
  _ count: Int, classes: Int = 3, seed: Int, scale: Float = 1, spread: Float = 5
) throws -> Evaluation {
  let bits = CounterBasedGenerator(seed: 9, epoch: seed).bits(inFirst: (classes + 1) * count)
  let numbers = bits.map { Float($0 >> 40) * 0x1p-24 }
  var logits = Matrix(rowCount: count, columnCount: classes)
  for row in 0..<count {
    for column in 0..<classes { logits[row, column] = spread * numbers[row * classes + column] }
  }
  let probabilities = logits.softmax()
  let labels = (0..<count).map { row -> Int in
    var rest = numbers[classes * count + row]
    for label in 0..<classes - 1 {
      rest -= probabilities[row, label]
      if rest < 0 { return label }
    }
    return classes - 1
  }
  for row in 0..<count {
    for column in 0..<classes { logits[row, column] *= scale }
  }
  return try Evaluation(labels: labels, logits: logits)
}
