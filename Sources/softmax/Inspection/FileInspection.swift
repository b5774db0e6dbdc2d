// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The facts about a file that do not depend on its interpretation as samples, for `softmax inspect`.
struct FileInspection: Inspection {
  private let name: String
  private let path: String
  private let byteCount: Int?
  private let facts: [FileFact]

  /// Asks a format for the facts about a file; nil if it gives none.
  init?(of file: DataFile, format: any FileFormat) throws(SoftmaxError) {
    facts = try format.facts(file)
    guard !facts.isEmpty else { return nil }
    name = format.title
    path = file.path
    byteCount = FileProbe.byteCount(file.path)
  }

  var lines: [String] {
    let size = byteCount.map { ", \(NumberText.bytes($0))" } ?? ""
    return [line(name, PrintableText.line(path) + size)] + facts.flatMap(lines)
  }

  private func lines(of fact: FileFact) -> [String] {
    switch fact.value {
    case .shape(let shape): return [line(fact.name, NumberText.shape(shape))]
    case .range(let range):
      return range.map { [line(fact.name, "\($0.lowerBound) to \($0.upperBound)")] } ?? []
    case .arrays(let arrays):
      let names = arrays.map { PrintableText.line($0.name) }
      let width = max(14, names.map(PrintableText.width).max() ?? 0) + 1
      return zip(names, arrays).map { name, array in
        let shape = array.shape.isEmpty ? "a single one" : NumberText.shape(array.shape)
        return PrintableText.padded(name, to: width) + "\(shape), \(array.type)"
      }
    }
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string("data")),
      ("path", .string(path)),
      ("bytes", byteCount.map { .integer($0) } ?? .null),
    ]
    for fact in facts {
      switch fact.value {
      case .shape(let shape): members.append((fact.name, .array(shape.map { .integer($0) })))
      case .range(let range):
        members += [
          ("minimum", range.map { .integer($0.lowerBound) } ?? .null),
          ("maximum", range.map { .integer($0.upperBound) } ?? .null),
        ]
      case .arrays(let arrays):
        let objects = arrays.map { array in
          JSONValue.object([
            ("name", .string(array.name)), ("type", .string(array.type)),
            ("shape", .array(array.shape.map { .integer($0) })),
          ])
        }
        members.append((fact.name, .array(objects)))
      }
    }
    return .object(members)
  }
}
