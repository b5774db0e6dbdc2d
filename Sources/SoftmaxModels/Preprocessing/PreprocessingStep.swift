// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A step of preprocessing, applied to features before they enter a network.
///
/// A step is a value. Making a ``Pipeline`` fits it to training rows only; afterwards it is applied in the
/// same way to the rows of training, validation and prediction.
///
/// ```swift
/// let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: dataset)
/// print(model.pipeline)                                     // columns, standardized
/// ```
public struct PreprocessingStep: Sendable {
  package let kind: any PreprocessingKind

  package init(_ kind: any PreprocessingKind) { self.kind = kind }

  /// The kinds that a file can contain.
  package static let kinds: [any PreprocessingKind.Type] = [
    ColumnChoice.self, GapFilling.self, DateParts.self, OneHotEncoding.self, TextHashing.self,
    ByteScale.self,
    ColumnNumbers.self, Standardization.self, RobustScaling.self, PiecewiseLinearEncoding.self,
  ]

  /// The name of the step's kind in files.
  package var name: String { type(of: kind).name }

  func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> PreprocessingStep {
    kind.isFitted ? self : PreprocessingStep(try kind.fitted(to: rows))
  }
}

extension PreprocessingStep: Hashable, CustomStringConvertible {
  /// Returns whether both steps have the same kind, settings and fitted values.
  public static func == (a: PreprocessingStep, b: PreprocessingStep) -> Bool {
    AnyHashable(a.kind) == AnyHashable(b.kind)
  }

  /// Hashes the kind, its settings and its fitted values.
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(kind)) }

  /// A short description of the step.
  public var description: String { kind.description }
}
