// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Optimizer {
  /// Returns the factors of the rate and the decay of a layer's tensor; nil if the rule has the same for all
  /// tensors.
  func rateFactors(of name: String, in layer: Sequential.LayerState) -> RateFactors? {
    guard rule.hasTensorRates, let tensor = layer.tensors[name] else { return nil }
    return layer.configuration.kind.rateFactors(
      of: LayerTensorShape(name, tensor.shape, isTrained: tensor.isTrained))
  }
}

extension Kernels.Update {
  /// Returns the update of a tensor with its factors; the update itself for nil.
  func scaled(by factors: RateFactors?) -> Kernels.Update {
    guard let factors else { return self }
    switch self {
    case .adam(let step): return .adam(step.scaled(rate: factors.rate, decay: factors.decay))
    case .amsGrad(let step): return .amsGrad(step.scaled(rate: factors.rate, decay: factors.decay))
    case .sgd, .nesterov, .adagrad, .rmsprop:
      preconditionFailure("this rule has the same rate for all tensors")
    }
  }
}
