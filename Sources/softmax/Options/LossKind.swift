// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The losses that the command trains by.
enum LossKind: String, CaseIterable, ExpressibleByArgument {
  case crossEntropy = "cross-entropy"
  case binaryCrossEntropy = "binary-cross-entropy"
  case squared
  case absolute
  case huber
  case hinge

  /// Whether targets can be smoothed.
  var takesLabelSmoothing: Bool { self == .crossEntropy || self == .binaryCrossEntropy }

  /// The loss with its settings.
  func loss(
    labelSmoothing: Double, delta: Double, margin: Double, classWeights: [Double]
  ) -> Loss {
    switch self {
    case .crossEntropy:
      .crossEntropy(labelSmoothing: labelSmoothing, classWeights: classWeights)
    case .binaryCrossEntropy:
      .binaryCrossEntropy(labelSmoothing: labelSmoothing, classWeights: classWeights)
    case .squared: .squared(classWeights: classWeights)
    case .absolute: .absolute(classWeights: classWeights)
    case .huber: .huber(delta: delta, classWeights: classWeights)
    case .hinge: .multiClassHinge(margin: margin, classWeights: classWeights)
    }
  }
}
