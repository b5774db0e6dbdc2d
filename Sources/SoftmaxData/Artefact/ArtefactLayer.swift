// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A layer without its parameters, as a model file's metadata describe it.
struct ArtefactLayer: Codable, Equatable {
  var type: String
  var name: String?
  var frozen: Bool?
  // Of a dense layer.
  var units: Int?
  var activation: String?
  var activationSetting: Float?
  var initializer: String?
  var initializerSetting: Float?
  // Of an activation that needs a number.
  var setting: Float?
  // Of dropout and the normalizations.
  var rate: Double?
  var momentum: Double?
  var epsilon: Double?

  enum CodingKeys: String, CodingKey {
    case type, name, frozen, units, activation, initializer, setting, rate, momentum, epsilon
    case activationSetting = "activation_setting"
    case initializerSetting = "initializer_setting"
  }

  init(_ state: Sequential.LayerState, index: Int) throws(SoftmaxError) {
    guard let layer = ArtefactLayer(state.configuration) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(index) (\(state.configuration.typeName)) is one of your own, and a model file holds "
          + "no code",
        remedy: "save the numbers of network.layers by yourself, and put them back with setValues")
    }
    self = layer
    frozen = state.isFrozen ? true : nil
  }

  /// What a file says of a layer; nil for a layer of the user's own.
  private init?(_ configuration: LayerConfiguration) {
    switch configuration.kind {
    case .flatten:
      type = "flatten"
    case .activation(let activation):
      type = activation.name
      setting = activation.setting
    case .dense(let units, let activation, let initializer):
      type = "dense"
      self.units = units
      self.activation = activation?.name
      activationSetting = activation?.setting
      self.initializer = initializer.name
      initializerSetting = initializer.setting
    case .dropout(let rate):
      type = "dropout"
      self.rate = rate
    case .batchNormalization(let momentum, let epsilon):
      type = "batch-normalization"
      (self.momentum, self.epsilon) = (momentum, epsilon)
    case .layerNormalization(let epsilon):
      type = "layer-normalization"
      self.epsilon = epsilon
    case .custom:
      return nil
    }
    name = configuration.name
  }

  /// The layer that a file asks for.
  ///
  /// - Throws: `unsupported` for what is unknown here; `invalidData` for what is missing or too much.
  ///   Whether the numbers make sense is the network's to say.
  func configuration(index: Int) throws(SoftmaxError) -> LayerConfiguration {
    var configuration = LayerConfiguration(try kind(index: index))
    configuration.name = name
    // A setting that the layer does not take would silently do nothing.
    guard var known = ArtefactLayer(configuration) else {
      throw SoftmaxError(.unsupported, "layer \(index) is one of somebody's own")
    }
    known.frozen = frozen
    if initializer == nil { known.initializer = nil }
    guard known == self else {
      throw SoftmaxError(
        .invalidData,
        "layer \(index) is a \(type.debugDescription) with settings that it does not take"
      )
    }
    return configuration
  }

  private func kind(index: Int) throws(SoftmaxError) -> LayerConfiguration.Kind {
    func need<Value>(_ value: Value?, _ what: String) throws(SoftmaxError) -> Value {
      guard let value else {
        throw SoftmaxError(
          .invalidData, "layer \(index) is a \(type.debugDescription), but does not say its \(what)"
        )
      }
      return value
    }
    switch type {
    case "flatten": return .flatten
    case "dropout": return .dropout(rate: try need(rate, "rate"))
    case "batch-normalization":
      return .batchNormalization(
        momentum: try need(momentum, "momentum"), epsilon: try need(epsilon, "epsilon"))
    case "layer-normalization":
      return .layerNormalization(epsilon: try need(epsilon, "epsilon"))
    case "dense":
      return .dense(
        units: try need(units, "units"),
        activation: try activation.map { name throws(SoftmaxError) in
          try ArtefactLayer.activation(name, setting: activationSetting, layer: index)
        },
        initializer: try ArtefactLayer.initializer(
          initializer ?? Initializer.zeros.name, setting: initializerSetting, layer: index))
    default:
      guard Activation(named: type) != nil else {
        throw SoftmaxError(
          .unsupported, "layer \(index) is a \(type.debugDescription), which is unknown here",
          remedy: "use the release of softmax that wrote the file, or a newer one")
      }
      return .activation(try ArtefactLayer.activation(type, setting: setting, layer: index))
    }
  }

  private static func activation(
    _ name: String, setting: Float?, layer index: Int
  ) throws(SoftmaxError) -> Activation {
    guard let activation = Activation(named: name) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(index) has the activation \(name.debugDescription), which is unknown here")
    }
    guard let setting else { return activation }
    return activation.with(setting: setting) ?? activation
  }

  private static func initializer(
    _ name: String, setting: Float?, layer index: Int
  ) throws(SoftmaxError) -> Initializer {
    guard let initializer = Initializer(named: name) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(index) has the initializer \(name.debugDescription), which is unknown here")
    }
    guard let setting else { return initializer }
    return initializer.with(setting: setting) ?? initializer
  }
}
