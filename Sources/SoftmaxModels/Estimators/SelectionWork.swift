// SPDX-License-Identifier: Apache-2.0

/// The work that a choice among models may take, planned before it begins from counted operations.
///
/// A budget in time is a number of operations at a fixed rate, so the same budget gives the same model on any machine and
/// any number of threads; how long that takes there is another matter. The usual budget is about a minute on two
/// processors.
struct SelectionWork {
  /// The bounds in relation to the usual ones.
  private let scale: Double

  private static let usualSeconds = 60.0
  // The product of rows, features and classes above which a single fold judges the penalties, from few of them; that above
  // which features are not encoded; and that above which the penalty is scikit-learn's C = 1.
  private static let longSearch = 0x1p24
  private static let greatestEncodedSize = 0x1p28
  private static let greatestSearchedSize = 0x1p31
  // The penalties of a long search, between those that win on tables.
  private static let usualCs = [0.01, 0.046, 0.21, 1, 4.6, 21.5, 100]

  /// Creates the bounds for a budget; nil for the usual one.
  init(seconds: Double?) { scale = seconds.map { $0 / Self.usualSeconds } ?? 1 }

  /// Returns the greatest number of multiplications and additions of all networks of a recipe.
  func operationCount(of recipe: NetworkRecipe) -> Double { recipe.greatestOperationCount * scale }

  /// Whether features may be encoded.
  ///
  /// - Parameter size: the product of rows, encoded features and classes.
  func encodes(_ size: Double) -> Bool { size <= Self.greatestEncodedSize * scale }

  /// The search for a penalty.
  struct Search {
    /// The penalties to compare; nil for the usual ones.
    let cs: [Double]?
    /// The number of folds that judge them; nil for all.
    let judgeCount: Int?
    /// Whether the other folds are solved too, for the chosen one.
    let solvesOtherFolds: Bool
  }

  /// Returns the search for a penalty.
  ///
  /// - Parameter size: the product of rows, features and classes.
  func search(_ size: Double) -> Search {
    guard size > Self.longSearch * scale else {
      return Search(cs: nil, judgeCount: nil, solvesOtherFolds: true)
    }
    let isSearched = size <= Self.greatestSearchedSize * scale
    return Search(
      cs: isSearched ? Self.usualCs : [1], judgeCount: 1, solvesOtherFolds: isSearched)
  }
}
