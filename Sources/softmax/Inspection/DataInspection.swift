// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of a data set or of one of its parts, with warnings about duplicates and missing classes.
struct DataInspection: Inspection {
  // The maximum number of features that the text lists; JSON has all of them.
  private static let shownFeatureCount = 40

  private let name: String
  private let place: DatasetPlace
  private let parts: [DataPartInspection]
  private let featureShape: [Int]
  private let classNames: [String]
  // The columns of a table that are no features because they identify the rows.
  private let identifiers: [CSVIdentifier]
  // The number of test rows that also occur in the training part; nil unless both parts are shown.
  private let sharedCount: Int?

  init(
    _ reference: DatasetReference, loader: inout DatasetLoader, directory: String?
  ) throws(SoftmaxError) {
    let split = try loader.split(of: reference)
    name = reference.part == nil && reference.row == nil ? split.name : reference.description
    place = try DatasetPlace(of: reference.source, directory: directory)
    featureShape = split.training.featureShape
    classNames = split.training.classNames
    identifiers = split.identifiers
    if reference.part == nil, reference.row == nil {
      let training = DataPartInspection(reference.partName, split.training)
      parts =
        [training]
        + (split.test.map { [DataPartInspection("test", $0)] } ?? [])
      sharedCount = split.test.map { training.index.count(in: $0.features) }
    } else {
      let samples = try reference.part(of: split, default: .training)
      parts = [DataPartInspection(reference.partName, samples)]
      sharedCount = nil
    }
  }

  var lines: [String] {
    var lines = [
      line("data", PrintableText.line(name)), line("found", PrintableText.line(place.description)),
      line("rows of", "\(NumberText.shape(featureShape)), \(classNames.count) classes"),
    ]
    if !identifiers.isEmpty {
      let names = identifiers.map(\.description).joined(separator: ", ")
      lines.append(line("identifiers", PrintableText.line(names)))
    }
    if let first = parts.first {
      lines += RoleInspection(first.samples).lines.map { line($0.title, $0.text) }
    }
    for part in parts {
      let range = part.range.map { ", values \($0.description)" } ?? ""
      lines.append(line(part.name, "\(NumberText.grouped(part.samples.count)) rows\(range)"))
    }
    lines += warnings.map { line("look at", $0) }
    return lines + classLines + featureLines
  }

  // Observations that are not errors but may affect results.
  private var warnings: [String] {
    var warnings: [String] = []
    func rows(_ count: Int) -> String {
      "\(NumberText.grouped(count)) \(count == 1 ? "row" : "rows")"
    }
    for part in parts where !part.index.duplicates.isEmpty {
      let conflicts = part.conflictCount
      warnings.append(
        "\(rows(part.index.duplicates.count)) of \(part.name) like an earlier one"
          + (conflicts > 0 ? ", \(NumberText.grouped(conflicts)) of another class" : ""))
    }
    if let sharedCount, sharedCount > 0 {
      warnings.append("\(rows(sharedCount)) of test in train too")
    }
    for part in parts where !part.missingClasses.isEmpty && part.samples.count > 1 {
      let names = part.missingClasses.map { classNames[$0] }
      warnings.append("no rows in \(part.name) of \(PrintableText.list(names, columns: 60))")
    }
    return warnings
  }

  private var classLines: [String] {
    let rows = classNames.enumerated().map { index, name in
      ["\(index) \(PrintableText.line(name))"]
        + parts.map { NumberText.grouped($0.classCounts[index]) }
    }
    return TextTable.lines([["class"] + parts.map(\.name)] + rows, first: 15, others: 9)
  }

  private var featureLines: [String] {
    guard let part = parts.first, !part.features.isEmpty else { return [] }
    let shown = part.features.prefix(Self.shownFeatureCount)
    let name = parts.count > 1 ? " of \(part.name)" : ""
    let hasGaps = shown.contains { $0.missingCount > 0 }
    var (numbers, categories) = ([[String]](), [[String]]())
    var (dates, texts) = ([[String]](), [[String]]())
    for feature in shown {
      let title = PrintableText.line(feature.name)
      let gaps = hasGaps ? [NumberText.grouped(feature.missingCount)] : []
      switch feature.content {
      case .numbers(let range, let mean):
        // Rounded to 12 digits, because the further digits of the mean would suggest a false precision.
        let mean = Double(NumberText.significant(mean, 12)) ?? mean
        numbers.append(
          [title] + [range.lowerBound, mean, range.upperBound].map { JSONValue.number($0).text }
            + gaps)
      case .categories(let count, let mostFrequent, let rowCount):
        categories.append(
          [title, NumberText.grouped(count)] + gaps + [
            NumberText.grouped(rowCount), PrintableText.list([mostFrequent], columns: 40),
          ])
      case .dates(let earliest, let latest): dates.append([title, earliest, latest] + gaps)
      case .texts(let count, let mean, let greatest):
        texts.append(
          [title, NumberText.grouped(count)] + gaps + [
            NumberText.grouped(Int(mean.rounded())), NumberText.grouped(greatest),
          ])
      }
    }
    let gaps = hasGaps ? ["missing"] : []
    var lines: [String] = []
    if !numbers.isEmpty {
      let head = ["feature" + name, "least", "mean", "greatest"] + gaps
      lines += TextTable.lines([head] + numbers, first: 15, others: 12)
    }
    if !categories.isEmpty {
      let head = ["categories" + name, "different"] + gaps + ["rows of", "the most frequent"]
      lines += TextTable.lines([head] + categories, first: 15, others: 12)
    }
    if !dates.isEmpty {
      let head = ["dates" + name, "earliest", "latest"] + gaps
      lines += TextTable.lines([head] + dates, first: 15, others: 12)
    }
    if !texts.isEmpty {
      let head = ["texts" + name, "different"] + gaps + ["mean bytes", "greatest"]
      lines += TextTable.lines([head] + texts, first: 15, others: 12)
    }
    let rest = part.features.count - shown.count
    return rest == 0 ? lines : lines + ["and \(NumberText.grouped(rest)) more; --json has all"]
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string("data")),
      ("data", .string(name)),
      ("path", JSONValue(place.path)),
      ("shape", .array(featureShape.map { .integer($0) })),
      ("classes", .array(classNames.map { .string($0) })),
    ]
    if !identifiers.isEmpty {
      let columns = identifiers.map { identifier in
        JSONValue.object([
          ("column", .integer(identifier.column + 1)), ("name", JSONValue(identifier.name)),
          ("reason", .string(identifier.reason.rawValue)),
        ])
      }
      members.append(("identifiers", .array(columns)))
    }
    if let first = parts.first { members += RoleInspection(first.samples).members }
    for part in parts { members.append((part.name, part.json)) }
    if let sharedCount { members.append(("test_rows_in_train", .integer(sharedCount))) }
    return .object(members)
  }
}

extension DatasetReference {
  /// The name of the part that is shown; a table has no parts and is named as a training part, "train".
  fileprivate var partName: String { (part ?? .training).rawValue }
}
