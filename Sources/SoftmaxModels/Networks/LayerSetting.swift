// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A named setting of a layer.
///
/// Model files, descriptions and `softmax inspect` all use the same list of settings, so they show the same
/// ones.
package struct LayerSetting: Hashable, Sendable {
  /// A value that JSON can hold.
  package enum Value: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    case text(String)
  }

  /// The form in which a description shows a setting.
  enum Style: Hashable, Sendable {
    /// The value alone: `128`.
    case value
    /// The name and the value: `momentum 0.99`.
    case named
    /// The value, appended to that of the previous setting: `leaky-relu 0.3`.
    case suffix
  }

  /// The name in model files.
  package let name: String
  /// The value; nil if the layer has none, such as the activation of a dense layer without activation.
  package let value: Value?
  let style: Style

  init(_ name: String, _ value: Value?, _ style: Style) {
    self.name = name
    self.value = value
    self.style = style
  }
}

extension LayerSetting.Value {
  /// Returns the number with the shortest decimal digits that identify the float, so a file holds 0.3 and not
  /// the exact value of Float(0.3).
  static func number(_ value: Float) -> LayerSetting.Value {
    .number(Double("\(value)") ?? Double(value))
  }
}

extension LayerSetting.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    }
  }
}

extension [LayerSetting] {
  /// The settings in the form of a description, such as `128, leaky-relu 0.3, glorot`.
  var text: String {
    var texts: [String] = []
    for setting in self {
      let value = setting.value.map { "\($0)" } ?? "no \(setting.name)"
      switch setting.style {
      case .value: texts.append(value)
      case .named: texts.append("\(setting.name) \(value)")
      case .suffix: texts.append((texts.popLast() ?? setting.name) + " \(value)")
      }
    }
    return texts.joined(separator: ", ")
  }
}

/// The description of a layer in a file: the name of its type and its settings.
package struct LayerDescription: Sendable {
  /// The name of the type, such as "batch-normalization".
  package let type: String
  /// The settings by name.
  package let settings: [String: LayerSetting.Value]
  /// The index of the layer, for error messages.
  package let layer: Int

  /// Creates a description.
  package init(type: String, settings: [String: LayerSetting.Value], layer: Int) {
    self.type = type
    self.settings = settings
    self.layer = layer
  }

  /// Returns whether the file has a setting of the name.
  func has(_ name: String) -> Bool { settings[name] != nil }

  func integer(_ name: String) throws(SoftmaxError) -> Int {
    guard case .integer(let value) = try value(name) else { throw mismatch(name, "an integer") }
    return value
  }

  func number(_ name: String) throws(SoftmaxError) -> Double {
    switch try value(name) {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .text: throw mismatch(name, "a number")
    }
  }

  func float(_ name: String) throws(SoftmaxError) -> Float { Float(try number(name)) }

  func text(_ name: String) throws(SoftmaxError) -> String {
    guard case .text(let value) = try value(name) else { throw mismatch(name, "text") }
    return value
  }

  private func value(_ name: String) throws(SoftmaxError) -> LayerSetting.Value {
    guard let value = settings[name] else {
      throw SoftmaxError(
        .invalidData, "layer \(layer) is a \(type.debugDescription), but does not say its \(name)")
    }
    return value
  }

  private func mismatch(_ name: String, _ wanted: String) -> SoftmaxError {
    SoftmaxError(
      .invalidData,
      "layer \(layer) is a \(type.debugDescription) whose \(name) is not \(wanted)")
  }
}
