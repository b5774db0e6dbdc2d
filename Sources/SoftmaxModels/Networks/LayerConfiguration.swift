// SPDX-License-Identifier: Apache-2.0

/// What a layer is, without parameters: its kind with the settings, and its name.
public struct LayerConfiguration: Sendable {
  package let kind: any LayerKind
  /// The name that the network's author gave the layer.
  package var name: String?

  init(_ kind: any LayerKind) {
    self.kind = kind
  }

  /// A layer of some name, as a file has it.
  package init(_ kind: any StoredLayerKind, name: String?) {
    self.kind = kind
    self.name = name
  }

  /// The name of the layer's type, as in Keras' summary.
  package var typeName: String { kind.typeName }
}

extension LayerConfiguration: Hashable {
  /// Whether kind, settings and name are the same.
  public static func == (a: LayerConfiguration, b: LayerConfiguration) -> Bool {
    a.name == b.name && AnyHashable(a.kind) == AnyHashable(b.kind)
  }

  /// Feeds kind, settings and name to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(AnyHashable(kind))
  }
}

extension LayerConfiguration: CustomStringConvertible {
  /// The layer's type and settings, such as `Dense(128, relu, glorot) "hidden"`.
  public var description: String {
    "\(typeName)(\(kind.settings.text))" + (name.map { " \($0.debugDescription)" } ?? "")
  }
}
