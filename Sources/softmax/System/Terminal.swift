// SPDX-License-Identifier: Apache-2.0

import Foundation
package import SoftmaxKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the two streams can show: whether they are terminals, in how many columns and colours.
package struct Terminal: Sendable {
  package typealias Color = TerminalColor

  /// Whether standard output is a terminal.
  package let isOutputTerminal: Bool
  /// Whether standard error is a terminal.
  package let isErrorTerminal: Bool
  private let environment: [String: String]

  /// Describes streams under the given environment variables.
  package init(
    isOutputTerminal: Bool, isErrorTerminal: Bool, environment: [String: String]
  ) {
    self.isOutputTerminal = isOutputTerminal
    self.isErrorTerminal = isErrorTerminal
    self.environment = environment
  }

  /// Those of this process.
  static var current: Terminal {
    Terminal(
      isOutputTerminal: StandardStream.output.isTerminal,
      isErrorTerminal: StandardStream.error.isTerminal,
      environment: ProcessInfo.processInfo.environment)
  }

  /// Whether a line on standard error can be drawn over.
  package var canRedraw: Bool { isErrorTerminal && !isDumb }
  /// The colours of standard output; nil for none.
  package var outputColor: Color? { color(isTerminal: isOutputTerminal) }
  /// The colours of standard error; nil for none.
  package var errorColor: Color? { color(isTerminal: isErrorTerminal) }

  private var isDumb: Bool { ["", "dumb"].contains(environment["TERM", default: ""]) }

  // https://no-color.org, https://bixense.com/clicolors: who says no is heard first.
  private func color(isTerminal: Bool) -> Color? {
    guard environment["NO_COLOR", default: ""].isEmpty else { return nil }
    let isForced = ["CLICOLOR_FORCE", "FORCE_COLOR"].contains {
      !["", "0"].contains(environment[$0, default: ""])
    }
    guard isForced || (isTerminal && !isDumb && environment["CLICOLOR"] != "0") else { return nil }
    let depth = environment["COLORTERM", default: ""]
    return depth == "truecolor" || depth == "24bit" ? .full : .indexed
  }

  /// Whether the characters have eight dots: the console of Linux has none of those.
  package var hasBraille: Bool { environment["TERM"] != "linux" }

  /// The number of columns, asked anew each time because windows change.
  var width: Int {
    size(\.ws_col) ?? environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// The columns of a report: the last one stays free, and very long lines are hard to read.
  var reportWidth: Int { min(width - 1, 100) }

  /// The number of rows.
  var height: Int {
    size(\.ws_row) ?? environment["LINES"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 24
  }

  private func size(_ extent: (winsize) -> UInt16) -> Int? {
    for stream in [StandardStream.error, .output] {
      var size = winsize()
      if unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, extent(size) > 0 {
        return Int(extent(size))
      }
    }
    return nil
  }
}
