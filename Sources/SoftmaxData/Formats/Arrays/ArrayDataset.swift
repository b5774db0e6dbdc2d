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
  private let source: ArraySource
  private let choice: ArrayChoice
  private let roles: ArrayRoles

  init(_ source: ArraySource, choice: ArrayChoice) throws(SoftmaxError) {
    self.source = source
    self.choice = choice
    // A misspelled name is reported before a missing array.
    for name in [choice.features, choice.labels].compactMap(\.self) {
      try source.validate(name, acceptsFiles: choice.acceptsFiles)
    }
    roles = try ArrayRoles(of: source.names, choice: choice, path: source.path)
  }

  /// Returns whether an array with labels was chosen or found.
  ///
  /// - Throws: the errors of reading the labels.
  func hasLabels() throws(SoftmaxError) -> Bool { try labels(of: roles.training) != nil }

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
    let naming = try Naming(
      [trainingLabels, testLabels].compactMap(\.self), given: givenClassNames(),
      known: knownClassNames)
    // The classes are those of both parts.
    var texts = try named(trainingLabels, of: roles.training, by: naming)
    if let test = roles.test, let testLabels {
      texts += try named(testLabels, of: test, by: naming)
    }
    let (classes, classNames) = try Table.Column.categories(texts)
      .labels(knownClassNames: naming.names ?? knownClassNames)
    guard classNames.count <= DatasetSplit.greatestClassCount else {
      throw SoftmaxError(
        .unsupported,
        "there are \(classNames.count) classes, expected at most \(DatasetSplit.greatestClassCount)",
        remedy: "check which array holds the labels", at: location)
    }
    let count = trainingLabels.texts.count
    var warnings: [String] = []
    let training = try dataset(
      roles.training, classes: classes[..<count], classNames: classNames, warnings: &warnings)
    var test: LabeledDataset?
    if let part = roles.test {
      if testLabels == nil {
        warnings.append("\(part.features) has no labels, so it is not used to judge by")
      } else {
        test = try dataset(
          part, classes: classes[count...], classNames: classNames, warnings: &warnings)
        guard test?.featureShape == training.featureShape else {
          throw SoftmaxError(
            .shapeMismatch,
            "rows of \(part.features) have the shape \(test?.featureShape ?? []), those of "
              + "\(roles.training.features) \(training.featureShape)", at: location)
        }
      }
    }
    var split = DatasetSplit(
      name: name, training: training, test: test,
      note: note(roles.training, judgedBy: test == nil ? nil : roles.test, naming),
      warnings: warnings)
    split.hasParts = roles.test != nil
    return split
  }

  /// Returns the rows of a part for prediction, with their labels if there are any.
  ///
  /// The labels are only displayed, so labels of another form or number are left out with a warning.
  ///
  /// - Parameters:
  ///   - part: the part; nil for the test part, or for the training part if there is no test part.
  ///   - knownClassNames: the classes of the model, of which integer labels can be indices.
  func rows(
    part: DatasetSplit.Part?, knownClassNames: [String]?
  ) throws(SoftmaxError) -> PredictionRows {
    if let part, roles.test == nil { throw part.unknown(inFile: source.path) }
    var chosen = part == .training ? roles.training : roles.test ?? roles.training
    var warnings: [String] = []
    let (features, shape) = try features(chosen.features, warnings: &warnings)
    var labels: ArrayLabels?
    do throws(SoftmaxError) {
      labels = try self.labels(of: chosen)
      if let labels { try validate(labels.texts.count, of: chosen, for: features) }
    } catch {
      guard error.code == .shapeMismatch || error.code == .unsupported else { throw error }
      warnings.append("no labels are shown: \(error.message)")
      labels = nil
      chosen.labels = nil
    }
    let naming = try labels.map { labels throws(SoftmaxError) in
      try Naming([labels], given: givenClassNames(), known: knownClassNames)
    }
    let texts = labels.map { labels in
      naming?.names.map { zip(labels.names(among: $0), labels.texts).map { $0 ?? $1 } }
        ?? labels.texts
    }
    return PredictionRows(
      features: features, featureShape: shape, labels: texts, note: note(chosen, naming),
      warnings: warnings)
  }

  private var location: SoftmaxError.Location { .file(path: source.path, offset: nil) }

  /// The names by which integer labels are replaced.
  private struct Naming {
    /// The names; nil if the labels are used as they are.
    let names: [String]?
    /// Whether the names are those of the model and not of the file.
    let areKnown: Bool

    /// Chooses the names of the file, otherwise those of the model if all labels are indices of them.
    init(_ labels: [ArrayLabels], given: [String]?, known: [String]?) {
      let known = known.flatMap { known in
        labels.allSatisfy { $0.areIndices(of: known) } ? known : nil
      }
      names = given ?? known
      areKnown = given == nil && known != nil
    }
  }

  // Returns the message about the arrays that are used.
  private func note(
    _ part: ArrayRoles.Part, judgedBy test: ArrayRoles.Part? = nil, _ naming: Naming?
  ) -> String? {
    // If there is only one array, it was not guessed.
    var facts = [
      source.names.count > 1 ? ArrayRoles.note(part, judgedBy: test, choice: choice) : nil
    ].compactMap(\.self)
    if let naming, naming.names != nil {
      facts.append(
        naming.areKnown
          ? "labels count the classes of the model from 0"
          : "classes are named by \(roles.classNames ?? "")")
    }
    return facts.isEmpty ? nil : facts.joined(separator: ", ")
  }

  // Returns the class name of each label of a part.
  private func named(
    _ labels: ArrayLabels, of part: ArrayRoles.Part, by naming: Naming
  ) throws(SoftmaxError) -> [String] {
    guard let names = naming.names else { return labels.texts }
    let named = labels.names(among: names)
    guard let row = named.firstIndex(of: nil) else { return named.compactMap(\.self) }
    throw SoftmaxError(
      .labelOutOfRange,
      "label \(labels.texts[row]) in row \(row) of \(part.labels ?? "") is not one of the "
        + "\(names.count) classes of \(roles.classNames ?? "")",
      remedy: "give every class a name, or check the labels", at: location)
  }

  private func validate(
    _ labelCount: Int, of part: ArrayRoles.Part, for features: Features
  ) throws(SoftmaxError) {
    guard features.rowCount != labelCount else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "\(part.features) has \(features.rowCount) rows, but there are \(labelCount) labels "
        + "in \(part.labels ?? "")", remedy: "name the arrays that belong together", at: location)
  }

  private func dataset(
    _ part: ArrayRoles.Part, classes: ArraySlice<Int>, classNames: [String],
    warnings: inout [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    let (features, shape) = try features(part.features, warnings: &warnings)
    try validate(classes.count, of: part, for: features)
    guard features.rowCount > 0 else {
      throw SoftmaxError(.invalidData, "\(part.features) has no rows", at: location)
    }
    return try LabeledDataset(
      features: features, labels: Array(classes), classNames: classNames, featureShape: shape)
  }

  private func features(
    _ name: String, warnings: inout [String]
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
    // Without rows, the header can declare any number of columns.
    guard rowCount > 0 else {
      return (.floats(Matrix(rowCount: 0, columnCount: columnCount)), shape)
    }
    if array.type == .uint8 {
      let scale = shape.count > 1 ? Float(1) / Float(255) : 1
      let bytes = try ByteMatrix(
        rowCount: rowCount, columnCount: columnCount, storage: array.bytesInRowOrder(), scale: scale
      )
      return (.bytes(bytes), shape)
    }
    let count = Double(array.count)
    // Doubles are converted first and then moved to their columns, each of which is an array.
    try MemoryLimit.current.validate(
      array.type.isExactInFloat ? 4 * count : 16 * count + 128 * Double(columnCount),
      for: "reading \(name)", remedy: "use fewer rows, or save it as float32", at: location)
    guard array.type.isExactInFloat else {
      let table = try table(
        of: array, name, columnCount: columnCount, warnings: &warnings)
      return (.columns(table), shape)
    }
    let floats = try Matrix(
      rowCount: rowCount, columnCount: columnCount, elements: array.floats())
    return (.floats(floats), shape)
  }

  // Returns a table with one column per feature; NaN is a missing value, as in other tables.
  private func table(
    of array: NPYArray, _ name: String, columnCount: Int, warnings: inout [String]
  ) throws(SoftmaxError) -> Table {
    let rowCount = array.shape[0]
    // A matrix in Fortran order has its columns one after the other already.
    let isByColumn = array.isFortranOrder && array.shape.count == 2
    let numbers = try isByColumn ? array.flat.doubles() : array.doubles()
    if let index = numbers.firstIndex(where: \.isInfinite) {
      let (row, column) =
        isByColumn
        ? (index % rowCount, index / rowCount) : (index / columnCount, index % columnCount)
      throw SoftmaxError(
        .nonFiniteValue, "a feature must be finite, got \(numbers[index]) in \(name)",
        remedy: "remove the row or fill the gap", at: .row(row, column: column))
    }
    if array.type.kind != .float, numbers.contains(where: { abs($0) >= 0x1p53 }) {
      warnings.append("\(name) has integers of 2^53 and more, which are rounded to doubles")
    }
    var columns: [[Double]]
    if isByColumn {
      columns = stride(from: 0, to: numbers.count, by: rowCount).map {
        Array(numbers[$0..<$0 + rowCount])
      }
    } else {
      columns = Array(repeating: [], count: columnCount)
      for column in columns.indices { columns[column].reserveCapacity(rowCount) }
      columns.append(rows: numbers)
    }
    return try Table(columns.map { Table.Column(.numbers($0), name: nil) })
  }

  private func labels(of part: ArrayRoles.Part) throws(SoftmaxError) -> ArrayLabels? {
    guard let name = part.labels else { return nil }
    return try ArrayLabels(source.array(name), name: name, at: location)
  }

  // Returns the names that an array of the file gives to the labels 0, 1, 2, ...; nil if there is none.
  private func givenClassNames() throws(SoftmaxError) -> [String]? {
    guard let name = roles.classNames else { return nil }
    let array = try source.array(name)
    guard array.type.isText, array.shape.count == 1 else { return nil }
    return try array.texts()
  }
}
