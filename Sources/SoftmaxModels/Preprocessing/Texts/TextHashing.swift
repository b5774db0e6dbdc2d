// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that replaces the columns of texts by a column for each word and each pair of words.
  ///
  /// Of a text with c(t) occurrences of the term t, a word or two words that follow each other, the column of t has
  ///
  /// (1 + ln c(t)) (ln((1 + n) / (1 + d(t))) + 1),
  ///
  /// where d(t) of the n training rows have the term; then the values of each text are divided by the root of the sum
  /// of their squares. This is scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)`.
  /// Terms that fewer than two training rows have, and others beyond the 1,048,576 of most rows, are left out. Words
  /// are runs of letters and digits in lower case; in scripts without blanks each character is one. Missing texts have
  /// no words.
  ///
  /// The terms are known by their hashes alone, of 48 bits. The features become sparse rows, the columns of numbers
  /// first. A pipeline that is fitted to a table with columns of texts has this step after ``oneHot``; steps after it
  /// change the columns of numbers alone. Fitting it to other features than the columns of a table throws
  /// `unsupported`, to texts of which no two have a word in common `invalidData`.
  ///
  /// Fitting takes about 35 to 70 bytes for each different term. Source of the weights: Salton and Buckley, "Term-weighting
  /// approaches in automatic text retrieval", Information Processing & Management 24, 1988.
  public static let hashText = PreprocessingStep(TextHashing())
}

/// The step of ``PreprocessingStep/hashText``.
package struct TextHashing: PreprocessingKind {
  package static let name = "hash_text"

  package struct Settings: Hashable, Sendable, Codable {
    /// For each column that comes in whether it holds texts; empty before fitting.
    var texts: [Bool]
  }

  private static let leastRowCount: Int32 = 2
  private static let greatestTermCount = 1 << 20

  package let settings: Settings
  // The hash of each term, in the order of the columns, and the inverse document frequency.
  private let hashes: [UInt64]
  private let weights: [Double]
  private let places: HashPlaces

  init() {
    settings = Settings(texts: [])
    (hashes, weights, places) = ([], [], HashPlaces())
  }

  /// Creates a step from its learnt values, which may come from a file.
  ///
  /// - Throws: `invalidArgument` unless there is a column of texts, and as many different hashes of 48 bits as finite
  ///   weights greater than 0.
  package init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError) {
    let given = learnt["hash"] ?? []
    let hashes =
      given.count <= Self.greatestTermCount ? given.compactMap { UInt64(exactly: $0) } : []
    let weights = learnt["idf"] ?? []
    var places = HashPlaces(capacity: hashes.count)
    for hash in hashes where hash >> TextWords.bitCount == 0 {
      _ = places.insert(hash)
      // Hashes that were chosen to collide would take hours.
      guard !places.isCrowded else { break }
    }
    guard places.count == hashes.count, hashes.count == given.count,
      hashes.count == weights.count, !hashes.isEmpty,
      weights.allSatisfy({ $0.isFinite && $0 > 0 }), settings.texts.contains(true)
    else {
      throw SoftmaxError(
        .invalidArgument,
        "the step \(Self.name) needs a column of texts, and different hashes with a weight greater than 0 each"
      )
    }
    self.settings = settings
    (self.hashes, self.weights, self.places) = (hashes, weights, places)
  }

  package var learnt: [String: [Double]] {
    ["hash": hashes.map { Double($0) }, "idf": weights]
  }
  package var makesColumns: Bool { true }
  package var inputCount: Int? { isFitted ? settings.texts.count : nil }
  package var isFitted: Bool { !hashes.isEmpty }

  package var description: String {
    let count = settings.texts.count(where: \.self)
    return "words of \(count) column\(count == 1 ? "" : "s") of texts"
  }

  package static func == (a: TextHashing, b: TextHashing) -> Bool {
    a.settings == b.settings && a.hashes == b.hashes && a.weights == b.weights
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(settings)
    hasher.combine(hashes.count)
  }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> TextHashing {
    let table = try Self.table(of: rows, remedy: "give the texts as columns of a table")
    let settings = Settings(texts: table.columns.map { $0.type == .text })
    let (terms, counts) = Self.terms(of: table, settings: settings)
    guard !terms.isEmpty else {
      let names = table.columns.indices.filter { settings.texts[$0] }
        .map { Table.label(of: table.columns[$0], at: $0) }
      throw SoftmaxError(
        .invalidData,
        names.isEmpty
          ? "the step \(Self.name) finds no column of texts"
          : "no word is in two texts of \(names.joined(separator: ", "))",
        remedy: "say what the column holds (--category, --number), or leave it out (--ignore)")
    }
    let rowCount = Double(table.rowCount)
    return try TextHashing(
      settings: settings,
      learnt: [
        "hash": terms.map { Double($0) },
        "idf": counts.map {
          ElementaryFunctions.logarithm((1 + rowCount) / (1 + Double($0))) + 1
        },
      ])
  }

  // Returns the hashes of the terms to keep and the numbers of their rows, which descend. Words that many rows have
  // then are neighbours in the memory of a solver.
  private static func terms(
    of table: Table, settings: Settings
  ) -> (hashes: [UInt64], rowCounts: [Int32]) {
    var places = HashPlaces()
    var hashes: [UInt64] = []
    var rowCounts: [Int32] = []
    // The last row in which a term was found, plus 1.
    var lastRows: [Int32] = []
    for (texts, words) in textColumns(
      of: table, rows: 0..<table.rowCount, settings: settings)
    {
      for row in 0..<table.rowCount {
        let mark = Int32(row + 1)
        words.forEach(in: texts.bytes.span.extracting(texts.places[row])) { hash in
          let place = Int(places.insert(hash))
          if place == hashes.count {
            hashes.append(hash)
            rowCounts.append(1)
            lastRows.append(mark)
          } else if lastRows[place] != mark {
            rowCounts[place] += 1
            lastRows[place] = mark
          }
        }
      }
    }
    let kept = rowCounts.indices.filter { rowCounts[$0] >= leastRowCount }
      .sorted { (rowCounts[$1], hashes[$0]) < (rowCounts[$0], hashes[$1]) }
      .prefix(greatestTermCount)
    return (kept.map { hashes[$0] }, kept.map { rowCounts[$0] })
  }

  // The columns of texts, each with what finds its words. Cells that were read as another type are texts too.
  private static func textColumns(
    of table: Table, rows: Range<Int>, settings: Settings
  ) -> [(TextCells, TextWords)] {
    zip(table.columns, settings.texts).filter(\.1).enumerated().map { number, column in
      let words = TextWords(ofColumn: number)
      if case .texts(let texts) = column.0.cells {
        return (texts.selecting(rows: Array(rows)), words)
      }
      return (TextCells(rows.map { column.0.text(inRow: $0) }), words)
    }
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    try columnCount(from: count, fitted: settings.texts.count { !$0 })
  }

  package var action: PreprocessingAction { .append(self) }
}

extension TextHashing: ColumnAppending {
  package var appendedColumnCount: Int { hashes.count }

  package func numberColumns(of features: Features) throws(SoftmaxError) -> [Int] {
    _ = try table(of: features, with: "texts")
    return settings.texts.indices.filter { !settings.texts[$0] }
  }

  package func appendedColumns(of table: Table, rows: Range<Int>) -> SparseMatrix {
    let columns = Self.textColumns(of: table, rows: rows, settings: settings)
    var offsets = [0]
    var (indices, values) = ([Int32](), [Float]())
    var (found, entries) = ([Int32](), [(column: Int32, value: Double)]())
    for row in 0..<rows.count {
      let first = indices.count
      for (texts, words) in columns {
        found.removeAll(keepingCapacity: true)
        words.forEach(in: texts.bytes.span.extracting(texts.places[row])) { hash in
          if let place = places.place(of: hash) { found.append(place) }
        }
        found.sort()
        entries.removeAll(keepingCapacity: true)
        var begin = 0
        var squares = 0.0
        while begin < found.count {
          let column = found[begin]
          let end = found[begin...].firstIndex { $0 != column } ?? found.count
          let value = (1 + Self.logarithm(end - begin)) * weights[Int(column)]
          entries.append((column, value))
          squares += value * value
          begin = end
        }
        let length = squares.squareRoot()
        for (column, value) in entries {
          indices.append(column)
          values.append(Float(value / length))
        }
      }
      if columns.count > 1 { Self.sort(&indices, &values, from: first) }
      offsets.append(indices.count)
    }
    return SparseMatrix(
      checkedColumns: indices, values: values, rowOffsets: offsets, columnCount: hashes.count,
      firstIndex: 0)
  }

  // Most terms occur a few times.
  private static let logarithms = (0..<64).map { count in
    count == 0 ? 0 : ElementaryFunctions.logarithm(Double(count))
  }

  private static func logarithm(_ count: Int) -> Double {
    count < logarithms.count ? logarithms[count] : ElementaryFunctions.logarithm(Double(count))
  }

  // Sorts the entries of a row by column; the terms of several columns of texts are all different.
  private static func sort(_ indices: inout [Int32], _ values: inout [Float], from first: Int) {
    let sorted = zip(indices[first...], values[first...]).sorted { $0.0 < $1.0 }
    for (offset, entry) in sorted.enumerated() {
      (indices[first + offset], values[first + offset]) = entry
    }
  }
}
