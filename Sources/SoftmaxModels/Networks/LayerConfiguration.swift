// SPDX-License-Identifier: Apache-2.0

/// The description of a layer without its parameters: its kind, settings and name.
public struct LayerConfiguration: Sendable {
  package let kind: any LayerKind
  /// The name given with `named(_:)`; nil if none was given.
  package var name: String?

  init(_ kind: any LayerKind) {
    self.kind = kind
  }

  /// Creates the configuration of a layer from a file.
  package init(_ kind: any StoredLayerKind, name: String?) {
    self.kind = kind
    self.name = name
  }

  /// The name of the layer's type, as in Keras' summary.
  package var typeName: String { kind.typeName }
}

extension LayerConfiguration: Hashable {
  /// Returns whether kind, settings and name are equal.
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
  /// The type and settings of the layer, such as `Dense(128, relu, glorot) "hidden"`.
  public var description: String {
    "\(typeName)(\(kind.settings.text))" + (name.map { " \($0.debugDescription)" } ?? "")
  }
}
