// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The preset as an argument; it gives the defaults of options that are not given.
struct PresetKind: ExpressibleByArgument {
  static let allValueStrings = TrainingPreset.all.map(\.name)

  let preset: TrainingPreset

  init?(argument: String) {
    guard let preset = TrainingPreset(named: argument) else { return nil }
    self.preset = preset
  }
}
