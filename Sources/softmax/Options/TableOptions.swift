// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import SoftmaxKit

/// The options for reading tables of comma-separated values.
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
      """
      Of a table: the column with the weight of each row, its name or number from 1; a row of weight 2 counts like \
      two rows, one of weight 0 like none (default: all rows count the same).
      """, valueName: "column"))
  var weight: String?

  @Option(
    help: ArgumentHelp(
      """
      Of a table: the column with the group of each row, such as a patient, its name or number from 1; rows of one \
      group are never learned from and judged by at once.
      """, valueName: "column"))
  var group: String?

  @Option(
    help: ArgumentHelp(
      """
      Of a table: the column with the date or time of each row, its name or number from 1; rows are judged by models \
      of earlier rows only.
      """, valueName: "column"))
  var timeColumn: String?

  @Option(
    help: ArgumentHelp(
      """
      Of a table: a column of categories, such as numbers that stand for names, its name or number from 1; \
      may be given several times (default: the columns with texts that repeat).
      """, valueName: "column"))
  var category: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Of a table: a column of numbers, its name or number from 1; may be given several times (default: the \
      columns with numbers).
      """, valueName: "column"))
  var number: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Of a table: a column of texts whose words tell the class, its name or number from 1; may be given several \
      times (default: the columns whose texts hardly repeat and have several words).
      """, valueName: "column"))
  var text: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Of a table: a column of dates, its name or number from 1; may be given several times (default: the columns \
      whose cells are dates such as 2024-03-31 or 31/03/2024).
      """, valueName: "column"))
  var date: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of a table: comma, semicolon, tab or pipe (default: found by looking).", valueName: "name"))
  var separator: CSVFormat.Separator?

  @Option(
    help: ArgumentHelp(
      "Of a table: what stands before decimals, point or comma (default: found by looking).",
      valueName: "name"))
  var decimal: CSVFormat.DecimalMark?

  @Option(
    help: ArgumentHelp(
      """
      Of a table: one more text that stands for a missing cell, beside the empty one, \
      \(CSVFormat.defaultMissingMarks.joined(separator: ", ")); may be given several times; with '', those \
      given are the only ones (default: those of the model).
      """, valueName: "text"))
  var missing: [String] = []

  @Flag(
    name: .customLong("drop-unlabeled"),
    help: "Of a table: leave out the rows whose class is missing.")
  var dropsUnlabeled = false

  @Flag(
    inversion: .prefixedNo,
    help: "Of a table: whether its first line names the columns (default: found by looking).")
  var header: Bool?

  func validate() throws {
    guard group == nil || timeColumn == nil else {
      throw ValidationError(
        "--group and --time-column both say which rows are judged: leave one of them out")
    }
    try Self.validateDifferent(types)
    try Self.validateDifferent(roles)
  }

  private static func validateDifferent<Kind>(
    _ options: [(option: String, columns: [String], kind: Kind)]
  ) throws {
    for (index, (option, columns, _)) in options.enumerated() {
      for (other, others, _) in options[(index + 1)...] {
        guard let column = columns.first(where: others.contains) else { continue }
        throw ValidationError(
          "\(option) and \(other) both name \(column.debugDescription): leave one of them out")
      }
    }
  }

  /// The options as the library's format.
  var format: CSVFormat {
    CSVFormat(
      target: target.map { .column($0) }, hasHeader: header, separator: separator,
      decimalMark: decimal,
      missingMarks: missing.contains("") ? missing : CSVFormat.defaultMissingMarks + missing,
      ignoredColumns: ignore, weightColumn: weight, groupColumn: group, timeColumn: timeColumn,
      columnTypes: Dictionary(
        types.flatMap { _, columns, type in columns.map { ($0, type) } },
        uniquingKeysWith: { first, _ in first }), dropsUnlabeled: dropsUnlabeled)
  }

  // The options that say what columns hold.
  private var types: [(option: String, columns: [String], kind: Table.ColumnType)] {
    [
      ("--category", category, .category), ("--number", number, .number), ("--text", text, .text),
      ("--date", date, .date),
    ]
  }

  // The options for columns that are no features.
  private var roles: [(option: String, columns: [String], kind: TableSchema.Role)] {
    [
      ("--target", target.map { [$0] } ?? [], .classes), ("--ignore", ignore, .ignored),
      ("--weight", weight.map { [$0] } ?? [], .weights),
      ("--group", group.map { [$0] } ?? [], .groups),
      ("--time-column", timeColumn.map { [$0] } ?? [], .times),
    ]
  }

  /// The options as words of a command line, but those for weights, groups and times, which a model knows.
  var words: [String] {
    var words = target.map { Self.words("--target", $0) } ?? []
    words += ignore.flatMap { Self.words("--ignore", $0) }
    words += types.flatMap { option, columns, _ in columns.flatMap { Self.words(option, $0) } }
    if dropsUnlabeled { words.append("--drop-unlabeled") }
    return words + wordsOfForm
  }

  /// The options that name neither columns nor marks of missing cells, which a model knows.
  var wordsOfForm: [String] {
    var words = separator.map { Self.words("--separator", $0.rawValue) } ?? []
    words += decimal.map { Self.words("--decimal", $0.rawValue) } ?? []
    if let header { words.append(header ? "--header" : "--no-header") }
    return words
  }

  // A separate value that starts with a dash would be parsed as an option.
  private static func words(_ name: String, _ value: String) -> [String] {
    value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
  }
}

extension CSVFormat.Separator: ExpressibleByArgument {}
extension CSVFormat.DecimalMark: ExpressibleByArgument {}
