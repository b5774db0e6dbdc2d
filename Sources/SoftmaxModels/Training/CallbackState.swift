// SPDX-License-Identifier: Apache-2.0

/// A callback's settings and what it knows from the epochs before, in a form that a checkpoint can keep.
///
/// ```swift
/// CallbackState(settings: ["name": "my callback", "patience": 5], values: ["best": 0.25])
/// ```
public struct CallbackState: Hashable, Sendable {
  /// What must be equal where a training goes on.
  public let settings: TrainingSettings
  /// Numbers by name; they may be infinite.
  public var values: [String: Double]
  /// Networks by name, of the form of the one that is trained.
  public var networks: [String: Sequential]

  /// Creates the state of a callback.
  public init(
    settings: TrainingSettings, values: [String: Double] = [:],
    networks: [String: Sequential] = [:]
  ) {
    self.settings = settings
    self.values = values
    self.networks = networks
  }

  /// A count by name, at least 0 and at most `limit`: it may come from a file.
  func count(_ name: String, atMost limit: Int) -> Int {
    let value = values[name] ?? 0
    return value > 0 ? Int(min(value.rounded(.down), Double(min(limit, 1 << 53)))) : 0
  }
}
