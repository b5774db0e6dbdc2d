// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Where the command's words go.
struct Console {
  let terminal = Terminal.current
  /// Whether only results and errors are shown.
  var isQuiet = false

  /// A line of the result, on standard output.
  func result(_ line: String) throws(SoftmaxError) {
    try StandardStream.output.write(line + "\n")
  }

  /// Several lines of the result, written at once.
  func results(_ lines: [String]) throws(SoftmaxError) {
    guard !lines.isEmpty else { return }
    try StandardStream.output.write(lines.joined(separator: "\n") + "\n")
  }

  /// A line for whoever watches, on standard error.
  func message(_ line: String) {
    guard !isQuiet else { return }
    draw(line + "\n")
  }

  /// A warning, on standard error.
  func warning(_ line: String) {
    message("warning: " + line)
  }

  /// A text for whoever watches, as it is; nobody watching is no reason to fail.
  func draw(_ text: String) {
    try? StandardStream.error.write(text)
  }
}
