// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// The step that makes sparse columns of texts.
@Suite struct TextHashingTests {
  @Test func theHashIsFNV1aFoldedTo48Bits() {
    #expect(hashes("foobar") == [0x8594_4171_f739_67e8 >> 48 ^ 0x4171_f739_67e8])
    let pair = hashes("foo bar")
    #expect(pair.count == 3 && pair[0] == hashes("foo")[0] && pair[1] == hashes("bar")[0])
    #expect(pair.allSatisfy { $0 >> 48 == 0 })
  }

  @Test func hashesThatWereChosenToCollideAreNoticed() {
    // Multiples of the inverse of the factor modulo 2^64, by Newton's method, share their slot.
    let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
    var inverse = factor
    for _ in 0..<6 { inverse = inverse &* (2 &- factor &* inverse) }
    var places = HashPlaces(capacity: 8192)
    for index in 0...4096 { #expect(places.insert(UInt64(index) &* inverse) == Int32(index)) }
    #expect(!places.isCrowded)
    _ = places.insert(4097 &* inverse)
    #expect(places.isCrowded && places.place(of: inverse) == 1)
  }

  @Test func wordsAreRunsOfLettersAndDigitsInLowerCase() {
    #expect(hashes("The ÄRZTE's 15 cups, the") == hashes("the\tärzte -- 15\ncups;the!"))
    // One letter is no word, and does not part the words beside it.
    #expect(hashes("tea a hot") == hashes("tea hot"))
    #expect(hashes("a I x") == [] && hashes("") == [] && hashes(" .,!") == [])
    // A mark belongs to its letter, a soft hyphen to nothing.
    #expect(hashes("na\u{ef}ve") != hashes("nai\u{308}ve") && hashes("nai\u{308}ve").count == 1)
    #expect(hashes("so\u{ad}ft") == hashes("soft"))
  }

  @Test func inScriptsWithoutBlanksEachCharacterIsAWord() {
    let texts = ["很好吃", "很 好 吃", "很,好。吃"].map(hashes)
    #expect(texts[0].count == 5 && texts[0] == texts[1] && texts[0] == texts[2])
    #expect(hashes("好tea好").count == 5)
    #expect(hashes("ดี").count == 1)
  }

  @Test func bytesThatAreNoTextPartWords() {
    for bytes: [UInt8] in [
      [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f], [0xed, 0xa0, 0x80], [0xc0],
    ] {
      let text = Array("tea".utf8) + bytes + Array("hot".utf8)
      #expect(hashes(text) == hashes("tea hot"), "\(bytes)")
    }
  }

  struct Golden: Decodable {
    var training: [String]
    var later: [String]
    var idf: [String: Double]
    var rows: [[String: Double]]
    var laterRows: [[String: Double]]
  }

  @Test func theValuesAreThoseOfScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "tfidf", withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    let pipeline = try Pipeline(fittedTo: dataset([.texts(golden.training)]))
    let step = try #require(pipeline.steps.last?.kind as? TextHashing)
    let learnt = try #require(step.learnt["hash"])
    let idf = try #require(step.learnt["idf"])
    #expect(learnt.count == golden.idf.count && golden.idf.count > 10)
    let places = Dictionary(uniqueKeysWithValues: zip(learnt, learnt.indices))
    func place(_ term: String) throws -> Int {
      try #require(hashes(term).last.flatMap { places[Double($0)] }, "\(term)")
    }
    for (term, weight) in golden.idf { #expect(abs(idf[try place(term)] - weight) < 1e-14) }
    for (texts, expected) in [
      (golden.training, golden.rows), (golden.later, golden.laterRows),
    ] {
      let result = try rows(pipeline, [.texts(texts)])
      for (row, terms) in zip(result, expected) {
        #expect(row.count { $0 != 0 } == terms.count)
        for (term, value) in terms { #expect(abs(Double(row[try place(term)]) - value) < 1e-7) }
      }
    }
  }

  @Test func aTextWithoutKnownWordsHasNoValues() throws {
    let pipeline = try Pipeline(fittedTo: dataset([.texts(["tea hot", "tea hot", "milk", nil])]))
    let result = try pipeline.apply(
      to: .columns(Table([.texts(["milk sugar", "", nil, "tea"])])))
    let sparse = try #require(result.sparse)
    #expect(
      sparse.rowOffsets == [0, 0, 0, 0, 1] && sparse.values == [1] && sparse.columnCount == 3)
  }

  @Test func numbersAndCategoriesComeBeforeTheWords() throws {
    let columns: [Table.Column] = [
      .texts(["tea hot", "tea", "cold tea", "cold milk"], name: "review"),
      .numbers([1, nil, 3, 0], name: "stars"),
      .categories(["x", "y", "x", "y"], name: "shop"),
    ]
    let pipeline = try Pipeline([.standardize], fittedTo: dataset(columns))
    #expect(
      pipeline.steps.map(\.name) == ["columns", "fill_gaps", "one_hot", "hash_text", "standardize"])
    let result = try pipeline.apply(to: .columns(Table(columns)))
    let sparse = try #require(result.sparse)
    // Stars, two shops, the flag of a gap, then "tea" and "cold".
    #expect(sparse.columnCount == 6 && pipeline.columnCount == 6)
    #expect(sparse.row(0)[1...2] == [1, -1] && sparse.row(1)[3] > 1 && sparse.row(0)[3] < 0)
    #expect(sparse.row(0)[4...] == [1, 0] && sparse.row(3)[4...] == [0, 1])
    let cold = sparse.row(2)
    #expect(abs(cold[4] * cold[4] + cold[5] * cold[5] - 1) < 1e-6 && cold[5] > cold[4])
    // Steps that compute have nothing to do with texts alone.
    let texts = try Pipeline([.piecewiseLinear], fittedTo: dataset([columns[0]]))
    #expect(texts.steps.map(\.name) == ["columns", "hash_text"])
  }

  @Test func eachColumnOfTextsHasWordsOfItsOwn() throws {
    let columns: [Table.Column] = [
      .texts(["tea", "tea", "milk"], name: "title"), .texts(["milk", "tea", "tea"], name: "body"),
    ]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    let result = try rows(pipeline, columns)
    #expect(result[0].count == 2 && result[0] != result[1] && result[1] == [1, 1])
    #expect(result[0].reduce(0, +) == 1 && result[2].reduce(0, +) == 1)
  }

  @Test func theBitsOfARowDoNotDependOnItsBatch() throws {
    let texts = (0..<200).map { row in
      (0..<row % 17).map { "word\(($0 * row + $0) % 23)" }.joined(separator: " ")
    }
    let columns: [Table.Column] = [.texts(texts), .numbers(texts.indices.map { Double($0) })]
    let pipeline = try Pipeline([.standardize], fittedTo: dataset(columns))
    let all = try rows(pipeline, columns)
    let table = try Table(columns)
    for row in stride(from: 0, to: 200, by: 7) {
      let one = try pipeline.apply(to: .columns(table.selecting(rows: [row])))
      #expect(one.row(0) == all[row])
    }
    // Classes are learnt, and predicted in any batch alike.
    let model = try SoftmaxRegression().fitted(to: dataset(columns))
    let together = try model.probabilities(for: .columns(table))
    for row in [0, 50, 199] {
      let alone = try model.probabilities(for: .columns(table.selecting(rows: [row])))
      #expect(Array(alone.row(0)) == Array(together.row(row)))
    }
  }

  @Test func whatCannotBeHashedIsAnError() throws {
    func failure(_ body: () throws -> Void) -> SoftmaxError? {
      #expect(throws: SoftmaxError.self, performing: body)
    }
    let none = failure {
      _ = try Pipeline(fittedTo: dataset([.texts(["tea", "milk"], name: "t")]))
    }
    #expect(none?.code == .invalidData && none?.message.contains("\"t\"") == true)
    let floats = try LabeledDataset(
      features: .floats(Matrix([[1], [2]])), labels: [0, 1], classNames: ["a", "b"])
    #expect(failure { _ = try Pipeline([.hashText], fittedTo: floats) }?.code == .unsupported)
    let pipeline = try Pipeline(fittedTo: dataset([.texts(["tea", "tea"])]))
    #expect(failure { _ = try pipeline.apply(to: floats.features) }?.code == .unsupported)
    // What a damaged file may say.
    let texts = TextHashing.Settings(texts: [true])
    for (settings, learnt) in [
      (texts, [:]), (texts, ["hash": [1, 1], "idf": [1, 1]]), (texts, ["hash": [1], "idf": []]),
      (texts, ["hash": [-1], "idf": [1]]), (texts, ["hash": [0x1p48], "idf": [1]]),
      (texts, ["hash": [1], "idf": [.nan]]), (texts, ["hash": [0.5], "idf": [1]]),
      (TextHashing.Settings(texts: [false]), ["hash": [1], "idf": [1]]),
    ] as [(TextHashing.Settings, [String: [Double]])] {
      #expect(
        failure { _ = try TextHashing(settings: settings, learnt: learnt) }?.code
          == .invalidArgument, "\(learnt)")
    }
  }

  private func hashes(_ text: String) -> [UInt64] { hashes(Array(text.utf8)) }

  private func hashes(_ bytes: [UInt8]) -> [UInt64] {
    var result: [UInt64] = []
    TextWords(ofColumn: 0).forEach(in: bytes.span) { result.append($0) }
    return result
  }
}
