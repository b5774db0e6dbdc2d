// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of what the columns of a table hold that have a role beside features and classes: the weights, and the
/// groups or times of the rows.
struct RoleInspection {
  private let samples: LabeledDataset

  init(_ samples: LabeledDataset) { self.samples = samples }

  /// The lines for people, each with its title.
  var lines: [(title: String, text: String)] {
    var lines: [(title: String, text: String)] = []
    if let (least, greatest, sum) = weights {
      let numbers = [least, greatest, sum].map { NumberText.significant($0, 6) }
      lines.append(
        ("weights", "\(name(of: .weights))\(numbers[0]) to \(numbers[1]), \(numbers[2]) in all"))
    }
    switch samples.origins?.kind {
    case .groups(let groups):
      let sizes = Self.sizes(of: groups)
      lines.append(
        (
          "groups",
          "\(name(of: .groups))\(NumberText.grouped(sizes.count)), of \(NumberText.grouped(sizes.min() ?? 0)) to "
            + "\(NumberText.grouped(sizes.max() ?? 0)) rows"
        ))
    case .times(let times):
      let count = NumberText.grouped(Set(times).count)
      lines.append(
        (
          "times",
          "\(name(of: .times))\(text(times.min())) to \(text(times.max())), \(count) different"
        ))
    case nil: break
    }
    return lines
  }

  /// The same as members of JSON.
  var members: [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = []
    if let (least, greatest, sum) = weights {
      members.append(
        (
          "weights",
          .object(
            column(.weights) + [
              ("least", .number(least)), ("greatest", .number(greatest)), ("sum", .number(sum)),
            ])
        ))
    }
    switch samples.origins?.kind {
    case .groups(let groups):
      let sizes = Self.sizes(of: groups)
      members.append(
        (
          "groups",
          .object(
            column(.groups) + [
              ("count", .integer(sizes.count)), ("least_rows", .integer(sizes.min() ?? 0)),
              ("greatest_rows", .integer(sizes.max() ?? 0)),
            ])
        ))
    case .times(let times):
      members.append(
        (
          "times",
          .object(
            column(.times) + [
              ("earliest", .string(text(times.min()))), ("latest", .string(text(times.max()))),
              ("count", .integer(Set(times).count)),
            ])
        ))
    case nil: break
    }
    return members
  }

  private var weights: (least: Double, greatest: Double, sum: Double)? {
    guard let weights = samples.sampleWeights, let least = weights.min(),
      let greatest = weights.max()
    else { return nil }
    return (Double(least), Double(greatest), weights.reduce(0) { $0 + Double($1) })
  }

  private static func sizes(of groups: [Int]) -> [Int] {
    Array(groups.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }.values)
  }

  // A time as the table writes it: a date, or a number.
  private func text(_ time: Double?) -> String {
    guard let time else { return "" }
    let column: Table.Column =
      description(of: .times)?.type == .date
      ? .dates(secondsSince1970: [time]) : .numbers([time])
    return column.text(inRow: 0) ?? ""
  }

  private func description(of role: TableSchema.Role) -> TableSchema.Column? {
    samples.schema?.columns.first { $0.role == role }
  }

  private func name(of role: TableSchema.Role) -> String {
    description(of: role)?.name.map { PrintableText.line($0.debugDescription) + ": " } ?? ""
  }

  private func column(_ role: TableSchema.Role) -> [(key: String, value: JSONValue)] {
    [("column", JSONValue(description(of: role)?.name))]
  }
}
