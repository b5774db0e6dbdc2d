// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SoftmaxCore
public import SoftmaxModels

// A model file is a safetensors file. Its tensors are `layers.<index>.weight` of the shape [outputs,
// inputs], `layers.<index>.bias` and further tensors of the layers. Tensors `pipeline.<index>.<name>`
// hold the learnt values of the preprocessing steps. The metadata hold everything else, structured
// values as JSON. A large weight that is mostly 0 is stored as sparse rows (`SafetensorsFile+Sparse.swift`). Of several
// members each has its tensors, its steps and its architecture under `members.<index>.`.
extension Classifier {
  /// The release of this library, as model files record it.
  public static let libraryVersion = "0.1.0"

  private static let format = "swift-softmax"
  private static let formatVersion = "2"

  /// Reads a classifier from a model file and validates all of it.
  ///
  /// ```swift
  /// let classifier = try Classifier.load("fashion-mnist.safetensors")
  /// ```
  ///
  /// - Throws: `notFound` or `ioFailure`; `invalidData`, `shapeMismatch` or `nonFiniteValue` if the
  ///   tensors or metadata are inconsistent; `unsupported` for another format version or an unknown
  ///   setting.
  public static func load(_ path: String) throws(SoftmaxError) -> Classifier {
    let file = try SafetensorsFile.read(path)
    do {
      return try Classifier(file.withFullTensors())
    } catch {
      // The errors thrown below name tensors and keys but not the file. The path is added here.
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy, at: .file(path: path, offset: nil),
        cause: error.cause)
    }
  }

  /// Writes the classifier to a model file, which appears complete or not at all.
  ///
  /// The same classifier gives the same bytes. Every safetensors library can read the file:
  /// `safetensors.numpy.load_file(path)["layers.1.weight"]`. A weight of 4,096 values or more, of which at most a
  /// quarter are not 0, is stored as the `row_offsets`, `columns` and `values` of SciPy's `csr_array`:
  /// `layers.1.weight.values` and so on.
  ///
  /// - Throws: `ioFailure` or `notFound`; `unsupported` for a network with a custom `RowLayer`, whose
  ///   code a file cannot hold.
  public func save(to path: String) throws(SoftmaxError) {
    try artefact().withSparseTensors().write(to: path)
  }

  /// The SHA-256 of the parameters of all networks in the order of the model file, in hexadecimal.
  public var weightsSHA256: String {
    var hash = SHA256()
    for layer in members.flatMap(\.network.layers) {
      for tensor in layer.tensors { hash.update(tensor.values) }
    }
    return hash.hexDigest()
  }

  /// Throws the errors that saving would throw, except those of the disk.
  ///
  /// Called before a training, so that an unsupported model fails before minutes are spent on it.
  package func validateSaving() throws(SoftmaxError) {
    _ = try artefact()
  }

  /// Returns the content of the model file.
  func artefact() throws(SoftmaxError) -> SafetensorsFile {
    var tensors: [SafetensorsFile.Tensor] = []
    var metadata = [
      "format": Classifier.format,
      "format_version": Classifier.formatVersion,
      "class_names": try ArtefactJSON.encode(classNames),
      ArtefactPipeline.key: try ArtefactPipeline.text(of: pipeline),
      "versions": try ArtefactJSON.encode(["swift-softmax": Classifier.libraryVersion]),
    ]
    metadata.merge(try ArtefactCalibration.metadata(of: calibration)) { $1 }
    metadata.merge(try ArtefactConformal.metadata(of: conformal)) { $1 }
    if members.count == 1 {
      tensors = ArtefactMember.tensors(of: network)
      metadata[ArtefactMember.architectureKey] = try ArtefactMember.architecture(
        of: network, outputFunction: outputFunction)
    } else {
      let parts = try ArtefactMember.parts(of: members)
      tensors = parts.tensors
      metadata.merge(parts.metadata) { $1 }
    }
    if let trainingRecord { metadata["training"] = try ArtefactJSON.encode(trainingRecord) }
    tensors += ArtefactPipeline.tensors(of: pipeline)
    return try SafetensorsFile(tensors: tensors, metadata: metadata)
  }

  /// Creates the classifier from the content of a model file.
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
    let calibration = try ArtefactCalibration.calibration(of: file)
    let (pipeline, layers) = try ArtefactPipeline.split(file.withoutTrainingState())
    let classNames: [String] = try ArtefactJSON.decode("class_names", of: file)
    let record: TrainingRecord? = try ArtefactJSON.decodeIfPresent("training", of: file)
    let classifier: Classifier
    if let members = try ArtefactMember.members(of: layers) {
      classifier = try Classifier(
        members: members, classNames: classNames, pipeline: pipeline, trainingRecord: record)
    } else {
      let architecture = try ArtefactMember.architecture(of: layers)
      classifier = try Classifier(
        network: try architecture.network(of: layers), classNames: classNames, pipeline: pipeline,
        trainingRecord: record, outputFunction: try architecture.outputFunction())
    }
    self = try ArtefactConformal.adding(to: classifier.calibrated(by: calibration), from: file)
  }
}

/// Encodes and decodes the JSON values in the metadata of a model file.
///
/// Keys are sorted, so equal values give equal text. JSON has no infinity and no NaN: they are encoded
/// as strings.
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

  /// Decodes the value of a key; nil if the file lacks the key.
  static func decodeIfPresent<Value: Decodable>(
    _ key: String, of file: SafetensorsFile
  ) throws(SoftmaxError) -> Value? {
    guard file.metadata[key] != nil else { return nil }
    let value: Value = try decode(key, of: file)
    return value
  }

  /// Returns the first key of the JSON text that `value`, decoded from the text, does not have; nil if
  /// there is none.
  ///
  /// Keys with the value null do not count.
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
