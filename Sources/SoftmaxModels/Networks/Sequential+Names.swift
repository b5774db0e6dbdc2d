// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

private struct NamedLayer: Layer {
  let configuration: LayerConfiguration
}

extension Layer {
  /// Returns the layer with a name, by which it can be found in the network.
  ///
  /// ```swift
  /// Dense(128, activation: .relu).named("hidden")
  /// ```
  public func named(_ name: String) -> some Layer {
    var configuration = configuration
    configuration.name = name
    return NamedLayer(configuration: configuration)
  }
}

extension Sequential {
  /// Returns the layer of a name; nil if there is none.
  ///
  /// ```swift
  /// print(network["hidden"]?.parameterCount ?? 0)
  /// ```
  public subscript(name: String) -> LayerState? { layers.first { $0.name == name } }

  /// Returns the index of the layer of a name.
  ///
  /// - Throws: `notFound` with the names of all layers, if there is no such layer.
  public func index(ofLayer name: String) throws(SoftmaxError) -> Int {
    guard let index = layers.firstIndex(where: { $0.name == name }) else {
      throw SoftmaxError(
        .notFound,
        "the network has no layer \(name.debugDescription); it has \(layers.map(\.name))")
    }
    return index
  }

  /// Freezes a layer: later training does not change its parameters.
  ///
  /// - Throws: `notFound` if no layer has the name.
  public mutating func freeze(_ name: String) throws(SoftmaxError) {
    layers[try index(ofLayer: name)].isFrozen = true
  }

  /// Unfreezes a layer: later training changes its parameters again.
  ///
  /// - Throws: `notFound` if no layer has the name.
  public mutating func unfreeze(_ name: String) throws(SoftmaxError) {
    layers[try index(ofLayer: name)].isFrozen = false
  }

  /// Freezes some layers: later training does not change their parameters.
  ///
  /// ```swift
  /// network.freeze(layers: 0..<network.layers.count - 1)  // all but the last
  /// ```
  ///
  /// - Precondition: all indices are those of layers.
  public mutating func freeze(layers places: Range<Int>) {
    for place in places { layers[place].isFrozen = true }
  }

  /// Unfreezes some layers: later training changes their parameters again.
  ///
  /// - Precondition: all indices are those of layers.
  public mutating func unfreeze(layers places: Range<Int>) {
    for place in places { layers[place].isFrozen = false }
  }

  /// Returns the names of the layers: the given ones, or by default the types with numbers, as in Keras.
  static func names(of configurations: [LayerConfiguration]) throws(SoftmaxError) -> [String] {
    var taken: Set<String> = []
    for (index, configuration) in configurations.enumerated() {
      guard let name = configuration.name else { continue }
      guard !name.isEmpty else {
        throw SoftmaxError(.invalidArgument, "layer \(index): a name must not be empty")
      }
      guard taken.insert(name).inserted else {
        throw SoftmaxError(
          .invalidArgument, "layer \(index): another layer is named \(name.debugDescription) too")
      }
    }
    var numbers: [String: Int] = [:]
    var names: [String] = []
    for configuration in configurations {
      names.append(configuration.name ?? freeName(configuration, &numbers, besides: taken))
    }
    return names
  }

  // Returns the next of dense, dense_1, dense_2, ... that no layer has as its given name.
  private static func freeName(
    _ configuration: LayerConfiguration, _ numbers: inout [String: Int], besides taken: Set<String>
  ) -> String {
    let base = snakeCase(configuration.typeName)
    while true {
      let number = numbers[base, default: 0]
      numbers[base] = number + 1
      let name = number == 0 ? base : "\(base)_\(number)"
      if !taken.contains(name) { return name }
    }
  }

  // Converts to snake case as Keras does: ReLU becomes re_lu, BatchNormalization batch_normalization, GELU
  // gelu.
  private static func snakeCase(_ type: String) -> String {
    let letters = Array(type)
    var result = ""
    for (place, letter) in letters.enumerated() {
      if letter.isUppercase, place > 0 {
        let followsSmall = letters[place - 1].isLowercase
        let precedesSmall =
          place + 1 < letters.count && letters[place + 1].isLowercase
        if followsSmall || (precedesSmall && letters[place - 1].isUppercase) { result += "_" }
      }
      result += letter.lowercased()
    }
    return result
  }
}
