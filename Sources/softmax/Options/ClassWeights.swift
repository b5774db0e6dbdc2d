// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How much each class counts, as in `balanced`, `cat=2,dog=0.5` or `"cat, large"=2`.
enum ClassWeights {
  /// Every class as much as every other.
  case balanced
  /// Some classes by name; the others count 1.
  case named([(name: String, weight: Double)])

  /// Reads weights.
  ///
  /// A name may hold an equals sign, since a number does not. One with a comma stands in double
  /// quotes, as in a table, where two of them are one of the name.
  ///
  /// - Throws: what is wrong with them, as a usage error.
  init(_ text: String) throws {
    if text == "balanced" {
      self = .balanced
      return
    }
    var named: [(name: String, weight: Double)] = []
    var rest = text[...]
    while true {
      let name = try Self.name(&rest)
      let end = rest.firstIndex(of: ",") ?? rest.endIndex
      guard let weight = Double(rest[..<end]) else {
        throw ValidationError(
          "the weight of \(name.debugDescription) must be a number, got '\(rest[..<end])'")
      }
      named.append((name, weight))
      guard end < rest.endIndex else { break }
      rest = rest[rest.index(after: end)...]
    }
    self = .named(named)
  }

  // Takes a name and its equals sign from the beginning.
  private static func name(_ rest: inout Substring) throws -> String {
    if let quoted = quotedName(&rest) { return quoted }
    let piece = rest.prefix { $0 != "," }
    guard let sign = piece.lastIndex(of: "="), sign > piece.startIndex else {
      throw ValidationError(
        "'\(piece)' is no name with a weight, such as cat=2; "
          + "a name with a comma stands in double quotes, as in '\"a, b\"=2'")
    }
    rest = rest[rest.index(after: sign)...]
    return String(piece[..<sign])
  }

  // Nil where the text does not begin with a quoted name and an equals sign.
  private static func quotedName(_ rest: inout Substring) -> String? {
    guard rest.first == "\"" else { return nil }
    var name = ""
    var left = rest.dropFirst()
    while let character = left.popFirst() {
      guard character == "\"" else {
        name.append(character)
        continue
      }
      switch left.popFirst() {
      case "\"": name.append("\"")
      case "=":
        rest = left
        return name
      default: return nil
      }
    }
    return nil
  }

  /// The weights in the order of a data set's classes.
  func weights(for dataset: LabeledDataset) throws(SoftmaxError) -> [Double] {
    switch self {
    case .balanced: return dataset.balancedClassWeights
    case .named(let named):
      var weights = [Double](repeating: 1, count: dataset.classCount)
      var seen: Set<String> = []
      for (name, weight) in named {
        guard let index = dataset.classNames.firstIndex(of: name) else {
          throw SoftmaxError(
            .invalidArgument,
            "--class-weights names \(name.debugDescription), the classes are "
              + "\(dataset.classNames.prefix(20))")
        }
        guard seen.insert(name).inserted else {
          throw SoftmaxError(
            .invalidArgument, "--class-weights names \(name.debugDescription) twice")
        }
        weights[index] = weight
      }
      return weights
    }
  }
}
