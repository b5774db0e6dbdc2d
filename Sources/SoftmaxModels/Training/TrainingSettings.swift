// SPDX-License-Identifier: Apache-2.0

/// Settings by name: numbers, texts, lists, and groups of settings.
///
/// A checkpoint keeps those of its training and of its callbacks. A training that goes on from it must
/// have equal ones; the error names the setting that differs. They are written as literals:
///
/// ```swift
/// let settings: TrainingSettings = [
///   "name": "my callback", "patience": 5, "thresholds": [0.1, 0.01],
/// ]
/// ```
public struct TrainingSettings: Hashable, Sendable {
  private enum Node: Hashable, Sendable {
    case number(Double)
    case text(String)
    case list([TrainingSettings])
    case group([String: TrainingSettings])
  }

  private let node: Node

  private init(_ node: Node) { self.node = node }

  /// A number.
  public init(_ number: Double) { self.init(.number(number)) }
  /// A text.
  public init(_ text: String) { self.init(.text(text)) }
  /// Settings in an order.
  public init(_ list: [TrainingSettings]) { self.init(.list(list)) }
  /// Settings by name.
  public init(_ group: [String: TrainingSettings]) { self.init(.group(group)) }
  /// Numbers by name, under the name of what they belong to.
  init(_ name: String, _ numbers: [String: Double]) {
    var group = numbers.mapValues { TrainingSettings($0) }
    group[TrainingSettings.nameKey] = TrainingSettings(name)
    self.init(group)
  }

  // What a group is called stands under this name.
  private static let nameKey = "name"
}

extension TrainingSettings {
  /// A setting of a group by its name; nil where there is none, or no group.
  subscript(name: String) -> TrainingSettings? {
    get { if case .group(let group) = node { group[name] } else { nil } }
    set {
      guard case .group(var group) = node else { return }
      group[name] = newValue
      self = TrainingSettings(group)
    }
  }

  /// The first setting in which two differ, and what it is in each; nil where they are equal.
  ///
  /// A group's name comes first, then its settings by name.
  func difference(
    from other: TrainingSettings
  ) -> (name: String, own: TrainingSettings?, other: TrainingSettings?)? {
    guard self != other else { return nil }
    guard case .group(let own) = node, case .group(let others) = other.node else {
      return ("", self, other)
    }
    let rank = { (name: String) in name == TrainingSettings.nameKey ? 0 : 1 }
    let names = Set(own.keys).union(others.keys).sorted {
      (rank($0), $0) < (rank($1), $1)
    }
    for name in names where own[name] != others[name] {
      guard let a = own[name], let b = others[name], let inner = a.difference(from: b) else {
        return (name, own[name], others[name])
      }
      return (inner.name.isEmpty ? name : name + " " + inner.name, inner.own, inner.other)
    }
    return nil
  }
}

extension TrainingSettings: CustomStringConvertible {
  /// The settings in a line: "adam, beta1 0.9, beta2 0.999".
  public var description: String {
    switch node {
    case .number(let number):
      return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): return text
    case .list(let list): return "[" + list.map(\.description).joined(separator: ", ") + "]"
    case .group(let group):
      let rest = group.filter { $0.key != TrainingSettings.nameKey }.sorted { $0.key < $1.key }
      let name = group[TrainingSettings.nameKey].map { [$0.description] } ?? []
      return (name + rest.map { "\($0.key) \($0.value)" }).joined(separator: ", ")
    }
  }
}

extension TrainingSettings: Codable {
  /// Reads a JSON number, string, array or object.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self.init(number)
    } else if let text = try? container.decode(String.self) {
      self.init(text)
    } else if let list = try? container.decode([TrainingSettings].self) {
      self.init(list)
    } else {
      self.init(try container.decode([String: TrainingSettings].self))
    }
  }

  /// Writes a JSON number, string, array or object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch node {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .group(let group): try container.encode(group)
    }
  }
}

extension TrainingSettings: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A number.
  public init(floatLiteral number: Double) { self.init(number) }
  /// A number.
  public init(integerLiteral number: Int) { self.init(Double(number)) }
  /// A text.
  public init(stringLiteral text: String) { self.init(text) }
  /// Settings in an order.
  public init(arrayLiteral list: TrainingSettings...) { self.init(list) }
  /// Settings by name; of two under one name the last.
  public init(dictionaryLiteral group: (String, TrainingSettings)...) {
    self.init([String: TrainingSettings](group, uniquingKeysWith: { $1 }))
  }
}
