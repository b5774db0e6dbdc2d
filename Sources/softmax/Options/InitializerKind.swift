// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The initializer of the weights as an argument: any initializer of the library.
struct InitializerKind: ExpressibleByArgument {
  static let allValueStrings = Initializer.all.map(\.name)

  let initializer: Initializer

  init(_ initializer: Initializer) {
    self.initializer = initializer
  }

  init?(argument: String) {
    guard let initializer = Initializer(named: argument) else { return nil }
    self.initializer = initializer
  }

  var defaultValueDescription: String { initializer.name }
}
