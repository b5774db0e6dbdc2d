// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SoftmaxCore
public import SoftmaxModels

// A checkpoint is a model file with additional content:
// - Tensors `optimizer.<slot>.layers...` hold the state of the optimizer or solver, and tensors
//   `callbacks.<callback>.<name>.layers...` the networks that callbacks keep, both in the shapes of the
//   layers' tensors.
// - The metadata `checkpoint` holds everything else as JSON.
// - The metadata `checkpoint_checksum` is the checksum of all the rest of the file, in hexadecimal. A resumed
//   training would carry a damaged bit into every further step.
extension Checkpoint {
  static let metadataKey = "checkpoint"
  static let checksumKey = "checkpoint_checksum"
  private static let formatVersion = 2

  // The fields of a checkpoint that are stored as JSON: all but the networks and the optimizer's state.
  private struct Record: Codable {
    struct Callback: Codable {
      var settings: SettingsTree
      var values: [String: Double]
      var networks: [String]
    }

    var version: Int
    var position: Position
    var history: TrainingHistory
    var callbacks: [Callback]
    var settings: SettingsTree
    var stepCount: Int
    var learningRateFactor: Double
    var optimizerStateCount: Int
    // The weight of the gradients accumulated so far; nil between two updates of the optimizer.
    var accumulatedWeight: AccumulatedWeight?
    // The single values that a solver keeps; nil for an optimizer.
    var solverValues: [String: Double]?
  }

  // The field that every format version has; decoded first.
  private struct Format: Decodable {
    var version: Int
  }

  /// Reads a checkpoint and validates all of it.
  ///
  /// ```swift
  /// let checkpoint = try Checkpoint.load("fashion.safetensors")
  /// ```
  ///
  /// - Throws: `notFound` or `ioFailure`; `invalidData`, `shapeMismatch` or `nonFiniteValue` if the file
  ///   has changed since it was written, or its tensors or metadata are inconsistent; `unsupported` for
  ///   another format version.
  public static func load(_ path: String) throws(SoftmaxError) -> Checkpoint {
    let file = try SafetensorsFile.read(path)
    do throws(SoftmaxError) {
      return try Checkpoint(file)
    } catch {
      // The errors thrown below name tensors and keys but not the file. The path is added here.
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy, at: .file(path: path, offset: nil),
        cause: error.cause)
    }
  }

  /// Writes the checkpoint to a file, which appears complete or not at all.
  ///
  /// The file is also a model file: `Classifier.load(_:)` reads the network of this moment from it.
  ///
  /// - Throws: `ioFailure` or `notFound`; `nonFiniteValue` if a value of the optimizer's state is
  ///   infinite or NaN.
  public func save(to path: String) throws(SoftmaxError) {
    try artefact().write(to: path)
  }

  /// Returns the content of the checkpoint file.
  func artefact() throws(SoftmaxError) -> SafetensorsFile {
    let model = try classifier.artefact()
    var tensors = model.tensors
    for (slot, layers) in state.optimizerState.enumerated() {
      for layer in layers {
        tensors += Self.tensors(of: layer, prefix: "optimizer.\(slot).")
      }
    }
    for (index, callback) in callbacks.enumerated() {
      for (name, network) in callback.networks.sorted(by: { $0.key < $1.key }) {
        let kept = try Classifier(network: network, classNames: classNames).artefact().tensors
        tensors += kept.map { $0.named("callbacks.\(index).\(name).\($0.name)") }
      }
    }
    var metadata = model.metadata
    metadata[Self.metadataKey] = try ArtefactJSON.encode(
      Record(
        version: Self.formatVersion, position: position, history: history,
        callbacks: callbacks.map {
          Record.Callback(
            settings: $0.settings, values: $0.values, networks: $0.networks.keys.sorted())
        }, settings: settings, stepCount: state.stepCount,
        learningRateFactor: state.learningRateFactor,
        optimizerStateCount: state.optimizerState.count,
        accumulatedWeight: state.accumulatedWeight,
        solverValues: state.solverValues.isEmpty ? nil : state.solverValues))
    metadata[Self.checksumKey] = Self.checksum(of: tensors, metadata)
    return try SafetensorsFile(tensors: tensors, metadata: metadata)
  }

  /// Returns the checksum of the names, shapes and values of the tensors, and of all metadata but the
  /// checksum itself.
  static func checksum(
    of tensors: [SafetensorsFile.Tensor], _ metadata: [String: String]
  ) -> String {
    var parts: [UInt64] = []
    func add(_ text: String) {
      unsafe Array(text.utf8).withUnsafeBytes {
        unsafe parts.append(PayloadChecksum.checksum(of: $0))
      }
    }
    for tensor in tensors {
      add("\(tensor.name) \(tensor.shape)")
      unsafe tensor.withUnsafeBytes {
        unsafe parts.append(PayloadChecksum.checksum(of: $0))
      }
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != checksumKey {
      add(key)
      add(value)
    }
    let sum = String(PayloadChecksum.combination(of: parts), radix: 16)
    return String(repeating: "0", count: 16 - sum.count) + sum
  }

  /// Creates the checkpoint from the content of a file.
  init(_ file: SafetensorsFile) throws(SoftmaxError) {
    guard file.metadata[Self.metadataKey] != nil else {
      throw SoftmaxError(
        .invalidData, "is no checkpoint: its metadata lack \"\(Self.metadataKey)\"",
        remedy: "name a file that training wrote as a checkpoint; a model has no optimizer state")
    }
    let format: Format = try ArtefactJSON.decode(Self.metadataKey, of: file)
    guard format.version == Self.formatVersion else {
      throw SoftmaxError(
        .unsupported,
        "is a checkpoint of version \(format.version), expected \(Self.formatVersion)",
        remedy: "go on with the release of softmax that wrote it, or begin anew without it")
    }
    let checksum = Self.checksum(of: file.tensors, file.metadata)
    guard file.metadata[Self.checksumKey] == checksum else {
      throw SoftmaxError(
        .invalidData,
        "has changed since it was written: its checksum is \(checksum), it says "
          + (file.metadata[Self.checksumKey]?.debugDescription ?? "none"),
        remedy: "take a copy of the file, or go on from an earlier checkpoint")
    }
    let record: Record = try ArtefactJSON.decode(Self.metadataKey, of: file)
    // Each network listed in the metadata is read. The names must therefore be distinct, and there must
    // be at least one tensor per network; this bounds the work on a hostile file.
    // A solver's state has two vectors beside the 16 of L-BFGS.
    guard (0...18).contains(record.optimizerStateCount), record.callbacks.count <= 256,
      record.callbacks.allSatisfy({ $0.networks.count == Set($0.networks).count }),
      record.callbacks.reduce(0, { $0 + $1.networks.count }) <= file.tensors.count
    else {
      throw SoftmaxError(
        .invalidData,
        "its checkpoint makes no sense: \(record.optimizerStateCount) values of the optimizer for "
          + "each parameter, \(record.callbacks.count) callbacks, of which some name "
          + "\(record.callbacks.map(\.networks.count).max() ?? 0) networks")
    }
    let classifier = try Classifier(file)
    let network = classifier.network
    var used = try classifier.artefact().tensors.count
    var optimizerState: [[LayerTensors]] = []
    for slot in 0..<record.optimizerStateCount {
      var layers: [LayerTensors] = []
      for (index, layer) in network.layers.enumerated() {
        let tensors = try Self.tensors(
          of: layer, in: file, prefix: "optimizer.\(slot).layers.\(index).")
        guard !tensors.isEmpty else { continue }
        layers.append(LayerTensors(layer: index, tensors: tensors))
        used += tensors.count
      }
      optimizerState.append(layers)
    }
    var callbacks: [CallbackState] = []
    for (index, callback) in record.callbacks.enumerated() {
      var networks: [String: Sequential] = [:]
      for name in callback.networks {
        let kept = try Self.network(in: file, prefix: "callbacks.\(index).\(name).")
        networks[name] = kept.network
        used += kept.tensorCount
      }
      callbacks.append(
        CallbackState(
          settings: callback.settings, values: callback.values, networks: networks))
    }
    guard used == file.tensors.count else {
      throw SoftmaxError(
        .invalidData, "holds \(file.tensors.count) tensors, of which its checkpoint uses \(used)")
    }
    self.init(
      state: Trainer.State(
        network: network, optimizerState: optimizerState, stepCount: record.stepCount,
        learningRateFactor: record.learningRateFactor,
        accumulatedWeight: record.accumulatedWeight, solverValues: record.solverValues ?? [:]),
      position: record.position, history: record.history, callbacks: callbacks,
      settings: record.settings, classNames: classifier.classNames,
      pipeline: classifier.pipeline, outputFunction: classifier.outputFunction)
    try validate()
  }

  private static func tensors(
    of layer: LayerTensors, prefix: String
  ) -> [SafetensorsFile.Tensor] {
    layer.tensors.map {
      .init(
        name: "\(prefix)layers.\(layer.layer).\($0.name)", shape: $0.shape, values: $0.values)
    }
  }

  // Returns the tensors that the file holds for a layer. The optimizer has no state for frozen tensors,
  // so these may be missing.
  private static func tensors(
    of layer: Sequential.LayerState, in file: SafetensorsFile, prefix: String
  ) throws(SoftmaxError) -> [LayerTensor] {
    var result: [LayerTensor] = []
    for tensor in layer.tensors where file[prefix + tensor.name] != nil {
      let values = try ArtefactArchitecture.tensor(
        prefix + tensor.name, of: file, shape: tensor.shape)
      result.append(LayerTensor(name: tensor.name, shape: tensor.shape, values: values))
    }
    return result
  }

  // Reads a network of the file's architecture from the tensors whose names start with a prefix.
  private static func network(
    in file: SafetensorsFile, prefix: String
  ) throws(SoftmaxError) -> (network: Sequential, tensorCount: Int) {
    let tensors = file.tensors.filter { $0.name.hasPrefix(prefix) }.map {
      $0.named(String($0.name.dropFirst(prefix.count)))
    }
    var metadata = file.metadata
    metadata[metadataKey] = nil
    metadata[ArtefactPipeline.key] = "[]"
    let classifier = try Classifier(SafetensorsFile(tensors: tensors, metadata: metadata))
    return (classifier.network, tensors.count)
  }
}

extension SafetensorsFile {
  /// Returns the file without the tensors of the optimizer and the callbacks.
  func withoutTrainingState() throws(SoftmaxError) -> SafetensorsFile {
    guard metadata[Checkpoint.metadataKey] != nil else { return self }
    return try SafetensorsFile(
      tensors: tensors.filter {
        !$0.name.hasPrefix("optimizer.") && !$0.name.hasPrefix("callbacks.")
      }, metadata: metadata)
  }
}
