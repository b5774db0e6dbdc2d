// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The columns of a file of predictions: which of them holds the predicted classes, which the probabilities.
struct PredictionColumns {
  /// A column with the probability of a class.
  struct Probability {
    let place: Int
    /// The name of the class; nil if columns have no names.
    let className: String?
  }

  /// The number of columns.
  let count: Int
  /// The names of the columns; nil if the file has none.
  let names: [String]?
  /// The column of the predicted classes; nil if there is none.
  let prediction: Int?

  // Whether the file is what `softmax predict --csv` writes: its classes come after these columns.
  private let firstClass: Int?
  // The column of the true classes, and others that belong to neither.
  private let others: Set<Int>

  // What `softmax predict --csv` writes before the probabilities.
  private static let beginnings = [
    ["row", "label", "index", "probability"], ["row", "file", "label", "index", "probability"],
  ]
  // Names that people give to a column of predicted classes. A `label` may as well be the true class.
  private static let predictionNames = [
    "prediction", "predicted", "predicted_class", "predicted_label", "y_pred", "pred",
  ]
  // What precedes the name of a class in a column's name.
  private static let prefixes = ["probability_", "proba_", "prob_", "p_"]
  private static let otherNames: Set<String> = ["row", "index", "id", "probability", "weight", ""]

  /// Finds the column of the predicted classes by its name.
  ///
  /// - Parameter truth: the name of the column of the true classes; nil if the file has none.
  init(names: [String]?, count: Int, truth: String?) {
    self.names = names
    self.count = count
    let truth = truth.map { truth in
      names?.firstIndex(of: truth) ?? Int(truth).map { $0 - 1 } ?? -1
    }
    others = Set(
      (names ?? []).indices.filter { Self.otherNames.contains(names?[$0].lowercased() ?? "") }
        + (truth.map { [$0] } ?? []))
    guard let names else {
      firstClass = nil
      prediction = count == 1 ? 0 : nil
      return
    }
    if let beginning = Self.beginnings.first(where: { names.starts(with: $0) }), truth != 1 {
      firstClass = beginning.count
      prediction = beginning.firstIndex(of: "label")
      return
    }
    firstClass = nil
    let named = Self.predictionNames.lazy.compactMap { name in
      names.firstIndex { $0.lowercased() == name }
    }.first { $0 != truth }
    // A column alone, perhaps beside one that numbers the rows.
    let rest = names.indices.filter { !names[$0].isEmpty && $0 != truth }
    prediction = named ?? (rest.count == 1 ? rest[0] : nil)
  }

  /// Returns the columns of probabilities, found by their names and, without a prefix, by their numbers in 0...1; those
  /// have to include all classes that are predicted.
  func probabilities(in table: Table) -> [Probability] {
    func isNumber(_ place: Int) -> Bool { table.columns[place].type == .number }
    guard let names else {
      let places = table.columns.indices.filter {
        isNumber($0) && !others.contains($0) && $0 != prediction
      }
      return places.count < 2 ? [] : places.map { Probability(place: $0, className: nil) }
    }
    if let firstClass {
      return (firstClass..<names.count).map { Probability(place: $0, className: names[$0]) }
    }
    for prefix in Self.prefixes {
      let places = names.indices.filter { place in
        guard names[place].hasPrefix(prefix), isNumber(place) else { return false }
        // The probability of the second class of a row has a number instead of a name.
        let rank = names[place].dropFirst(prefix.count)
        return !rank.isEmpty && (place == 0 || names[place - 1] != "prediction_\(rank)")
      }
      if places.count > 1 {
        return places.map {
          Probability(place: $0, className: String(names[$0].dropFirst(prefix.count)))
        }
      }
    }
    let places = names.indices.filter { place in
      guard case .numbers(let numbers) = table.columns[place].cells else { return false }
      return !others.contains(place) && place != prediction
        && numbers.allSatisfy { $0 >= 0 && $0 <= 1.000001 }
    }
    let classes = places.map { names[$0] }
    guard classes.count > 1, predictedNames(in: table).isSubset(of: classes) else { return [] }
    return places.map { Probability(place: $0, className: names[$0]) }
  }

  private func predictedNames(in table: Table) -> Set<String> {
    guard let prediction, case .categories(_, let names) = table.columns[prediction].cells else {
      return []
    }
    return Set(names)
  }
}
