// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The rules of the steps that can be chosen.
enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
  case sgd
  case adam
}
