// SPDX-License-Identifier: Apache-2.0

/// The settings and the state of a callback, in a form that a checkpoint can store.
///
/// ```swift
/// CallbackState(settings: ["name": "my callback", "patience": 5], values: ["best": 0.25])
/// ```
public struct CallbackState: Hashable, Sendable {
  /// The settings, which must be equal when a training resumes from the checkpoint.
  public let settings: SettingsTree
  /// Values by name; they may be infinite.
  public var values: [String: Double]
  /// Networks by name, with the layers of the network that is trained.
  public var networks: [String: Sequential]

  /// Creates the state of a callback.
  public init(
    settings: SettingsTree, values: [String: Double] = [:],
    networks: [String: Sequential] = [:]
  ) {
    self.settings = settings
    self.values = values
    self.networks = networks
  }

  /// Returns a value as a count, clamped to 0...limit because it may come from a file; 0 if it is
  /// missing or NaN.
  func count(_ name: String, atMost limit: Int) -> Int {
    let value = values[name] ?? 0
    return value > 0 ? Int(min(value.rounded(.down), Double(min(limit, 1 << 53)))) : 0
  }
}
