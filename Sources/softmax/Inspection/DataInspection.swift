// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of a data set or of one of its parts, with warnings about duplicates and missing classes.
struct DataInspection: Inspection {
  // The maximum number of features of a type that the text lists; JSON has all of them.
  private static let shownFeatureCount = 40

  private let name: String
  private let place: DatasetPlace
  private let parts: [DataPartInspection]
  private let featureShape: [Int]
  private let classNames: [String]
  // The columns of a table that are no features because they identify the rows.
  private let identifiers: [CSVIdentifier]
  // Why a table is shown without classes; nil for data with classes.
  private let classFault: SoftmaxError?
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
    classFault = nil
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

  /// Summarizes a table in which no column of classes was named, and none was found.
  init(
    _ reference: DatasetReference, rows: PredictionRows, because fault: SoftmaxError,
    directory: String?
  ) throws(SoftmaxError) {
    name = reference.description
    place = try DatasetPlace(of: reference.source, directory: directory)
    featureShape = rows.featureShape
    classNames = []
    identifiers = rows.identifiers
    classFault = fault
    parts = [DataPartInspection(reference.partName, rows.features)]
    sharedCount = nil
  }

  var lines: [String] {
    let classes = classFault == nil ? "\(classNames.count) classes" : "no column of classes named"
    var lines = [line("data", PrintableText.line(name))]
    if place.description != name {
      lines.append(line("found", PrintableText.line(place.description)))
    }
    lines.append(line("features", "\(NumberText.shape(featureShape)), \(classes)"))
    if !identifiers.isEmpty {
      let names = identifiers.map(\.description).joined(separator: ", ")
      lines.append(line("identifiers", PrintableText.line(names)))
    }
    if let samples = parts.first?.samples {
      lines += RoleInspection(samples).lines.map { line($0.title, $0.text) }
    }
    for part in parts {
      // Of columns with names each has its own range.
      let isNamed = part.rows.table?.columnNames != nil
      let range = isNamed ? "" : part.range.map { ", values \($0.description)" } ?? ""
      lines.append(line(part.name, "\(NumberText.grouped(part.rows.rowCount)) rows\(range)"))
    }
    lines += warnings.map { line("look at", $0) }
    return lines + classLines + featureLines
  }

  // Observations that are not errors but may affect results.
  private var warnings: [String] {
    var warnings: [String] = []
    if let classFault {
      warnings.append(
        PrintableText.line("no classes in the last column: \(classFault)"))
    }
    func rows(_ count: Int) -> String {
      "\(NumberText.grouped(count)) \(count == 1 ? "row" : "rows")"
    }
    for part in parts where !part.index.duplicates.isEmpty {
      let conflicts = part.conflictCount
      warnings.append(
        "\(rows(part.index.duplicates.count)) of \(part.name) the same as an earlier one"
          + (conflicts > 0 ? ", \(NumberText.grouped(conflicts)) of another class" : ""))
    }
    if let sharedCount, sharedCount > 0 {
      warnings.append("\(rows(sharedCount)) of test in train too")
    }
    for part in parts {
      let constant = part.features.filter(\.isConstant).map(\.title)
      guard !constant.isEmpty, part.rows.rowCount > 1 else { continue }
      warnings.append(
        "the same in all rows of \(part.name): \(PrintableText.list(constant, columns: 60))")
    }
    for part in parts where !part.missingClasses.isEmpty && part.rows.rowCount > 1 {
      let names = part.missingClasses.map { classNames[$0] }
      warnings.append("no rows in \(part.name) of \(PrintableText.list(names, columns: 60))")
    }
    return warnings
  }

  private var classLines: [String] {
    guard !classNames.isEmpty else { return [] }
    let rows = classNames.enumerated().map { index, name in
      [PrintableText.line(name)] + parts.flatMap { $0.cells(ofClass: index) }
    }
    let head = ["class"] + parts.flatMap { [$0.name, "share"] }
    return TextTable.lines([head] + rows, first: 15, others: 9)
  }

  private var featureLines: [String] {
    guard let part = parts.first, !part.features.isEmpty else { return [] }
    let name = parts.count > 1 ? " of \(part.name)" : ""
    let hasGaps = part.features.contains { $0.missingCount > 0 }
    var (numbers, categories) = ([[String]](), [[String]]())
    var (dates, texts) = ([[String]](), [[String]]())
    for feature in part.features {
      let title = feature.title
      let gaps = hasGaps ? [NumberText.grouped(feature.missingCount)] : []
      switch feature.content {
      case .numbers(let range, let mean, let different):
        numbers.append(
          [title]
            + [range.lowerBound, mean, range.upperBound].map(Self.text)
            + [different.map(NumberText.grouped) ?? "many"] + gaps)
      case .categories(let count, let mostFrequent, let rowCount):
        categories.append(
          [title, NumberText.grouped(count)] + gaps + [
            PrintableText.list([mostFrequent], columns: 30), NumberText.grouped(rowCount),
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
    return Self.section(
      ["numbers" + name, "least", "mean", "greatest", "different"] + gaps, numbers)
      + Self.section(
        ["categories" + name, "different"] + gaps + ["most frequent", "in rows"], categories)
      + Self.section(["dates" + name, "earliest", "latest"] + gaps, dates)
      + Self.section(
        ["texts" + name, "different"] + gaps + ["mean bytes", "greatest"], texts)
  }

  private static func text(_ number: Double) -> String {
    // Of seconds since 1970, say, six digits are too few.
    Int(exactly: number).map(String.init)
      ?? NumberText.significant(number, abs(number) < 100_000 ? 6 : 12)
  }

  // Returns the lines of the features of one type.
  private static func section(_ head: [String], _ features: [[String]]) -> [String] {
    guard !features.isEmpty else { return [] }
    let rest = features.count - shownFeatureCount
    return TextTable.lines([head] + features.prefix(shownFeatureCount), first: 15, others: 12)
      + (rest > 0 ? ["and \(NumberText.grouped(rest)) more; --json has all"] : [])
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string("data")),
      ("data", .string(name)),
      ("path", JSONValue(place.path)),
      ("shape", .array(featureShape.map { .integer($0) })),
      ("classes", classFault == nil ? .array(classNames.map { .string($0) }) : .null),
    ]
    if let classFault { members.append(("no_classes_because", .string("\(classFault)"))) }
    if !identifiers.isEmpty {
      let columns = identifiers.map { identifier in
        JSONValue.object([
          ("column", .integer(identifier.column + 1)), ("name", JSONValue(identifier.name)),
          ("reason", .string(identifier.reason.rawValue)),
        ])
      }
      members.append(("identifiers", .array(columns)))
    }
    if let samples = parts.first?.samples { members += RoleInspection(samples).members }
    for part in parts { members.append((part.name, part.json)) }
    if let sharedCount { members.append(("test_rows_in_train", .integer(sharedCount))) }
    return .object(members)
  }
}

extension DatasetReference {
  /// The name of the part that is shown; a table has no parts and is named as a training part, "train".
  fileprivate var partName: String { (part ?? .training).rawValue }
}
