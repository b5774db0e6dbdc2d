// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that scales each feature by its median m and the distance d of its quartiles, and clips outliers softly: z
  /// / sqrt(1 + (z / 3)^2) for z = (x - m) / d, which lies between -3 and 3.
  ///
  /// Unlike a standardization it does not depend on how far outliers lie. Where half of the values are equal, d is
  /// half of the range. A feature whose numbers are 0 and 1 alone is unchanged. The quartiles are those of at most
  /// 65,536 rows at equal distances. Fitting it throws `nonFiniteValue` for a number that is missing or infinite.
  ///
  /// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on
  /// tabular data", NeurIPS 2024.
  public static let robustScale = PreprocessingStep(RobustScaling())
}

/// The step of ``PreprocessingStep/robustScale``.
package struct RobustScaling: PreprocessingKind {
  package static let name = "robust_scale"

  private let scales: [RobustScale]

  init() { self.init([]) }

  private init(_ scales: [RobustScale]) { self.scales = scales }

  /// Creates a step from its learnt values, which may come from a file.
  ///
  /// - Throws: `invalidArgument` unless there are a finite median and a factor of at least 0 for each feature.
  package init(settings: NoSettings, learnt: [String: [Double]]) throws(SoftmaxError) {
    let medians = learnt["median"] ?? []
    let factors = learnt["factor"] ?? []
    guard medians.count == factors.count, (medians + factors).allSatisfy(\.isFinite),
      factors.allSatisfy({ $0 >= 0 })
    else {
      throw SoftmaxError(
        .invalidArgument,
        "the step \(Self.name) needs a finite median and a factor of at least 0 for each feature")
    }
    self.init(zip(medians, factors).map(RobustScale.init))
  }

  package var settings: NoSettings { NoSettings() }
  package var learnt: [String: [Double]] {
    ["median": scales.map(\.median), "factor": scales.map(\.factor)]
  }
  package var isFitted: Bool { !scales.isEmpty }
  package var description: String { "scaled by the quartiles" }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> RobustScaling {
    RobustScaling(try RobustScale.samples(of: rows).map(RobustScale.init(ofSorted:)))
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    guard isFitted, let count, count != scales.count else { return isFitted ? scales.count : count }
    throw SoftmaxError(
      .shapeMismatch, "the step \(Self.name) is of \(scales.count) features; got \(count)")
  }

  package var action: PreprocessingAction {
    .compute { [scales] values in
      var column = 0
      for index in values.indices {
        values[index] = scales[column].value(values[index])
        column = column + 1 == scales.count ? 0 : column + 1
      }
    }
  }
}
