// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The output of the command: results on standard output, messages on standard error.
struct Console {
  let terminal = Terminal.current
  /// Whether only results and errors are shown.
  var isQuiet = false

  /// Writes a line of the result to standard output.
  func result(_ line: String) throws(SoftmaxError) {
    try StandardStream.output.write(line + "\n")
  }

  /// Writes several lines of the result to standard output at once.
  func results(_ lines: [String]) throws(SoftmaxError) {
    guard !lines.isEmpty else { return }
    try StandardStream.output.write(lines.joined(separator: "\n") + "\n")
  }

  /// Writes a message to standard error unless the console is quiet.
  func message(_ line: String) {
    guard !isQuiet else { return }
    draw(line + "\n")
  }

  /// Writes a warning to standard error unless the console is quiet.
  func warning(_ line: String) {
    message("warning: " + line)
  }

  /// Writes a text unchanged to standard error; errors are ignored, because messages are optional.
  func draw(_ text: String) {
    try? StandardStream.error.write(text)
  }
}
