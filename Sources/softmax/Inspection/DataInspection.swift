// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What is in a data set, or in the part of it that was named.
struct DataInspection: Inspection {
  private struct Part {
    let name: String
    let samples: LabeledDataset
    let classCounts: [Int]
    let range: ValueRange?

    init(_ name: String, _ samples: LabeledDataset) {
      self.name = name
      self.samples = samples
      classCounts = samples.labels.reduce(into: Array(repeating: 0, count: samples.classCount)) {
        $0[$1] += 1
      }
      range = ValueRange(of: samples.features)
    }
  }

  private let name: String
  private let place: DatasetPlace
  private let parts: [Part]
  private let featureShape: [Int]
  private let classNames: [String]

  init(
    _ reference: DatasetReference, loader: inout DatasetLoader, directory: String?
  ) throws(SoftmaxError) {
    let split = try loader.split(of: reference)
    name = reference.part == nil && reference.row == nil ? split.name : reference.description
    place = try DatasetPlace(of: reference.source, directory: directory)
    featureShape = split.training.featureShape
    classNames = split.training.classNames
    if reference.part == nil, reference.row == nil {
      parts = [Part("train", split.training)] + (split.test.map { [Part("test", $0)] } ?? [])
    } else {
      let samples = try reference.part(of: split, default: .training)
      parts = [Part((reference.part ?? .training).rawValue, samples)]
    }
  }

  var lines: [String] {
    var lines = [
      line("data", PrintableText.line(name)), line("found", PrintableText.line(place.description)),
      line("rows of", "\(NumberText.shape(featureShape)), \(classNames.count) classes"),
    ]
    for part in parts {
      let range = part.range.map { ", values \($0.description)" } ?? ""
      lines.append(line(part.name, "\(NumberText.grouped(part.samples.count)) rows\(range)"))
    }
    let names = classNames.enumerated().map { "\($0.offset) \(PrintableText.line($0.element))" }
    let width = max(14, names.map(PrintableText.width).max() ?? 0) + 1
    lines.append(
      PrintableText.padded("class", to: width)
        + parts.map { PrintableText.rightAligned($0.name, to: 9) }.joined())
    for (index, name) in names.enumerated() {
      let counts = parts.map {
        PrintableText.rightAligned(NumberText.grouped($0.classCounts[index]), to: 9)
      }
      lines.append(PrintableText.padded(name, to: width) + counts.joined())
    }
    return lines
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string("data")),
      ("data", .string(name)),
      ("path", JSONValue(place.path)),
      ("shape", .array(featureShape.map { .integer($0) })),
      ("classes", .array(classNames.map { .string($0) })),
    ]
    for part in parts {
      members.append(
        (
          part.name,
          .object([
            ("rows", .integer(part.samples.count)),
            ("class_counts", .array(part.classCounts.map { .integer($0) })),
            ("minimum", part.range.map { .float($0.minimum) } ?? .null),
            ("maximum", part.range.map { .float($0.maximum) } ?? .null),
          ])
        ))
    }
    return .object(members)
  }
}
