// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// What hidden layers can apply to their outputs.
enum ActivationKind: String, ExpressibleByArgument, CaseIterable {
  case relu
  case tanh
  case sigmoid

  var activation: Activation {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    }
  }
}
