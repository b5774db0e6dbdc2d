// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The numbers of units of the hidden layers as an argument, such as `128,64`.
struct HiddenSizes: ExpressibleByArgument, CustomStringConvertible {
  let units: [Int]

  init(_ units: [Int]) {
    self.units = units
  }

  init?(argument: String) {
    let pieces = argument.split(separator: ",", omittingEmptySubsequences: false)
    let units = pieces.compactMap { Int($0) }
    guard units.count == pieces.count else { return nil }
    self.units = units
  }

  var description: String { units.map(String.init).joined(separator: ",") }
  var defaultValueDescription: String { description }
}
