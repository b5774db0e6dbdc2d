// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Says what an example shows, and ends the program with an error where it does not hold.
public func state(_ what: String, _ holds: Bool) {
  print(holds ? "ok      \(what)" : "WRONG   \(what)")
  guard holds else { exit(1) }
}

extension Double {
  /// The number with so many decimals.
  public func text(_ decimals: Int = 4) -> String {
    // C writes the sign of a NaN, which says nothing.
    isNaN ? "nan" : String(format: "%.\(decimals)f", self)
  }
}

extension Float {
  /// The number with so many decimals.
  public func text(_ decimals: Int = 4) -> String { Double(self).text(decimals) }
}
