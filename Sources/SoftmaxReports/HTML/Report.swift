// SPDX-License-Identifier: Apache-2.0

public import SoftmaxModels

/// What people want to know of a classifier: how good it is on labelled rows, where it errs, how it was made.
///
/// ```swift
/// let report = Report("Digits", of: evaluation, facts: [("trained on", "1,347 rows")])
/// let page = report.html()
/// ```
public struct Report: Sendable {
  /// The title of the page.
  public var title: String
  /// The judged rows.
  public var evaluation: Evaluation
  /// How the model was made, by names such as "trained on".
  public var facts: [(name: String, text: String)]
  /// The command that makes the page again; nil if there is none.
  public var command: String?
  /// Pictures of the rows; nil if they are no pictures.
  public var gallery: Gallery?

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - title: the title of the page.
  ///   - evaluation: the judged rows.
  ///   - facts: how the model was made, by names.
  ///   - command: the command that makes the page again.
  ///   - gallery: pictures of the rows, the surest mistakes first.
  public init(
    _ title: String, of evaluation: Evaluation, facts: [(name: String, text: String)] = [],
    command: String? = nil, gallery: Gallery? = nil
  ) {
    self.title = title
    self.evaluation = evaluation
    self.facts = facts
    self.command = command
    self.gallery = gallery
  }
}
