// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// Named tensors of `Float`, `Double` and `Int32` with metadata, in the safetensors format.
///
/// A file consists of 8 bytes with the length of the header (little-endian), the header as JSON, padded
/// with spaces to a multiple of 8, and the values of all tensors, contiguous, row-major and
/// little-endian. A file holds no code, so reading it executes none.
///
/// ```swift
/// let file = try SafetensorsFile(
///   tensors: [.init(name: "bias", shape: [3], values: [1, 2, 3])], metadata: ["made by": "me"])
/// try file.write(to: "bias.safetensors")
/// print(try SafetensorsFile.read("bias.safetensors") == file)      // true
/// ```
///
/// All values are held in memory. Looking up a tensor by name searches the list of tensors.
///
/// Source: <https://github.com/huggingface/safetensors#format>
public struct SafetensorsFile: Hashable, Sendable {
  /// The tensors in the order of their values in the file.
  public let tensors: [Tensor]
  /// Further information as texts, under keys that the writer chooses.
  public let metadata: [String: String]

  /// Creates the content of a file.
  ///
  /// - Throws: `invalidArgument` if two tensors have the same name, a tensor is called `__metadata__`,
  ///   there are more than 4,096 tensors or metadata entries, or the header is longer than 8 MiB;
  ///   `shapeMismatch` if a shape does not match the tensor's number of values; `nonFiniteValue` naming
  ///   the tensor that holds NaN or infinity.
  public init(tensors: [Tensor], metadata: [String: String] = [:]) throws(SoftmaxError) {
    guard tensors.count <= SafetensorsHeader.greatestTensorCount else {
      throw SoftmaxError(
        .invalidArgument,
        "a file has at most \(SafetensorsHeader.greatestTensorCount) tensors, got \(tensors.count)")
    }
    guard metadata.count <= SafetensorsHeader.greatestMetadataCount else {
      throw SoftmaxError(
        .invalidArgument,
        "a file has at most \(SafetensorsHeader.greatestMetadataCount) metadata, "
          + "got \(metadata.count)")
    }
    var names: Set<String> = []
    for tensor in tensors {
      guard tensor.name != SafetensorsHeader.metadataKey, names.insert(tensor.name).inserted else {
        throw SoftmaxError(
          .invalidArgument, "the name \(tensor.name.debugDescription) is taken",
          remedy: "give each tensor a name of its own")
      }
      try tensor.validate()
    }
    self.tensors = tensors
    self.metadata = metadata
    guard encodedHeader().count - 8 <= SafetensorsHeader.greatestByteCount else {
      throw SoftmaxError(
        .invalidArgument,
        "the names and the metadata need more than \(SafetensorsHeader.greatestByteCount) bytes",
        remedy: "use shorter names, or fewer features with a name")
    }
  }

  init(unchecked tensors: [Tensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Returns the tensor with a name; nil if there is none.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

  /// The SHA-256 of the values of all tensors (the data section), in hexadecimal.
  ///
  /// It depends on the values and their order alone, not on names, shapes and metadata. Models of one
  /// architecture have the same digest exactly if all their weights have the same bits.
  ///
  /// - Complexity: linear in the number of values.
  package var tensorDataSHA256: String {
    var hash = SHA256()
    for tensor in tensors { unsafe tensor.withUnsafeBytes { unsafe hash.update($0) } }
    return hash.hexDigest()
  }
}
