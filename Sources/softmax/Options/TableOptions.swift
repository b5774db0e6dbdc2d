// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import SoftmaxKit

/// How tables of comma-separated values are read.
struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of a table: the column of the classes, its name or number from 1 (default: the last).",
      valueName: "column"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Of a table: a column to leave out, its name or number from 1; may be given several times.",
      valueName: "column"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of a table: comma, semicolon, tab or pipe (default: found by looking).", valueName: "name"))
  var separator: CSVFormat.Separator?

  @Option(
    help: ArgumentHelp(
      "Of a table: what stands before decimals, point or comma (default: point).",
      valueName: "name"))
  var decimal: CSVFormat.DecimalMark?

  @Option(
    help: ArgumentHelp(
      """
      Of a table: a text that stands for a missing cell, beside the empty one; may be given several \
      times, '' for none (default: \(CSVFormat.defaultMissingMarks.joined(separator: ", "))).
      """, valueName: "text"))
  var missing: [String] = []

  @Flag(
    inversion: .prefixedNo,
    help: "Of a table: whether its first line names the columns (default: found by looking).")
  var header: Bool?

  /// The same for the library.
  var format: CSVFormat {
    CSVFormat(
      target: target.map { .column($0) }, hasHeader: header, separator: separator,
      decimalMark: decimal ?? .point,
      missingMarks: missing.isEmpty ? CSVFormat.defaultMissingMarks : missing,
      ignoredColumns: ignore)
  }

  /// The words of a command line that say the same.
  var words: [String] {
    var words: [String] = []
    func add(_ name: String, _ value: String) {
      // What begins with a dash would be taken for an option.
      words += value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
    }
    if let target { add("--target", target) }
    for column in ignore { add("--ignore", column) }
    if let separator { add("--separator", separator.rawValue) }
    if let decimal { add("--decimal", decimal.rawValue) }
    for mark in missing { add("--missing", mark) }
    if let header { words.append(header ? "--header" : "--no-header") }
    return words
  }
}

extension CSVFormat.Separator: ExpressibleByArgument {}
extension CSVFormat.DecimalMark: ExpressibleByArgument {}
