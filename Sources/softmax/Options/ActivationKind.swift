// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The activation of hidden layers as an argument: any activation of the library except softmax.
struct ActivationKind: ExpressibleByArgument {
  static let all = Activation.all.filter { $0 != .softmax }
  static let allValueStrings = all.map(\.name)

  let activation: Activation

  init(_ activation: Activation) {
    self.activation = activation
  }

  init?(argument: String) {
    guard let activation = Self.all.first(where: { $0.name == argument }) else { return nil }
    self.activation = activation
  }

  var defaultValueDescription: String { activation.name }
}
