// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A data set from NumPy arrays.
///
/// The type of an array determines how its features are stored:
/// - Types whose values `Float` represents exactly (`float16`, `float32`, booleans, integers of up to 16
///   bits, except unsigned bytes) become floats. `float16` is converted when it is read, because a
///   storage of halves would save 2 bytes per value, but every pass would have to support it.
/// - Other numbers become columns of doubles without names, like those of a table. Steps such as
///   standardization then receive them without rounding.
/// - Unsigned bytes remain bytes, without a copy if the file is mapped. Images, whose arrays have at
///   least 3 dimensions, are scaled by 1/255; rows of bytes are not scaled.
struct ArrayDataset {
  private static let greatestClassCount = 1 << 16

  private let source: ArraySource
  private let roles: ArrayRoles
  private let note: String?

  init(_ source: ArraySource, choice: ArrayChoice) throws(SoftmaxError) {
    self.source = source
    // A misspelled name is reported before a missing array.
    for name in [choice.features, choice.labels].compactMap(\.self) { try source.validate(name) }
    roles = try ArrayRoles(of: source.names, choice: choice, path: source.path)
    // If there is only one array, nothing was guessed.
    note = source.names.count > 1 ? roles.note(choice: choice) : nil
  }

  /// Whether an array with labels was chosen or found.
  var hasLabels: Bool { roles.training.labels != nil }

  /// Returns both parts with their labels; the test part is nil if it has no labels.
  ///
  /// - Parameters:
  ///   - name: the name of the data set.
  ///   - knownClassNames: the classes in their order, used if they include all labels; nil if unknown.
  /// - Throws: `invalidArgument` if no array holds the labels; `shapeMismatch`; `labelOutOfRange`;
  ///   `unsupported` for labels that are neither integers nor texts.
  func split(name: String, knownClassNames: [String]?) throws(SoftmaxError) -> DatasetSplit {
    guard let trainingLabels = try labels(of: roles.training) else {
      throw SoftmaxError(
        .invalidArgument, "it is not clear which array holds the labels",
        remedy: "name it with --labels (ArrayChoice): an array of the file or an NPY file",
        at: location)
    }
    let testLabels = try roles.test.map { part throws(SoftmaxError) in try labels(of: part) } ?? nil
    let classNames = try classNames(
      of: trainingLabels.texts + (testLabels?.texts ?? []),
      areNumbers: trainingLabels.areNumbers && testLabels?.areNumbers ?? true,
      known: knownClassNames)
    let training = try dataset(roles.training, labels: trainingLabels, classNames: classNames)
    var test: LabeledDataset?
    if let part = roles.test, let testLabels {
      test = try dataset(part, labels: testLabels, classNames: classNames)
      guard test?.featureShape == training.featureShape else {
        throw SoftmaxError(
          .shapeMismatch,
          "rows of \(part.features) have the shape \(test?.featureShape ?? []), those of "
            + "\(roles.training.features) \(training.featureShape)", at: location)
      }
    }
    return DatasetSplit(name: name, training: training, test: test, note: note)
  }

  /// Returns the rows of a part for prediction, with their labels if there are any.
  ///
  /// - Parameter part: the part; nil for the test part, or for the training part if there is no test
  ///   part.
  func rows(part: DatasetSplit.Part?) throws(SoftmaxError) -> PredictionRows {
    if let part, roles.test == nil {
      throw SoftmaxError(
        .invalidArgument, "a file has no parts", remedy: "leave :\(part.rawValue) out", at: location
      )
    }
    let chosen = part == .training ? roles.training : roles.test ?? roles.training
    let (features, shape) = try features(chosen.features)
    var labels = try labels(of: chosen)?.texts
    // The labels are only displayed, so labels of another number are ignored without an error.
    if labels?.count != features.rowCount { labels = nil }
    if let names = try givenClassNames() {
      labels = labels?.map {
        Int($0).flatMap { names.indices.contains($0) ? names[$0] : nil } ?? $0
      }
    }
    return PredictionRows(features: features, featureShape: shape, labels: labels, note: note)
  }

  private var location: SoftmaxError.Location { .file(path: source.path, offset: nil) }

  private func dataset(
    _ part: ArrayRoles.Part, labels: Labels, classNames: ClassIndex
  ) throws(SoftmaxError) -> LabeledDataset {
    let (features, shape) = try features(part.features)
    guard features.rowCount == labels.texts.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(part.features) has \(features.rowCount) rows, but there are \(labels.texts.count) labels "
          + "in \(part.labels ?? "")", remedy: "name the arrays that belong together", at: location)
    }
    guard features.rowCount > 0 else {
      throw SoftmaxError(.invalidData, "\(part.features) has no rows", at: location)
    }
    var indices: [Int] = []
    indices.reserveCapacity(labels.texts.count)
    for (row, text) in labels.texts.enumerated() {
      guard let index = classNames.index[text] else {
        throw SoftmaxError(
          .labelOutOfRange,
          "label \(text) in row \(row) of \(part.labels ?? "") is not one of the "
            + "\(classNames.names.count) classes of \(roles.classNames ?? "the model")",
          remedy: "give every class a name, or check the labels", at: location)
      }
      indices.append(index)
    }
    return try LabeledDataset(
      features: features, labels: indices, classNames: classNames.names, featureShape: shape)
  }

  private func features(
    _ name: String
  ) throws(SoftmaxError) -> (features: Features, shape: [Int]) {
    let array = try source.array(name)
    guard array.shape.count >= 2 else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(name) has the shape \(array.shape), but features need a row for each sample",
        remedy: "reshape it to two dimensions or name another array with --features", at: location)
    }
    guard !array.type.isText else {
      throw SoftmaxError(
        .unsupported, "\(name) holds \(array.type), but features are numbers",
        remedy: "name another array with --features", at: location)
    }
    let shape = Array(array.shape.dropFirst())
    guard let columnCount = shape.product else {
      throw SoftmaxError(
        .shapeMismatch, "rows of \(name) have the shape \(shape), which holds no numbers",
        at: location)
    }
    let rowCount = array.shape[0]
    if array.type == .uint8 {
      let scale = shape.count > 1 ? Float(1) / Float(255) : 1
      let bytes = try ByteMatrix(
        rowCount: rowCount, columnCount: columnCount, storage: array.bytesInRowOrder(), scale: scale
      )
      return (.bytes(bytes), shape)
    }
    guard array.type.isExactInFloat else {
      return (.columns(try table(of: array, name, columnCount: columnCount)), shape)
    }
    let floats = try Matrix(
      rowCount: rowCount, columnCount: columnCount, elements: array.floats())
    return (.floats(floats), shape)
  }

  // Returns a table with one column per feature; NaN is a missing value, as in other tables.
  private func table(
    of array: NPYArray, _ name: String, columnCount: Int
  ) throws(SoftmaxError) -> Table {
    let numbers = try array.doubles()
    if let index = numbers.firstIndex(where: \.isInfinite) {
      throw SoftmaxError(
        .nonFiniteValue, "a feature must be finite, got \(numbers[index]) in \(name)",
        remedy: "remove the row or fill the gap",
        at: .row(index / columnCount, column: index % columnCount))
    }
    return try Table(
      (0..<columnCount).map { place in
        let column = stride(from: place, to: numbers.count, by: columnCount).map { numbers[$0] }
        return Table.Column(.numbers(column), name: nil)
      })
  }

  /// Labels as texts; integer labels are marked so that classes can be sorted by value.
  private struct Labels {
    let texts: [String]
    let areNumbers: Bool
  }

  private func labels(of part: ArrayRoles.Part) throws(SoftmaxError) -> Labels? {
    guard let name = part.labels else { return nil }
    let array = try source.array(name)
    guard array.shape.count == 1 || (array.shape.count == 2 && array.shape[1] == 1) else {
      throw SoftmaxError(
        .shapeMismatch,
        "the labels \(name) have the shape \(array.shape), expected one for each row",
        remedy: "of a column for each class take the greatest: numpy.argmax(labels, axis=1)",
        at: location)
    }
    switch array.type.kind {
    case .float:
      throw SoftmaxError(
        .unsupported, "the labels \(name) are \(array.type), expected integers or texts",
        remedy: "save them as integers, as with labels.astype(int)", at: location)
    case .boolean:
      return Labels(
        texts: try array.integers().map { $0 == 0 ? "False" : "True" }, areNumbers: false)
    case .signed, .unsigned:
      return Labels(texts: try array.integers().map(String.init), areNumbers: true)
    case .bytes, .characters: return Labels(texts: try array.texts(), areNumbers: false)
    }
  }

  private struct ClassIndex {
    let names: [String]
    /// The index of the class for each label text.
    let index: [String: Int]
  }

  // Returns the names that an array of the file gives to the labels 0, 1, 2, ...; nil if there is none.
  private func givenClassNames() throws(SoftmaxError) -> [String]? {
    guard let name = roles.classNames else { return nil }
    let array = try source.array(name)
    guard array.type.isText, array.shape.count == 1 else { return nil }
    return try array.texts()
  }

  private func classNames(
    of labels: [String], areNumbers: Bool, known: [String]?
  ) throws(SoftmaxError) -> ClassIndex {
    let distinct = Set(labels)
    guard distinct.count <= Self.greatestClassCount else {
      throw SoftmaxError(
        .unsupported,
        "there are \(distinct.count) classes, expected at most \(Self.greatestClassCount)",
        remedy: "check which array holds the labels", at: location)
    }
    if let names = try givenClassNames() {
      let keys = areNumbers ? names.indices.map(String.init) : names
      return ClassIndex(
        names: names, index: Dictionary(zip(keys, names.indices)) { first, _ in first })
    }
    let names: [String]
    if let known, distinct.isSubset(of: known) {
      names = known
    } else if areNumbers {
      names = distinct.compactMap { Int($0) }.sorted().map(String.init)
    } else {
      names = distinct.sorted()
    }
    return ClassIndex(
      names: names, index: Dictionary(zip(names, names.indices)) { first, _ in first })
  }
}
