// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SoftmaxCore
public import SoftmaxModels

// A model file is a safetensors file. Its tensors are `layers.<index>.weight` of the shape
// [outputs, inputs] and `layers.<index>.bias`, and what else a layer has; `pipeline.<index>.<name>` are what
// the steps before the network have learnt; its metadata, in JSON, say the rest.
extension Classifier {
  /// The release of this library, as model files name it.
  public static let libraryVersion = "0.1.0"

  private static let format = "swift-softmax"
  private static let formatVersion = "2"

  /// Reads a classifier from a model file, and trusts nothing in it.
  ///
  /// ```swift
  /// let classifier = try Classifier.load("fashion-mnist.safetensors")
  /// ```
  ///
  /// - Throws: `notFound`, `ioFailure`; `invalidData`, `shapeMismatch` or `nonFiniteValue` for a
  ///   file whose tensors or metadata do not fit; `unsupported` for a newer version's.
  public static func load(_ path: String) throws(SoftmaxError) -> Classifier {
    let file = try SafetensorsFile.read(path)
    do {
      return try Classifier(file)
    } catch {
      // The parts below know tensors and keys; which file they are of is known here.
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy, at: .file(path: path, offset: nil),
        cause: error.cause)
    }
  }

  /// Writes the classifier to a model file, which appears complete or not at all.
  ///
  /// The same classifier gives the same bytes. Readable by whatever reads
  /// safetensors: `safetensors.numpy.load_file(path)["layers.1.weight"]`.
  ///
  /// - Throws: `ioFailure` or `notFound`; `unsupported` for a network with a `RowLayer` of your own,
  ///   whose code no file can hold.
  public func save(to path: String) throws(SoftmaxError) {
    try artefact().write(to: path)
  }

  /// The SHA-256 of the parameters as the model file holds them, in hexadecimal.
  public var weightsSHA256: String {
    var hash = SHA256()
    for layer in network.layers {
      for tensor in layer.tensors { hash.update(tensor.values) }
    }
    return hash.hexDigest()
  }

  /// Throws what saving would, but for the disk: before minutes are spent on a training.
  package func validateSaving() throws(SoftmaxError) {
    _ = try artefact()
  }

  /// The model file's content.
  func artefact() throws(SoftmaxError) -> SafetensorsFile {
    var tensors: [SafetensorsFile.Tensor] = []
    for (index, layer) in network.layers.enumerated() {
      for tensor in layer.tensors {
        tensors.append(
          .init(
            name: "layers.\(index).\(tensor.name)", shape: tensor.shape, values: tensor.values))
      }
    }
    var metadata = [
      "format": Classifier.format,
      "format_version": Classifier.formatVersion,
      "architecture": try ArtefactJSON.encode(
        try ArtefactArchitecture(network, outputFunction: outputFunction)),
      "class_names": try ArtefactJSON.encode(classNames),
      ArtefactPipeline.key: try ArtefactPipeline.text(of: pipeline),
      "temperature": "1",
      "versions": try ArtefactJSON.encode(["swift-softmax": Classifier.libraryVersion]),
    ]
    if let trainingRecord { metadata["training"] = try ArtefactJSON.encode(trainingRecord) }
    tensors += ArtefactPipeline.tensors(of: pipeline)
    return try SafetensorsFile(tensors: tensors, metadata: metadata)
  }

  /// The classifier that a model file's content describes.
  init(_ file: SafetensorsFile) throws(SoftmaxError) {
    guard file.metadata["format"] == Classifier.format else {
      throw SoftmaxError(
        .invalidData,
        "is a safetensors file, but none of swift-softmax: its metadata lack "
          + "\"format\": \"\(Classifier.format)\"",
        remedy: "use a file written by softmax train")
    }
    guard file.metadata["format_version"] == Classifier.formatVersion else {
      let version = file.metadata["format_version"] ?? "none"
      throw SoftmaxError(
        .unsupported,
        "has format version \(version.debugDescription), expected "
          + Classifier.formatVersion,
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    guard file.metadata["temperature", default: "1"] == "1" else {
      throw SoftmaxError(
        .unsupported, "has a temperature other than 1, which this release cannot apply")
    }
    let architecture: ArtefactArchitecture = try ArtefactJSON.decode("architecture", of: file)
    // Nor can a setting of a layer.
    if let unknown = try ArtefactJSON.unknownKey("architecture", of: file, as: architecture) {
      throw SoftmaxError(
        .unsupported,
        "its architecture asks for \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    let (pipeline, layers) = try ArtefactPipeline.split(file.withoutTrainingState())
    try self.init(
      network: try architecture.network(of: layers),
      classNames: try ArtefactJSON.decode("class_names", of: file), pipeline: pipeline,
      trainingRecord: try ArtefactJSON.decodeIfPresent("training", of: file),
      outputFunction: try architecture.outputFunction())
  }
}

/// JSON values in a model file's metadata: sorted keys, so that the same value is the same text.
///
/// JSON has no infinite numbers: a string stands for one.
enum ArtefactJSON {
  private static let infinity = (positive: "infinity", negative: "-infinity", nan: "nan")

  static func encode(_ value: some Encodable) throws(SoftmaxError) -> String {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity.positive, negativeInfinity: infinity.negative, nan: infinity.nan)
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw SoftmaxError(.invalidArgument, "cannot be written as JSON", cause: error)
    }
  }

  static func decode<Value: Decodable>(
    _ key: String, of file: SafetensorsFile
  ) throws(SoftmaxError) -> Value {
    guard let text = file.metadata[key] else {
      throw SoftmaxError(.invalidData, "its metadata lack \"\(key)\"")
    }
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: infinity.positive, negativeInfinity: infinity.negative,
        nan: infinity.nan)
      return try decoder.decode(Value.self, from: Data(text.utf8))
    } catch let error as SoftmaxError {
      throw error
    } catch {
      throw SoftmaxError(
        .invalidData, "its metadata's \"\(key)\" is not what was expected there", cause: error)
    }
  }

  /// The same of what a file may lack.
  static func decodeIfPresent<Value: Decodable>(
    _ key: String, of file: SafetensorsFile
  ) throws(SoftmaxError) -> Value? {
    guard file.metadata[key] != nil else { return nil }
    let value: Value = try decode(key, of: file)
    return value
  }

  /// A key of the text that `value`, decoded from it, left out.
  static func unknownKey(
    _ key: String, of file: SafetensorsFile, as value: some Encodable
  ) throws(SoftmaxError) -> String? {
    do {
      let text = try JSONSerialization.jsonObject(with: Data(file.metadata[key, default: ""].utf8))
      let known = try JSONSerialization.jsonObject(with: Data(encode(value).utf8))
      return unknownKey(in: text, beside: known)
    } catch {
      throw SoftmaxError(
        .invalidData, "its metadata's \"\(key)\" is not what was expected there", cause: error)
    }
  }

  private static func unknownKey(in text: Any, beside known: Any) -> String? {
    if let text = text as? [Any], let known = known as? [Any] {
      return zip(text, known).lazy.compactMap { unknownKey(in: $0, beside: $1) }.first
    }
    guard let text = text as? [String: Any] else { return nil }
    let known = known as? [String: Any] ?? [:]
    for (key, value) in text.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
      guard let other = known[key] else { return key }
      if let unknown = unknownKey(in: value, beside: other) { return unknown }
    }
    return nil
  }
}
