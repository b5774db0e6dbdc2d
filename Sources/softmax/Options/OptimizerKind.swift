// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The rules of the steps that can be chosen.
enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
  case sgd
  case adam
  case adamw
  case amsgrad
  case rmsprop
  case adagrad

  /// Whether it can keep some of the last step; the Adams have that as their first moment.
  var takesMomentum: Bool { self == .sgd || self == .rmsprop }
}
