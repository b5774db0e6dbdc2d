// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A layer without its parameters, as the metadata of a model file hold it: its type, its settings and
/// whether it is frozen.
struct ArtefactLayer {
  private let type: String
  private let name: String?
  private let frozen: Bool?
  private let settings: [String: LayerSetting.Value]

  /// Whether training leaves the layer's parameters unchanged.
  var isFrozen: Bool { frozen == true }

  /// Describes a layer.
  ///
  /// - Throws: `unsupported` for a custom layer, and for a layer that would differ when it is read back.
  init(_ state: Sequential.LayerState, index: Int) throws(SoftmaxError) {
    let configuration = state.configuration
    guard let kind = configuration.kind as? any StoredLayerKind else {
      throw SoftmaxError(
        .unsupported,
        "layer \(index) (\(configuration.typeName)) is one of your own, and a model file holds no code",
        remedy: "save the numbers of network.layers by yourself, and put them back with setValues")
    }
    type = kind.type
    name = configuration.name
    frozen = state.isFrozen ? true : nil
    var settings: [String: LayerSetting.Value] = [:]
    for setting in kind.settings { settings[setting.name] = setting.value }
    self.settings = settings
    // A round trip catches a setting that a layer does not write or does not read. Without this check
    // the saved model would silently differ from this one.
    guard (try? self.configuration(index: index)) == configuration else {
      throw SoftmaxError(
        .unsupported, "a file would not give layer \(index) back as it is, \(configuration)")
    }
  }

  /// Returns the configuration of the layer.
  ///
  /// - Throws: `unsupported` for an unknown type or setting; `invalidData` for a missing setting. The
  ///   values are validated later, by the network.
  func configuration(index: Int) throws(SoftmaxError) -> LayerConfiguration {
    let description = LayerDescription(type: type, settings: settings, layer: index)
    return LayerConfiguration(try LayerKinds.layer(description), name: name)
  }
}

extension ArtefactLayer: Codable {
  private struct Key: CodingKey {
    static let (type, name, frozen) = (Key("type"), Key("name"), Key("frozen"))

    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    /// Whether the key is the name of a setting.
    var isSetting: Bool { ![Key.type, .name, .frozen].contains { $0.stringValue == stringValue } }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    type = try container.decode(String.self, forKey: .type)
    name = try container.decodeIfPresent(String.self, forKey: .name)
    frozen = try container.decodeIfPresent(Bool.self, forKey: .frozen)
    var settings: [String: LayerSetting.Value] = [:]
    for key in container.allKeys where key.isSetting {
      guard try !container.decodeNil(forKey: key) else { continue }
      settings[key.stringValue] =
        if let value = try? container.decode(Int.self, forKey: key) {
          .integer(value)
        } else if let value = try? container.decode(Double.self, forKey: key) {
          .number(value)
        } else if let value = try? container.decode(Bool.self, forKey: key) {
          // No setting is Boolean. As a text the value is rejected with an error that names the setting.
          .text("\(value)")
        } else {
          .text(try container.decode(String.self, forKey: key))
        }
    }
    self.settings = settings
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type, forKey: .type)
    try container.encodeIfPresent(name, forKey: .name)
    try container.encodeIfPresent(frozen, forKey: .frozen)
    for (name, value) in settings {
      switch value {
      case .integer(let value): try container.encode(value, forKey: Key(name))
      case .number(let value): try container.encode(value, forKey: Key(name))
      case .text(let value): try container.encode(value, forKey: Key(name))
      }
    }
  }
}
