// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// What a kind of ``PreprocessingStep`` says of itself: how it is learnt, applied, written and read.
///
/// A new kind is a type that conforms, in a file of its own, and a line in ``PreprocessingStep/kinds``.
package protocol PreprocessingKind: Hashable, Sendable, CustomStringConvertible {
  /// What a file says of the step in words; what it measured are the ``learnt`` values.
  associatedtype Settings: Hashable, Sendable, Codable

  /// The name in files.
  static var name: String { get }

  var settings: Settings { get }

  /// What was learnt from training rows, as arrays by name.
  var learnt: [String: [Double]] { get }

  /// The step that a file describes, which is not to be trusted.
  init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError)

  /// Whether it has learnt all that it needs.
  var isFitted: Bool { get }

  /// The step as training rows teach it.
  func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> Self

  /// The number of columns that come out of `count`; nil is a number that is not known.
  ///
  /// - Throws: `shapeMismatch` for a number that the step cannot take.
  func columnCount(from count: Int?) throws(SoftmaxError) -> Int?

  /// What a fitted step does.
  var action: PreprocessingAction { get }
}

/// What a fitted step does to features.
package enum PreprocessingAction {
  /// Chooses, orders or rescales features where they lie; no number is copied.
  case arrange(@Sendable (Features) throws(SoftmaxError) -> Features)
  /// Changes numbers: those of whole rows, one after the other; NaN is a missing one.
  case compute(@Sendable (inout [Double]) -> Void)
}

/// The settings of a step that has none.
package struct NoSettings: Hashable, Sendable, Codable {
  package init() {}
}
