// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels

/// The encoding of a pipeline in a model file.
///
/// The metadata hold a list of steps with their settings. The values that a step has learnt are tensors
/// `pipeline.<index>.<name>` of type F64, not JSON: they are exact, do not count towards the size limit
/// of the header, and can be read by every safetensors library.
enum ArtefactPipeline {
  static let key = "pipeline"
  private static let prefix = "pipeline."
  // No classifier has this many steps. The limit bounds the work on a hostile file.
  private static let greatestStepCount = 256

  /// A step with its settings, without its learnt values.
  private struct Step: Codable {
    enum CodingKeys: String, CodingKey {
      case step, settings
    }

    let kind: any PreprocessingKind.Type
    let settings: any Hashable & Sendable & Codable

    init(_ step: PreprocessingStep) {
      func open<Kind: PreprocessingKind>(_ kind: Kind) -> Step {
        Step(kind: Kind.self, settings: kind.settings)
      }
      self = open(step.kind)
    }

    private init(
      kind: any PreprocessingKind.Type, settings: any Hashable & Sendable & Codable
    ) {
      self.kind = kind
      self.settings = settings
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      let name = try values.decode(String.self, forKey: .step)
      guard let kind = PreprocessingStep.kinds.first(where: { $0.name == name }) else {
        throw SoftmaxError(
          .unsupported,
          "asks for the preprocessing step \(name.debugDescription), which is unknown here",
          remedy: "use the release of softmax that wrote it, or a newer one")
      }
      func open<Kind: PreprocessingKind>(
        _ kind: Kind.Type
      ) throws -> any Hashable & Sendable & Codable {
        try values.decode(Kind.Settings.self, forKey: .settings)
      }
      self.init(kind: kind, settings: try open(kind))
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kind.name, forKey: .step)
      try values.encode(settings, forKey: .settings)
    }

    func step(learnt: [String: [Double]]) throws(SoftmaxError) -> PreprocessingStep {
      func open<Kind: PreprocessingKind>(
        _ kind: Kind.Type
      ) throws(SoftmaxError) -> PreprocessingStep {
        guard let settings = settings as? Kind.Settings else {
          throw SoftmaxError(.invalidData, "the settings of the step \(Kind.name) are another's")
        }
        return PreprocessingStep(try Kind(settings: settings, learnt: learnt))
      }
      return try open(kind)
    }
  }

  /// Returns the steps with their settings as JSON.
  ///
  /// - Throws: `unsupported` for a step that could not be read back.
  static func text(of pipeline: Pipeline) throws(SoftmaxError) -> String {
    for step in pipeline.steps
    where !PreprocessingStep.kinds.contains(where: { $0 == type(of: step.kind) }) {
      throw SoftmaxError(
        .unsupported, "the step \(step.name) is not one of those that files can name")
    }
    return try ArtefactJSON.encode(pipeline.steps.map(Step.init))
  }

  /// Returns the learnt values of all steps as tensors.
  static func tensors(of pipeline: Pipeline) -> [SafetensorsFile.Tensor] {
    pipeline.steps.enumerated().flatMap { index, step in
      step.kind.learnt.sorted { $0.key < $1.key }.map { name, values in
        SafetensorsFile.Tensor(
          name: "\(prefix)\(index).\(name)", shape: [values.count], doubles: values)
      }
    }
  }

  /// Returns the pipeline of a file, and the file without the tensors of the pipeline.
  ///
  /// - Throws: `unsupported` naming an unknown step, setting or learnt value. It cannot be ignored,
  ///   because the predictions would differ.
  static func split(
    _ file: SafetensorsFile
  ) throws(SoftmaxError) -> (pipeline: Pipeline, rest: SafetensorsFile) {
    let described: [Step] = try ArtefactJSON.decode(key, of: file)
    if let unknown = try ArtefactJSON.unknownKey(key, of: file, as: described) {
      throw SoftmaxError(
        .unsupported,
        "a step of its pipeline asks for \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    guard described.count <= greatestStepCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(described.count) preprocessing steps, more than the limit of \(greatestStepCount)")
    }
    let isLearnt = { (tensor: SafetensorsFile.Tensor) in tensor.name.hasPrefix(prefix) }
    let tensors = file.tensors.filter(isLearnt)
    var steps: [PreprocessingStep] = []
    var used = 0
    for (index, step) in described.enumerated() {
      var learnt: [String: [Double]] = [:]
      let prefix = "\(prefix)\(index)."
      for tensor in tensors where tensor.name.hasPrefix(prefix) {
        guard tensor.shape.count == 1 else {
          throw SoftmaxError(
            .shapeMismatch,
            "the tensor \(tensor.name) has the shape \(tensor.shape), expected a list")
        }
        learnt[String(tensor.name.dropFirst(prefix.count))] = tensor.doubles
      }
      let fitted = try step.step(learnt: learnt)
      if let unknown = learnt.keys.sorted().first(where: { fitted.kind.learnt[$0] == nil }) {
        throw SoftmaxError(
          .unsupported,
          "the step \(fitted.name) has learnt \(unknown.debugDescription), which is unknown here",
          remedy: "use the release of softmax that wrote it, or a newer one")
      }
      used += learnt.count
      steps.append(fitted)
    }
    guard used == tensors.count else {
      throw SoftmaxError(
        .invalidData, "holds \(tensors.count) tensors of steps, of which its pipeline uses \(used)")
    }
    return (
      try Pipeline(fitted: steps),
      SafetensorsFile(unchecked: file.tensors.filter { !isLearnt($0) }, metadata: file.metadata)
    )
  }
}
