// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Classifier {
  /// Throws `unsupported` if the classifier has several members.
  ///
  /// - Parameter use: what needs a single network, such as "to train it further".
  package func validateSingleMember(_ use: String) throws(SoftmaxError) {
    guard members.count > 1 else { return }
    throw SoftmaxError(
      .unsupported,
      "the model is an average of \(members.count) networks; a single one is needed \(use)",
      remedy: "fit a model of one network, such as that of MLPClassifier")
  }
}
