// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The roles of a file's arrays: features and labels of the training and test parts, and class names.
struct ArrayRoles: Equatable {
  /// The arrays of one part.
  struct Part: Equatable {
    let features: String
    /// The array of the labels; nil if there is none.
    var labels: String?
  }

  let training: Part
  let test: Part?
  /// The array of the class names, in the order of the labels; nil if there is none.
  let classNames: String?

  private static let featureWords = ["x", "features", "embeddings", "images", "inputs", "data"]
  private static let labelWords = ["y", "labels", "label", "targets", "target"]
  private static let classWords = ["classes", "class_names", "label_names", "target_names"]

  /// Determines the roles of arrays.
  ///
  /// - Parameters:
  ///   - names: the arrays of the file.
  ///   - choice: the arrays that the user has chosen.
  ///   - path: the path of the file, for errors.
  /// - Throws: `invalidArgument` unless the features are chosen or exactly one array can hold them.
  init(of names: [String], choice: ArrayChoice, path: String) throws(SoftmaxError) {
    let features: String
    if let chosen = choice.features {
      features = chosen
    } else {
      // Arrays of the training part are preferred to arrays of all rows.
      let found =
        Self.find(Self.featureWords, in: names, part: .training)
        ?? Self.find(Self.featureWords, in: names, part: nil)
        ?? (names.count == 1 ? names.first : nil)
      guard let found else {
        throw SoftmaxError(
          .invalidArgument,
          "it is not clear which array holds the features: there are "
            + names.joined(separator: ", "),
          remedy: "name one with --features (ArrayChoice), and the labels with --labels",
          at: .file(path: path, offset: nil))
      }
      features = found
    }
    let part = Self.part(of: features)
    let labels = choice.labels ?? Self.find(Self.labelWords, in: names, part: part)
    training = Part(features: features, labels: labels)
    if let other = Self.counterpart(of: features, in: names) {
      test = Part(features: other, labels: labels.flatMap { Self.counterpart(of: $0, in: names) })
    } else {
      test = nil
    }
    // An array called `classes` can be the labels themselves.
    let others = names.filter { $0 != features && $0 != labels }
    classNames = Self.find(Self.classWords, in: others, part: nil)
  }

  /// Returns a message for the user about the arrays that are used; nil if the user has chosen them.
  static func note(_ part: Part, judgedBy test: Part?, choice: ArrayChoice) -> String? {
    guard choice.features == nil || (choice.labels == nil && part.labels != nil) else { return nil }
    func text(_ part: Part) -> String {
      part.labels.map { "\(part.features) with the labels \($0)" } ?? part.features
    }
    return "features are \(text(part))" + (test.map { ", to judge by \(text($0))" } ?? "")
  }

  // Returns the only array with one of the names, with a part's prefix or suffix unless `part` is nil.
  //
  // It returns nil if several arrays match or none does.
  private static func find(
    _ words: [String], in names: [String], part: DatasetSplit.Part?
  ) -> String? {
    let spellings = words.flatMap { word in
      part.map { [word + "_" + $0.rawValue, $0.rawValue + "_" + word] } ?? [word]
    }
    let found = names.filter { spellings.contains($0.lowercased()) }
    return found.count == 1 ? found.first : nil
  }

  private static func part(of name: String) -> DatasetSplit.Part? {
    [DatasetSplit.Part.training, .test].first {
      name.lowercased().hasSuffix("_" + $0.rawValue)
        || name.lowercased().hasPrefix($0.rawValue + "_")
    }
  }

  // Returns the array of the test part that corresponds to an array of the training part.
  private static func counterpart(of name: String, in names: [String]) -> String? {
    guard part(of: name) == .training else { return nil }
    let lower = name.lowercased()
    let wanted =
      lower.hasSuffix("_train") ? "\(lower.dropLast(5))test" : "test\(lower.dropFirst(5))"
    return names.first { $0.lowercased() == wanted }
  }
}
