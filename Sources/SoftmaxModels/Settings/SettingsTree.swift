// SPDX-License-Identifier: Apache-2.0

/// A tree of settings: numbers, texts, lists, and groups of settings by name.
///
/// A checkpoint stores the settings of its training and of its callbacks. A training that resumes from
/// it must have equal settings; otherwise the error names the first one that differs. Settings are
/// written as literals:
///
/// ```swift
/// let settings: SettingsTree = [
///   "name": "my callback", "patience": 5, "thresholds": [0.1, 0.01],
/// ]
/// ```
public struct SettingsTree: Hashable, Sendable {
  private enum Node: Hashable, Sendable {
    case number(Double)
    case text(String)
    case list([SettingsTree])
    case group([String: SettingsTree])
  }

  private let node: Node

  private init(_ node: Node) { self.node = node }

  /// Creates a number.
  public init(_ number: Double) { self.init(.number(number)) }
  /// Creates a text.
  public init(_ text: String) { self.init(.text(text)) }
  /// Creates an ordered list of settings.
  public init(_ list: [SettingsTree]) { self.init(.list(list)) }
  /// Creates a group of settings by name.
  public init(_ group: [String: SettingsTree]) { self.init(.group(group)) }
  /// Creates a group of numbers by name; the group itself has a name too.
  init(_ name: String, _ numbers: [String: Double]) {
    var group = numbers.mapValues { SettingsTree($0) }
    group[SettingsTree.nameKey] = SettingsTree(name)
    self.init(group)
  }

  // The key under which a group stores its own name.
  private static let nameKey = "name"
}

extension SettingsTree {
  /// The setting of a group with a name; nil if there is none, or if this is no group.
  subscript(name: String) -> SettingsTree? {
    get { if case .group(let group) = node { group[name] } else { nil } }
    set {
      guard case .group(var group) = node else { return }
      group[name] = newValue
      self = SettingsTree(group)
    }
  }

  /// Returns the first setting that differs, with both of its values; nil if the settings are equal.
  ///
  /// The name of a group is compared first, then its settings in alphabetical order. A value is nil if
  /// the setting is missing.
  func difference(
    from other: SettingsTree
  ) -> (name: String, own: SettingsTree?, other: SettingsTree?)? {
    guard self != other else { return nil }
    guard case .group(let own) = node, case .group(let others) = other.node else {
      return ("", self, other)
    }
    let rank = { (name: String) in name == SettingsTree.nameKey ? 0 : 1 }
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

extension SettingsTree: CustomStringConvertible {
  /// The settings in one line, such as "adam, beta1 0.9, beta2 0.999".
  public var description: String {
    switch node {
    case .number(let number):
      return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): return text
    case .list(let list): return "[" + list.map(\.description).joined(separator: ", ") + "]"
    case .group(let group):
      let rest = group.filter { $0.key != SettingsTree.nameKey }.sorted { $0.key < $1.key }
      let name = group[SettingsTree.nameKey].map { [$0.description] } ?? []
      return (name + rest.map { "\($0.key) \($0.value)" }).joined(separator: ", ")
    }
  }
}

extension SettingsTree: Codable {
  /// Decodes a number, string, array or object.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self.init(number)
    } else if let text = try? container.decode(String.self) {
      self.init(text)
    } else if let list = try? container.decode([SettingsTree].self) {
      self.init(list)
    } else {
      self.init(try container.decode([String: SettingsTree].self))
    }
  }

  /// Encodes a number, string, array or object.
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

extension SettingsTree: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates a number.
  public init(floatLiteral number: Double) { self.init(number) }
  /// Creates a number.
  public init(integerLiteral number: Int) { self.init(Double(number)) }
  /// Creates a text.
  public init(stringLiteral text: String) { self.init(text) }
  /// Creates an ordered list of settings.
  public init(arrayLiteral list: SettingsTree...) { self.init(list) }
  /// Creates a group of settings by name; if a name occurs twice, the last setting is used.
  public init(dictionaryLiteral group: (String, SettingsTree)...) {
    self.init([String: SettingsTree](group, uniquingKeysWith: { $1 }))
  }
}
