// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// A loss, optimizer rule or schedule as an argument, such as `huber:delta=0.5` or
/// `step:every=5,factor=0.5`.
///
/// The names and settings come from the library's lists of kinds. Values are parsed but not validated here.
struct KindOption {
  /// The text of the argument.
  let text: String
  /// The kind that the text names.
  let kind: any Configurable.Type
  /// The settings that the text contains.
  let values: SettingValues

  /// Parses a kind and its settings.
  ///
  /// - Parameter noun: the word for the kind in errors, such as "schedule".
  /// - Throws: a usage error that describes the problem.
  init(_ text: String, of kinds: [any Configurable.Type], noun: String) throws {
    self.text = text
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = kinds.first(where: { $0.spelling == pieces[0] }) else {
      throw ValidationError("'\(pieces[0])' is no \(noun); use \(Self.names(kinds))")
    }
    self.kind = kind
    var values = SettingValues()
    if pieces.count == 2 {
      for piece in pieces[1].split(separator: ",", omittingEmptySubsequences: false) {
        let (setting, value) = try Self.setting(String(piece), of: kind)
        guard !values.has(setting) else {
          throw ValidationError("\(setting.spelling) is given twice")
        }
        values[setting] = try Self.value(value, of: setting)
      }
    }
    self.values = values
  }

  /// Returns the names of kinds as text, such as `constant, step or cosine`.
  static func names(_ kinds: [any Configurable.Type], _ word: String = "or") -> String {
    let names = kinds.map { $0.spelling }
    return names.count < 2
      ? names.joined()
      : names.dropLast().joined(separator: ", ") + " \(word) \(names[names.count - 1])"
  }

  private static func setting(
    _ piece: String, of kind: any Configurable.Type
  ) throws -> (Setting, String) {
    let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if sides.count == 1, let setting = kind.settings.first(where: \.isNameOptional) {
      return (setting, piece)
    }
    guard sides.count == 2 else {
      throw ValidationError("'\(piece)' is no setting; \(usage(of: kind))")
    }
    guard let setting = kind.settings.first(where: { $0.spelling == sides[0] }) else {
      let known = kind.settings.map(\.spelling).joined(separator: ", ")
      throw ValidationError(
        "\(kind.spelling) has no '\(sides[0])'; it has \(known.isEmpty ? "no settings" : known)")
    }
    return (setting, String(sides[1]))
  }

  private static func usage(of kind: any Configurable.Type) -> String {
    guard let setting = kind.settings.first else { return "\(kind.spelling) stands alone" }
    let value =
      switch setting.usual {
      case .number(let number): "\(number)"
      case .flag: "true"
      case .span(let span): "\(span.count)\(span.unit)"
      }
    return "write it as in \(kind.spelling):\(setting.spelling)=\(value)"
  }

  private static func value(_ text: String, of setting: Setting) throws -> Setting.Value {
    switch setting.usual {
    case .number:
      guard let number = Double(text) else {
        throw ValidationError("\(setting.spelling) must be a number, got '\(text)'")
      }
      return .number(number)
    case .flag:
      guard let isOn = Bool(text) else {
        throw ValidationError("\(setting.spelling) must be true or false, got '\(text)'")
      }
      return .flag(isOn)
    case .span(let usual):
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      let unit = text.dropFirst(digits.count)
      guard let count = Int(digits), ["", "epochs", "steps"].contains(unit) else {
        throw ValidationError(
          "\(setting.spelling) must be a whole number of epochs or steps such as 5epochs or "
            + "500steps, got '\(text)'")
      }
      let isEpochs = unit.isEmpty ? usual.isEpochs : unit == "epochs"
      return .span(isEpochs ? .epochs(count) : .steps(count))
    }
  }
}
