// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension LabeledDataset {
  /// Reads a data set from a file of svmlight or LIBSVM, with a line `label index:value ...` for each row.
  ///
  /// ```swift
  /// let training = try LabeledDataset(svmlight: "train.svm")
  /// ```
  ///
  /// Values that are not written are 0. The classes are the labels, sorted by value if all are numbers. The
  /// columns have the numbers 1, 2, ..., or 0, 1, ... if an entry has the number 0, as for scikit-learn's
  /// `load_svmlight_file`. The whole file is held in memory: 8 bytes for each value.
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzipped.
  ///   - format: the number of columns and the number of the first one, if they are known.
  ///   - names: class names, such as those of a model, which are used if they include all labels.
  /// - Throws: `invalidData`, `nonFiniteValue` or `unsupported` with line and item of an entry that is no
  ///   `index:value`, or lies beyond the columns that are known; `notFound` or `ioFailure` if the file cannot
  ///   be read.
  public init(
    svmlight path: String, as format: SVMLightFormat = SVMLightFormat(),
    knownClassNames names: [String]? = nil
  ) throws(SoftmaxError) {
    var table = CSVFormat()
    table.knownClassNames = names
    self = try SVMLightFileFormat().dataset(
      DataFile(path), options: ReadingOptions(table: table, sparse: format)
    ).training
  }

  /// Writes the samples as a file of svmlight, with the class names as labels.
  ///
  /// Values of 0 are not written. The columns are numbered from 1, or as in the file from which they come.
  ///
  /// ```swift
  /// try training.write(svmlight: "train.svm")
  /// ```
  ///
  /// - Throws: `unsupported` for soft or multi-label targets; `invalidArgument` for a class name that is
  ///   empty or holds a blank, a comma, a colon or `#`; `ioFailure`.
  public func write(svmlight path: String) throws(SoftmaxError) {
    guard case .labels = targets else {
      throw SoftmaxError(.unsupported, "svmlight has one label for each row, not several targets")
    }
    for name in classNames
    where name.isEmpty
      || name.unicodeScalars.contains(where: { " \t\r\n,:#".unicodeScalars.contains($0) })
    {
      throw SoftmaxError(
        .invalidArgument, "\(name.debugDescription) cannot be a label of svmlight",
        remedy: "give the class a name without blanks, commas, colons and #")
    }
    let firstIndex = features.sparse?.firstIndex ?? 1
    let file = try AtomicFile(replacing: path)
    var text = ""
    for row in 0..<count {
      text += classNames[labels[row]]
      func add(_ column: Int, _ value: Float) {
        if value != 0 { text += " \(column + firstIndex):\(value)" }
      }
      if let sparse = features.sparse {
        sparse.forEachEntry(ofRow: row, add)
      } else {
        for (column, value) in features.row(row).enumerated() { add(column, value) }
      }
      text += "\n"
      guard text.utf8.count > 1 << 20 || row == count - 1 else { continue }
      try file.write(Array(text.utf8))
      text = ""
    }
    try file.commit()
  }
}
