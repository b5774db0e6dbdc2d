// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// The encoding of the networks of a classifier in a model file.
///
/// A single network has the metadata `architecture` and the tensors `layers.<index>.<name>`. Of several, each is a file
/// within the file: the names of its tensors and the keys of its metadata, `architecture`, `pipeline` and `weight`,
/// begin with `members.<index>.`. The key `members` holds their number.
enum ArtefactMember {
  static let architectureKey = "architecture"
  private static let countKey = "members"
  private static let weightKey = "weight"
  // No classifier has this many members. The limit bounds the work on a hostile file.
  private static let greatestCount = 1_024

  private static func prefix(_ index: Int) -> String { "members.\(index)." }

  /// Returns the tensors of a network.
  static func tensors(of network: Sequential) -> [SafetensorsFile.Tensor] {
    network.layers.enumerated().flatMap { index, layer in
      layer.tensors.map { tensor in
        SafetensorsFile.Tensor(
          name: "layers.\(index).\(tensor.name)", shape: tensor.shape, values: tensor.values)
      }
    }
  }

  /// Returns the architecture of a network as JSON.
  static func architecture(
    of network: Sequential, outputFunction: OutputFunction
  ) throws(SoftmaxError) -> String {
    try ArtefactJSON.encode(
      try ArtefactArchitecture(network, outputFunction: outputFunction))
  }

  /// Returns the architecture that a file describes.
  ///
  /// - Throws: `unsupported` for an unknown setting, which would change the predictions.
  static func architecture(of file: SafetensorsFile) throws(SoftmaxError) -> ArtefactArchitecture {
    let architecture: ArtefactArchitecture = try ArtefactJSON.decode(architectureKey, of: file)
    if let unknown = try ArtefactJSON.unknownKey(architectureKey, of: file, as: architecture) {
      throw SoftmaxError(
        .unsupported,
        "its architecture asks for \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    return architecture
  }

  /// Returns the tensors and the metadata of several members.
  static func parts(
    of members: [ClassifierMember]
  ) throws(SoftmaxError) -> (tensors: [SafetensorsFile.Tensor], metadata: [String: String]) {
    var tensors: [SafetensorsFile.Tensor] = []
    var metadata = [countKey: "\(members.count)"]
    for (index, member) in members.enumerated() {
      let prefix = prefix(index)
      let steps = try Pipeline(fitted: member.steps)
      for tensor in Self.tensors(of: member.network) + ArtefactPipeline.tensors(of: steps) {
        tensors.append(tensor.named(prefix + tensor.name))
      }
      metadata[prefix + architectureKey] = try architecture(
        of: member.network, outputFunction: .softmax)
      metadata[prefix + ArtefactPipeline.key] = try ArtefactPipeline.text(of: steps)
      metadata[prefix + weightKey] = try ArtefactJSON.encode(member.weight)
    }
    return (tensors, metadata)
  }

  /// Returns the members of a file; nil if it has a single network.
  static func members(of file: SafetensorsFile) throws(SoftmaxError) -> [ClassifierMember]? {
    guard let text = file.metadata[countKey] else { return nil }
    guard let count = Int(text), 2...greatestCount ~= count else {
      throw SoftmaxError(
        .unsupported,
        "has \(text.debugDescription) members, expected 2 to \(greatestCount)")
    }
    let known = (0..<count).flatMap { index in
      [architectureKey, ArtefactPipeline.key, weightKey].map { prefix(index) + $0 }
    }
    let keys = file.metadata.keys.filter { $0.hasPrefix("members.") || $0 == architectureKey }
    if let unknown = keys.sorted().first(where: { !known.contains($0) }) {
      throw SoftmaxError(
        .unsupported,
        "its metadata have the key \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    var used = 0
    let members = try (0..<count).map { index throws(SoftmaxError) in
      let part = part(of: file, prefix: prefix(index))
      used += part.tensors.count
      let (steps, layers) = try ArtefactPipeline.split(part)
      let architecture = try architecture(of: layers)
      guard try architecture.outputFunction() ?? .softmax == .softmax else {
        throw SoftmaxError(.invalidData, "a member has another output function than a softmax")
      }
      return ClassifierMember(
        network: try architecture.network(of: layers), steps: steps.steps,
        weight: try ArtefactJSON.decode(weightKey, of: layers))
    }
    guard used == file.tensors.count else {
      throw SoftmaxError(
        .invalidData,
        "holds \(file.tensors.count) tensors, of which its members use \(used)")
    }
    return members
  }

  // Returns the file within a file whose tensors and keys begin with a prefix.
  private static func part(of file: SafetensorsFile, prefix: String) -> SafetensorsFile {
    let tensors = file.tensors.filter { $0.name.hasPrefix(prefix) }
      .map { $0.named(String($0.name.dropFirst(prefix.count))) }
    let own = file.metadata.filter { $0.key.hasPrefix(prefix) }
    return SafetensorsFile(
      unchecked: tensors,
      metadata: Dictionary(
        own.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
        uniquingKeysWith: { first, _ in first }))
  }
}
