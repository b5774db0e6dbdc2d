// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The labels of an array, one text for each row.
struct ArrayLabels {
  let texts: [String]
  /// Whether the labels are integers, which can be indices of class names.
  let areIntegers: Bool

  /// Reads the labels of an array.
  ///
  /// - Parameters:
  ///   - name: the name of the array, for errors.
  ///   - location: the file, for errors.
  /// - Throws: `shapeMismatch` unless the array has one element for each row; `unsupported` for labels
  ///   that are neither integers nor texts.
  init(
    _ array: NPYArray, name: String, at location: SoftmaxError.Location
  ) throws(SoftmaxError) {
    guard array.shape.count == 1 || (array.shape.count == 2 && array.shape[1] == 1) else {
      throw SoftmaxError(
        .shapeMismatch,
        "the labels \(name) have the shape \(array.shape), expected one for each row",
        remedy: "of a column for each class take the greatest: numpy.argmax(labels, axis=1)",
        at: location)
    }
    areIntegers = array.type.kind == .signed || array.type.kind == .unsigned
    switch array.type.kind {
    case .float:
      throw SoftmaxError(
        .unsupported, "the labels \(name) are \(array.type), expected integers or texts",
        remedy: "save them as integers, as with labels.astype(int)", at: location)
    case .boolean: texts = try array.integers().map { $0 == 0 ? "False" : "True" }
    case .signed, .unsigned: texts = try array.integers().map(String.init)
    case .bytes, .characters: texts = try array.texts()
    }
  }

  /// Returns the class name of each label: the name at an integer's index, or the text itself if it is a
  /// name; nil for a label without a name.
  func names(among names: [String]) -> [String?] {
    guard areIntegers else {
      let known = Set(names)
      return texts.map { known.contains($0) ? $0 : nil }
    }
    return texts.map { text in
      Int(text).flatMap { names.indices.contains($0) ? names[$0] : nil }
    }
  }

  /// Returns whether the labels are integers that can only be indices of the names, none of which is an
  /// integer.
  func areIndices(of names: [String]) -> Bool {
    areIntegers && !texts.isEmpty && names.allSatisfy { Int($0) == nil }
      && self.names(among: names).allSatisfy { $0 != nil }
  }
}
