// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// What a classifier does to features before its network sees them, as a model file's metadata say.
struct ArtefactPreprocessing: Codable {
  /// What a byte is multiplied with.
  var byteScale: Float?
  /// Mean and deviation of each feature, after that.
  var standardization: Standardization?

  enum CodingKeys: String, CodingKey {
    case byteScale = "byte_scale"
    case standardization
  }

  init(_ classifier: Classifier) {
    byteScale = classifier.byteScale
    standardization = classifier.standardization
  }

  /// What a file says; a step that is not known here cannot be left out, as the predictions would be
  /// others.
  init(_ file: SafetensorsFile) throws(SoftmaxError) {
    self = try ArtefactJSON.decode("preprocessing", of: file)
    if let unknown = try ArtefactJSON.unknownKey("preprocessing", of: file, as: self) {
      throw SoftmaxError(
        .unsupported,
        "asks for the preprocessing \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
  }
}
