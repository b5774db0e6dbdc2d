// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How tables of comma-separated values are read.
struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of a table: the column of the classes, its name or number from 1 (default: the last).",
      valueName: "column"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Of a table: comma, semicolon or tab (default: found by looking).", valueName: "name"))
  var separator: Separator?

  @Flag(
    inversion: .prefixedNo,
    help: "Of a table: whether its first line names the columns (default: found by looking).")
  var header: Bool?

  /// The same for the library.
  var format: CSVFormat {
    CSVFormat(
      target: target.map { .column($0) } ?? .last, hasHeader: header, separator: separator?.value)
  }

  /// The words of a command line that say the same.
  var words: [String] {
    var words: [String] = []
    // What begins with a dash would be taken for an option.
    if let target {
      words += target.hasPrefix("-") ? ["--target=\(target)"] : ["--target", target]
    }
    if let separator { words += ["--separator", separator.rawValue] }
    if let header { words.append(header ? "--header" : "--no-header") }
    return words
  }

  /// What stands between two cells.
  enum Separator: String, ExpressibleByArgument, CaseIterable {
    case comma
    case semicolon
    case tab

    var value: CSVFormat.Separator {
      switch self {
      case .comma: .comma
      case .semicolon: .semicolon
      case .tab: .tab
      }
    }
  }
}
