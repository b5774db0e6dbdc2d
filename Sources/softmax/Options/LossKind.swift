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

  /// What the network's last layer applies to its outputs.
  var outputActivation: Activation? {
    switch self {
    case .crossEntropy: .softmax
    case .binaryCrossEntropy: .sigmoid
    case .squared, .absolute, .huber, .hinge: nil
    }
  }

  /// The outputs of a network for so many classes: one for two where each output is a yes or no.
  func outputCount(classCount: Int) -> Int {
    self == .binaryCrossEntropy && classCount == 2 ? 1 : classCount
  }

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
