// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The class weights as an argument, such as `balanced`, `cat=2,dog=0.5` or `"cat, large"=2`.
enum ClassWeights {
  /// Weights that give every class the same total weight.
  case balanced
  /// Weights of some classes by name; other classes have the weight 1.
  case named([(name: String, weight: Double)])

  /// Parses weights.
  ///
  /// A name may contain equals signs, because the last one separates the number. A name with a comma is
  /// enclosed in double quotes, and a double quote in it is doubled, as in a table.
  ///
  /// - Throws: a usage error that describes the problem.
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

  // Consumes a name and its equals sign at the start of the text.
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

  // Consumes a quoted name and its equals sign; returns nil if the text does not start with these.
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

  /// Returns the weights in the order of a data set's classes.
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
