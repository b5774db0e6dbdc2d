// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The kind of a network.
enum ModelKind: String, ExpressibleByArgument, CaseIterable {
  /// For a table the best of several kinds, unless an option says how to train; else `mlp`.
  case auto
  /// One layer: multinomial logistic regression.
  case linear
  /// A multi-layer perceptron: hidden layers before the output layer.
  case mlp
}
