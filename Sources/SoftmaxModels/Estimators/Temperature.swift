// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The temperature by which logits are divided so that the log loss of rows that were held out is least.
///
/// Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.
enum Temperature {
  private static let range = (least: -2.0, greatest: 2.0)
  private static let stepCount = 20

  /// Returns the temperature, between 1/4 and 4.
  ///
  /// The log loss is convex in 1 / T, so it has one minimum in log T, which a golden-section search finds to some
  /// ten-thousandths; nearer to it, the losses of rows, which are floats, are too flat to tell.
  static func best(for logits: Matrix, labels: [Int]) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = range
    func point(_ share: Double) -> (power: Double, loss: Double) {
      let power = low + share * (high - low)
      return (power, logLoss(of: logits, labels: labels, factor: factor(power)))
    }
    var (left, right) = (point(1 - ratio), point(ratio))
    for _ in 0..<stepCount {
      if left.loss <= right.loss {
        (high, right) = (right.power, left)
        left = point(1 - ratio)
      } else {
        (low, left) = (left.power, right)
        right = point(ratio)
      }
    }
    return 1 / Double(factor((low + high) / 2))
  }

  // 2^-power: 1 / T for a temperature of 2^power.
  private static func factor(_ power: Double) -> Float {
    let whole = power.rounded(.up)
    // e^x is for numbers up to 0.
    let rest = ElementaryFunctions.exponential((power - whole) * 0.6931471805599453)
    return Float(1 / (rest * Double(sign: .plus, exponent: Int(whole), significand: 1)))
  }

  private static func logLoss(of logits: Matrix, labels: [Int], factor: Float) -> Double {
    var scaled = logits
    for index in scaled.elements.indices { scaled.elements[index] *= factor }
    return sumOverRows(labels.indices) { [losses = scaled.crossEntropies(of: labels)] in
      Double(losses[$0])
    }
  }
}

extension Sequential {
  /// Divides the outputs by a temperature: the weights and the biases of the last layer, which must be dense.
  mutating func divideOutputs(by temperature: Double) throws(SoftmaxError) {
    let last = layers.count - 1
    guard var weight = layers[last].weight, let bias = layers[last].bias else { return }
    for index in weight.elements.indices {
      weight.elements[index] = Float(Double(weight.elements[index]) / temperature)
    }
    try setParameters(
      ofLayer: last, weight: weight, bias: bias.map { Float(Double($0) / temperature) })
  }
}
