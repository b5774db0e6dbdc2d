// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

/// What a file says of rows: the predicted class of each, the probability of each class, or both.
///
/// It is a table that `softmax predict` has written, or that of another tool: a column for each class, named like the
/// class or `probability_` and the class, a column `prediction` of predicted classes, or both. Columns without names are
/// the classes in their order. Other columns do not matter.
///
/// ```text
/// probability_cat,probability_dog
/// 0.9,0.1
/// ```
package struct PredictionFile: Sendable {
  /// The path, or the name of bytes in memory.
  package let path: String
  /// The number of rows.
  package let rowCount: Int
  /// A message about what was found, such as `150 rows, the probabilities of 3 classes`.
  package let note: String
  /// The true classes, if the file has them.
  package let truth: TrueClasses?

  // The predicted classes; nil if the most probable ones are predicted.
  private let predicted: Table.Column?
  // The names of the classes that have probabilities; nil for columns without names.
  private let classNames: [String]?
  // [rows, classes], without columns if only predicted classes are known.
  private var probabilities: Matrix

  /// Returns whether a file can be one of predictions: a table or JSON lines, not a model and not other data.
  package static func recognizes(_ file: DataFile) -> Bool {
    let start = FileStart(file)
    guard FileFormats.isTable(file), !start.bytes.isEmpty else { return false }
    return start.bytes.starts(with: [0xff, 0xfe]) || start.bytes.starts(with: [0xfe, 0xff])
      || !start.bytes.contains(0)
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - format: how the table is written; its target is the column of the true classes.
  ///   - hasTruth: whether the true classes are read from the column of the target.
  /// - Throws: the errors of ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)``; `invalidData` for a file without
  ///   predictions, and for a cell that is none.
  package init(_ file: DataFile, as format: CSVFormat, hasTruth: Bool) throws(SoftmaxError) {
    let target: String? = if case .column(let name) = format.target { name } else { nil }
    let (names, count) = try Self.columns(of: file, as: format)
    let columns = PredictionColumns(names: names, count: count, truth: target)
    var format = format
    format.hasHeader = names == nil ? format.hasHeader : true
    // What else a table may hold does not matter here.
    (format.columnTypes, format.ignoredColumns) = ([:], [])
    (format.groupColumn, format.timeColumn) = (nil, nil)
    if !hasTruth { (format.target, format.weightColumn) = (CSVFormat.Target.none, nil) }
    if let place = columns.prediction {
      format.columnTypes[names?[place] ?? "\(place + 1)"] = .category
    }
    let table = try CSVTable.read(file, as: format)
    let found = columns.probabilities(in: table.table)
    let prediction = columns.prediction.map { table.table.columns[$0] }
    guard prediction != nil || !found.isEmpty else {
      throw SoftmaxError(
        .invalidData, "has neither probabilities of classes nor a column of predicted ones",
        remedy: "name a column for each class, such as probability_cat, or a column prediction",
        at: .file(path: file.path, offset: nil))
    }
    if let error = table.error(in: found.map { ($0.place, false) }) { throw error }
    path = file.path
    rowCount = table.rowCount
    predicted = prediction
    classNames = try Self.distinct(found.compactMap(\.className), in: file.path)
    probabilities = Self.matrix(table.table, found)
    let weights = table.schema.columns.firstIndex { $0.role == .weights }
    truth =
      if hasTruth, let place = table.target {
        try TrueClasses(
          of: table.table.columns[place], weights: weights.map { table.table.columns[$0] })
      } else { nil }
    let what =
      (found.isEmpty ? [] : ["the probabilities of \(NumberText.grouped(found.count)) classes"])
      + (columns.prediction.map { place in
        ["predicted classes in \(CSVTable.label(of: names?[place], at: place))"]
      } ?? [])
    note = "\(NumberText.grouped(rowCount)) rows, " + what.joined(separator: ", ")
  }

  /// Returns the names and the number of the columns of a table.
  ///
  /// Names of classes may be numbers, so a first line that counts the columns has names, too.
  static func columns(
    of file: DataFile, as format: CSVFormat
  ) throws(SoftmaxError) -> (names: [String]?, count: Int) {
    func reader(hasHeader: Bool?) throws(SoftmaxError) -> CSVBlockReader {
      let plain = CSVFormat(
        target: CSVFormat.Target.none, hasHeader: hasHeader, separator: format.separator,
        decimalMark: format.decimalMark)
      return try CSVBlockReader(
        CSVScanner(file.reader(), maximumByteCount: .max), as: plain, maximumByteCount: .max)
    }
    do throws(SoftmaxError) {
      let found = try reader(hasHeader: format.hasHeader)
      guard format.hasHeader == nil, found.columnNames == nil, try countsColumns(found) else {
        return (found.columnNames, found.columnCount)
      }
    } catch {
      // A first line of numbers and a name, which may be a row elsewhere, has names here.
      guard error.code == .invalidData, format.hasHeader == nil,
        let named = try? reader(hasHeader: true)
      else { throw error }
      return (named.columnNames, named.columnCount)
    }
    let named = try reader(hasHeader: true)
    return (named.columnNames, named.columnCount)
  }

  // Returns whether the first row is 0, 1, 2, ... or 1, 2, 3, ..., perhaps after an empty cell.
  private static func countsColumns(_ reader: CSVBlockReader) throws(SoftmaxError) -> Bool {
    guard let table = try reader.next(rowCount: 1, byteCount: .max)?.table.table else {
      return false
    }
    let texts = table.columns.map { $0.text(inRow: 0) }
    let numbers = (texts.first == .some(nil) ? texts.dropFirst() : texts[...]).map {
      $0.flatMap { Int($0) }
    }
    guard let first = numbers.first.flatMap({ $0 }), first == 0 || first == 1,
      texts.count > 1
    else { return false }
    return numbers.enumerated().allSatisfy { $0.element == first + $0.offset }
  }

  // Returns the names, or nil if there are none.
  private static func distinct(
    _ names: [String], in path: String
  ) throws(SoftmaxError) -> [String]? {
    var seen: Set<String> = []
    if let name = names.first(where: { !seen.insert($0).inserted }) {
      throw SoftmaxError(
        .invalidData, "two columns are of the class \(CSVTable.quoted(name))",
        remedy: "give each class one column", at: .file(path: path, offset: nil))
    }
    return names.isEmpty ? nil : names
  }

  private static func matrix(_ table: Table, _ columns: [PredictionColumns.Probability]) -> Matrix {
    var matrix = Matrix(rowCount: table.rowCount, columnCount: columns.count)
    for (index, column) in columns.enumerated() {
      guard case .numbers(let numbers) = table.columns[column.place].cells else { continue }
      for row in numbers.indices {
        matrix.elements[row * columns.count + index] = Float(numbers[row])
      }
    }
    return matrix
  }

  // MARK: Judging

  /// Returns the evaluation of the predictions of rows of known classes, in the order of the file.
  ///
  /// Classes are matched by name.
  ///
  /// - Throws: `shapeMismatch` for another number of rows; `invalidArgument` for a class that has no probabilities, or a
  ///   prediction of a class that is unknown; `invalidData` with the row for probabilities that are none.
  package consuming func evaluation(by truth: TrueClasses) throws(SoftmaxError) -> Evaluation {
    let path = path
    do throws(SoftmaxError) {
      guard rowCount == truth.labels.count else {
        throw SoftmaxError(
          .shapeMismatch,
          "has predictions of \(rowCount) rows, but there are \(truth.labels.count) rows",
          remedy: "predict the same rows in the same order")
      }
      guard probabilities.columnCount > 0 else { return try evaluationWithoutProbabilities(truth) }
      let names = if let classNames { classNames } else { try unnamed(truth) }
      let labels = try Self.places(
        of: truth.labels, truth.classNames, among: names,
        "there are rows of the class", "which has no column of probabilities")
      let predictions = try predictions(among: names)
      // Nothing else holds the probabilities, so their logarithms take their place.
      var matrix = Matrix(rowCount: 0, columnCount: 0)
      swap(&matrix, &probabilities)
      return try Evaluation(
        labels: labels, probabilities: matrix, predictions: predictions, classNames: names,
        sampleWeights: truth.sampleWeights)
    } catch {
      throw SoftmaxError(
        error.code, "\(path): \(error.message)", remedy: error.remedy, at: error.location,
        cause: error.cause)
    }
  }

  private func evaluationWithoutProbabilities(
    _ truth: TrueClasses
  ) throws(SoftmaxError) -> Evaluation {
    let predictedNames = try predicted?.labels(knownClassNames: nil).classNames ?? []
    let known = Set(truth.classNames)
    let names = truth.classNames + predictedNames.filter { !known.contains($0) }
    return try Evaluation(
      labels: truth.labels, predictions: predictions(among: names) ?? [], classNames: names,
      sampleWeights: truth.sampleWeights)
  }

  // Returns the names of the classes of columns without names.
  private func unnamed(_ truth: TrueClasses) throws(SoftmaxError) -> [String] {
    guard truth.classNames.count == probabilities.columnCount else {
      throw SoftmaxError(
        .invalidArgument,
        "has \(probabilities.columnCount) columns without names, but the rows are of "
          + "\(truth.classNames.count) classes",
        remedy: "name the columns like the classes")
    }
    return truth.classNames
  }

  private func predictions(among names: [String]) throws(SoftmaxError) -> [Int]? {
    guard let predicted else { return nil }
    let (codes, texts) = try predicted.labels(knownClassNames: nil)
    return try Self.places(
      of: codes, texts, among: names, "the class", "which is predicted, has no probabilities")
  }

  // Returns labels of some names as indices of other ones.
  private static func places(
    of labels: [Int], _ names: [String], among others: [String], _ what: String, _ problem: String
  ) throws(SoftmaxError) -> [Int] {
    if names == others { return labels }
    let places = Dictionary(
      others.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let moved = names.map { places[$0] }
    return try labels.map { label throws(SoftmaxError) in
      guard let place = moved[label] else {
        let known = others.prefix(5).map { CSVTable.quoted($0) }.joined(separator: ", ")
        throw SoftmaxError(
          .invalidArgument,
          "\(what) \(CSVTable.quoted(names[label])), \(problem); known are "
            + known + (others.count > 5 ? " and \(others.count - 5) more" : ""),
          remedy: "name the columns of probabilities like the classes")
      }
      return place
    }
  }
}
