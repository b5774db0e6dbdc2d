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

/// The capabilities of the two output streams: whether they are terminals, their size and their colours.
package struct Terminal: Sendable {
  package typealias Color = TerminalColor

  /// Whether standard output is a terminal.
  package let isOutputTerminal: Bool
  /// Whether standard error is a terminal.
  package let isErrorTerminal: Bool
  private let environment: [String: String]

  /// Creates a description from the given values, so tests need no terminal.
  package init(
    isOutputTerminal: Bool, isErrorTerminal: Bool, environment: [String: String]
  ) {
    self.isOutputTerminal = isOutputTerminal
    self.isErrorTerminal = isErrorTerminal
    self.environment = environment
  }

  /// The terminal of this process.
  static var current: Terminal {
    Terminal(
      isOutputTerminal: StandardStream.output.isTerminal,
      isErrorTerminal: StandardStream.error.isTerminal,
      environment: ProcessInfo.processInfo.environment)
  }

  /// Whether a line on standard error can be overwritten.
  package var canRedraw: Bool { isErrorTerminal && !isDumb }
  /// The colours that standard output supports; nil means no colours.
  package var outputColor: Color? { color(isTerminal: isOutputTerminal) }
  /// The colours that standard error supports; nil means no colours.
  package var errorColor: Color? { color(isTerminal: isErrorTerminal) }

  private var isDumb: Bool { ["", "dumb"].contains(environment["TERM", default: ""]) }

  // Follows https://no-color.org and https://bixense.com/clicolors; NO_COLOR takes precedence over the
  // others.
  private func color(isTerminal: Bool) -> Color? {
    guard environment["NO_COLOR", default: ""].isEmpty else { return nil }
    let isForced = ["CLICOLOR_FORCE", "FORCE_COLOR"].contains {
      !["", "0"].contains(environment[$0, default: ""])
    }
    guard isForced || (isTerminal && !isDumb && environment["CLICOLOR"] != "0") else { return nil }
    let depth = environment["COLORTERM", default: ""]
    return depth == "truecolor" || depth == "24bit" ? .full : .indexed
  }

  /// Whether Braille characters are available; the Linux console lacks them.
  package var hasBraille: Bool { environment["TERM"] != "linux" }

  /// The number of columns, queried each time because windows are resized.
  var width: Int {
    size(\.ws_col) ?? environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// The width of a report: one column less than the terminal, and at most 100, because long lines are hard
  /// to read.
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
