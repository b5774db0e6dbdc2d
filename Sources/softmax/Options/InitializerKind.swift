// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How weights can begin.
enum InitializerKind: String, ExpressibleByArgument, CaseIterable {
  case glorot
  case he
  case zeros

  var initializer: Initializer {
    switch self {
    case .glorot: .glorotUniform
    case .he: .heUniform
    case .zeros: .zeros
    }
  }
}
