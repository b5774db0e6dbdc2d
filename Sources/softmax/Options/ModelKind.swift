// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The shape of a network.
enum ModelKind: String, ExpressibleByArgument, CaseIterable {
  /// One layer: multinomial logistic regression.
  case linear
  /// Hidden layers in between: a multi-layer perceptron.
  case mlp
}
