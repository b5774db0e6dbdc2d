// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// One thing that is done to features before a network sees them.
///
/// A step is a value. What it needs to know of the data it learns from training rows only, when a
/// ``Pipeline`` is fitted; from then on it is applied the same way wherever rows come in.
///
/// ```swift
/// let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: dataset)
/// print(model.pipeline)                                     // columns, standardized
/// ```
public struct PreprocessingStep: Sendable {
  package let kind: any PreprocessingKind

  package init(_ kind: any PreprocessingKind) { self.kind = kind }

  /// The kinds that files can name.
  package static let kinds: [any PreprocessingKind.Type] = [
    ColumnChoice.self, ByteScale.self, Standardization.self,
  ]

  /// The name of the step's kind in files.
  package var name: String { type(of: kind).name }

  func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> PreprocessingStep {
    kind.isFitted ? self : PreprocessingStep(try kind.fitted(to: rows))
  }
}

extension PreprocessingStep: Hashable, CustomStringConvertible {
  /// Whether both are of the same kind and have learnt the same values.
  public static func == (a: PreprocessingStep, b: PreprocessingStep) -> Bool {
    AnyHashable(a.kind) == AnyHashable(b.kind)
  }

  /// Hashes the kind with all that it has learnt.
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(kind)) }

  /// What the step does, in a word or two.
  public var description: String { kind.description }
}
