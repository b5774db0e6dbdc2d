// SPDX-License-Identifier: Apache-2.0

/// A progress bar in text.
package enum ProgressBar {
  /// Returns the bar.
  ///
  /// With colours, the completed part is green and the rest grey; without, the rest is a thin line. With a
  /// total of 0 the whole bar is completed.
  package static func text(
    _ count: Int, of total: Int, columns: Int, _ isColored: Bool
  ) -> String {
    let done = total > 0 ? min(columns, max(0, columns * count / total)) : columns
    func line(_ character: String, _ count: Int, _ color: String) -> String {
      let text = String(repeating: character, count: count)
      return isColored && count > 0 ? "\u{1b}[\(color)m\(text)\u{1b}[0m" : text
    }
    return line("━", done, "32") + line(isColored ? "━" : "─", columns - done, "90")
  }
}
