// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct ArrayDatasetTests {
  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    x = try NPYArray(shape: [3, 2], floats: [1, 2, 3, 4, 5, 6])
  }

  private func roles(
    _ names: [String], _ choice: ArrayChoice = ArrayChoice()
  ) throws(SoftmaxError)
    -> ArrayRoles
  {
    try ArrayRoles(of: names, choice: choice, path: "f")
  }

  private func texts(_ texts: [String], width: Int = 4) throws -> NPYArray {
    try NPYArray(
      type: NPYArray.ElementType(.bytes, byteCount: width), shape: [texts.count],
      bytes: texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: width - $0.utf8.count) })
  }

  private func split(
    _ arrays: [(name: String, array: NPYArray)], _ choice: ArrayChoice = ArrayChoice(),
    known: [String]? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    let path = folder.path("f.npz")
    try NPZArchive.write(arrays, to: path)
    return try DatasetReference(source: .file(path)).load(
      table: CSVFormat(knownClassNames: known), arrays: choice)
  }

  private func rows(
    _ arrays: [(name: String, array: NPYArray)], part: DatasetSplit.Part? = nil,
    known: [String]? = nil
  ) throws -> PredictionRows {
    try NPZArchive.write(arrays, to: folder.path("f.npz"))
    let options = ReadingOptions(table: CSVFormat(knownClassNames: known))
    return try NPZFileFormat().rows(
      DataFile(folder.path("f.npz")), part: part, options: options)
  }

  private func doubles(
    _ shape: [Int], isFortranOrder: Bool = false, _ numbers: [Double]
  ) throws -> NPYArray {
    try NPYArray(
      type: .float64, shape: shape, isFortranOrder: isFortranOrder,
      bytes: numbers.flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
      })
  }

  private let x: NPYArray

  @Test func obviousNamesAreFoundAndOthersAreNot() throws {
    let whole: [([String], String, String?)] = [
      (["X", "y"], "X", "y"), (["features", "labels"], "features", "labels"),
      (["embeddings", "labels", "ids"], "embeddings", "labels"), (["vectors"], "vectors", nil),
      (["data", "target"], "data", "target"), (["images", "ids"], "images", nil),
    ]
    for (names, features, labels) in whole {
      #expect(
        try roles(names)
          == roles(names, ArrayChoice(features: features, labels: labels)), "\(names)")
      #expect(try roles(names).training == .init(features: features, labels: labels), "\(names)")
      #expect(try roles(names).test == nil)
    }
    for names in [["a", "b"], ["x", "features", "y"], ["x_test", "y_test"], []] {
      #expect(throws: SoftmaxError.self, "\(names)") { try roles(names) }
    }
  }

  @Test func partsAreFoundByTheirWordAtEitherEnd() throws {
    for names in [
      ["x_train", "y_train", "x_test", "y_test"], ["X_train", "Y_train", "X_test", "Y_test"],
      ["train_images", "train_labels", "test_images", "test_labels"],
    ] {
      let expected = ArrayRoles.Part(features: names[0], labels: names[1])
      #expect(try roles(names + ["classes"]).training == expected)
      #expect(try roles(names).test == .init(features: names[2], labels: names[3]))
      #expect(try roles(names + ["classes"]).classNames == "classes")
    }
    let test = try roles(
      ["x_train", "y_train", "x_test", "y_test"], ArrayChoice(features: "x_test"))
    #expect(test.training == .init(features: "x_test", labels: "y_test"))
    #expect(test.test == nil)
  }

  @Test func theLabelsAreNotTheNamesOfTheClassesToo() throws {
    let choice = ArrayChoice(features: "vectors", labels: "classes")
    #expect(try roles(["vectors", "classes"], choice).classNames == nil)
    #expect(try roles(["vectors", "classes", "class_names"], choice).classNames == "class_names")
    let data = try split([("vectors", x), ("classes", texts(["b", "a", "b"]))], choice)
    #expect(data.training.classNames == ["a", "b"])
    #expect(data.training.labels == [1, 0, 1])
    let three = try NPYArray(shape: [3], integers: [7, 5, 7])
    #expect(try split([("vectors", x), ("classes", three)], choice).training.labels == [1, 0, 1])
  }

  @Test func aTestPartWithoutLabelsIsSaidAndNotJudgedBy() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let arrays = [("x_train", x), ("y_train", y), ("x_test", x)]
    let data = try split(arrays)
    #expect(data.test == nil)
    #expect(data.note == "features are x_train with the labels y_train")
    #expect(data.warnings == ["x_test has no labels, so it is not used to judge by"])
    let path = folder.path("f.npz")
    let training = try DatasetReference(source: .file(path), part: .training)
      .part(of: data, default: .test)
    #expect(training == data.training)
    for part in [nil, DatasetSplit.Part.test] {
      let error = error { () throws(SoftmaxError) in
        _ = try DatasetReference(source: .file(path), part: part).part(of: data, default: .test)
      }
      #expect(error?.code == .notFound)
      #expect(error?.message == "f.npz has no test part with labels")
    }
    // A file with the arrays of one part has no parts.
    let whole = try split([("x_train", x), ("y_train", y)])
    let error = error { () throws(SoftmaxError) in
      _ = try DatasetReference(source: .file(path), part: .training)
        .part(of: whole, default: .training)
    }
    #expect(error?.message == "a file has no parts")
  }

  @Test func theNoteNamesWhatIsPredicted() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let arrays = [("x_train", x), ("y_train", y), ("x_test", x)]
    #expect(try rows(arrays).note == "features are x_test")
    #expect(try rows(arrays).labels == nil)
    let training = try rows(arrays, part: .training)
    #expect(training.note == "features are x_train with the labels y_train")
    #expect(training.labels == ["0", "1", "0"])
  }

  @Test func labelsThatDoNotFitDoNotHinderAPrediction() throws {
    let names = try texts(["ham", "spam"])
    for (labels, message) in [
      (try NPYArray(shape: [3, 2], floats: [1, 0, 1, 0, 1, 0]), "shape [3, 2]"),
      (try NPYArray(shape: [3], floats: [1, 0, 1]), "are float32"),
      (try NPYArray(shape: [2], integers: [1, 0]), "x has 3 rows, but there are 2 labels in y"),
    ] {
      let found = try rows([("x", x), ("y", labels), ("classes", names)])
      #expect(found.labels == nil)
      #expect(found.features.rowCount == 3)
      #expect(found.note == "features are x")
      #expect(found.warnings.count == 1)
      #expect(found.warnings.allSatisfy { $0.contains(message) }, "\(found.warnings)")
      // What may hold them is not known, so the file is one without labels.
      if labels.shape != [2] {
        let file = try DataFile(folder.path("f.npz"))
        #expect(try !NPZFileFormat().hasLabels(file, options: ReadingOptions()))
        #expect(throws: SoftmaxError.self) {
          try NPZFileFormat().hasLabels(
            file, options: ReadingOptions(arrays: ArrayChoice(labels: "y")))
        }
      }
    }
    let fitting = try NPYArray(shape: [3], integers: [1, 0, 2])
    let found = try rows([("x", x), ("y", fitting), ("classes", names)])
    #expect(found.labels == ["spam", "ham", "2"])
    #expect(found.note == "features are x with the labels y, classes are named by classes")
  }

  @Test func integersAreIndicesOfAModelsClasses() throws {
    let y = try NPYArray(shape: [3], integers: [1, 2, 1])
    let model = ["ham", "spam", "junk"]
    let data = try split([("x", x), ("y", y)], known: model)
    #expect(data.training.classNames == model)
    #expect(data.training.labels == [1, 2, 1])
    let count = "labels count the classes of the model from 0"
    #expect(data.note == "features are x with the labels y, " + count)
    #expect(try rows([("x", x), ("y", y)], known: model).labels == ["spam", "junk", "spam"])
    // Not if one of them is none, or if a class is a number itself.
    for known in [["ham", "spam"], ["ham", "7", "junk"]] {
      #expect(try split([("x", x), ("y", y)], known: known).training.classNames == ["1", "2"])
      #expect(try rows([("x", x), ("y", y)], known: known).labels == ["1", "2", "1"])
    }
  }

  @Test func textsThatAreNumbersHaveTheOrderThatTheyHaveInATable() throws {
    let data = try split([("x", x), ("y", texts(["10", "9", "2"]))]).training
    #expect(data.classNames == ["2", "9", "10"])
    #expect(data.labels == [2, 1, 0])
    let booleans = try NPYArray(
      type: NPYArray.ElementType(.boolean, byteCount: 1), shape: [3], bytes: [1, 0, 1])
    let answers = try split([("x", x), ("y", booleans)]).training
    #expect(answers.classNames == ["False", "True"])
    #expect(answers.labels == [1, 0, 1])
  }

  @Test func bothPartsHaveTheClassesOfBoth() throws {
    let data = try split([
      ("x_train", x), ("y_train", NPYArray(shape: [3], integers: [7, 5, 7])), ("x_test", x),
      ("y_test", NPYArray(shape: [3], integers: [6, 7, 5])),
    ])
    #expect(data.training.classNames == ["5", "6", "7"])
    #expect(data.training.labels == [2, 0, 2])
    #expect(data.test?.classNames == ["5", "6", "7"])
    #expect(data.test?.labels == [1, 2, 0])
  }

  @Test func anArrayWithoutRowsNeedsNoMemoryForItsColumns() throws {
    let none = try NPYArray(shape: [0], integers: [])
    for type in [NPYArray.ElementType.float64, .float32, .uint8] {
      let wide = try NPYArray(type: type, shape: [0, 4_000_000_000], bytes: [])
      let error = error { () throws(SoftmaxError) in _ = try split([("x", wide), ("y", none)]) }
      #expect(error?.code == .invalidData, "\(type)")
      #expect(error?.message == "x has no rows")
      #expect(try rows([("x", wide), ("y", none)]).features.rowCount == 0)
    }
  }

  @Test func columnsOfDoublesAreCutOutOfEitherOrder() throws {
    let y = try NPYArray(shape: [200], integers: (0..<200).map { $0 % 2 })
    // More than a block of rows, and a last block that is not full.
    let rows = (0..<200 * 70).map { Double($0) + 0.1 }
    let byColumn = (0..<70).flatMap { column in (0..<200).map { rows[$0 * 70 + column] } }
    for array in [
      try doubles([200, 70], rows), try doubles([200, 70], isFortranOrder: true, byColumn),
    ] {
      let table = try #require(try split([("x", array), ("y", y)]).training.features.table)
      #expect(table.columnCount == 70)
      for (place, column) in table.columns.enumerated() {
        let expected = Table.Column.numbers((0..<200).map { rows[$0 * 70 + place] })
        #expect(column == expected, "\(array.isFortranOrder), \(place)")
      }
    }
    let cube = try doubles([2, 2, 2], isFortranOrder: true, [0.1, 4, 2, 6, 1, 5, 3, 7])
    let two = try NPYArray(shape: [2], integers: [0, 1])
    let table = try #require(try split([("x", cube), ("y", two)]).training.features.table)
    #expect(table.columns.map { $0.number(inRow: 0) } == [0.1, 1, 2, 3])
    for isFortranOrder in [false, true] {
      let numbers = isFortranOrder ? [1, 4, 2, .infinity, 3, 6] : [1, 2, 3, 4, .infinity, 6]
      let array = try doubles([2, 3], isFortranOrder: isFortranOrder, numbers)
      let error = error { () throws(SoftmaxError) in _ = try split([("x", array), ("y", two)]) }
      #expect(error?.location == .row(1, column: 1))
    }
  }

  @Test func integersThatADoubleRoundsAreSaid() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let wide = try NPYArray(shape: [3, 1], integers: [9_007_199_254_740_993, 1, -5])
    let warning = "x has integers of 2^53 and more, which are rounded to doubles"
    #expect(try split([("x", wide), ("y", y)]).warnings == [warning])
    #expect(try rows([("x", wide)]).warnings == [warning])
    let exact = try NPYArray(shape: [3, 1], integers: [9_007_199_254_740_991, 1, -5])
    #expect(try split([("x", exact), ("y", y)]).warnings.isEmpty)
  }

  @Test func aFileHoldsTheRowsOfOneDataSet() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    try x.write(to: folder.path("x.npy"))
    var choice = ArrayChoice(features: folder.path("x.npy"))
    #expect(try split([("a", x), ("y", y)], choice).training.features.row(0) == [1, 2])
    choice.acceptsFiles = false
    let error = error { () throws(SoftmaxError) in _ = try split([("a", x), ("y", y)], choice) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("holds the rows of the first data") == true)
    choice.features = "a"
    #expect(try split([("a", x), ("y", y)], choice).training.count == 3)
  }

  @Test func integersAreClassesInTheOrderOfTheirValues() throws {
    let y = try NPYArray(shape: [3], integers: [10, -1, 9])
    let data = try split([("x", x), ("y", y)]).training
    #expect(data.classNames == ["-1", "9", "10"])
    #expect(data.labels == [2, 0, 1])
    #expect(data.features.row(2) == [5, 6])
    let known = try split([("x", x), ("y", y)], known: ["10", "9", "-1", "2"]).training
    #expect(known.classNames == ["10", "9", "-1", "2"])
    #expect(known.labels == [0, 2, 1])
    // A model that knows not all of them does not rename them.
    #expect(try split([("x", x), ("y", y)], known: ["10", "9"]).training == data)
  }

  @Test func textsAreClassesAndAnArrayOfNamesNamesNumbers() throws {
    let named = try split([("x", x), ("y", texts(["b", "a", "b"]))]).training
    #expect(named.classNames == ["a", "b"])
    #expect(named.labels == [1, 0, 1])
    let numbers = try NPYArray(shape: [3, 1], integers: [1, 0, 1])
    let both = try split([("x", x), ("y", numbers), ("classes", texts(["ham", "spam"]))]).training
    #expect(both.classNames == ["ham", "spam"])
    #expect(both.labels == [1, 0, 1])
    let error = error { () throws(SoftmaxError) in
      let three = try NPYArray(shape: [3], integers: [0, 1, 2])
      do {
        _ = try split([("x", x), ("y", three), ("classes", texts(["ham", "spam"]))])
      } catch { throw error as? SoftmaxError ?? SoftmaxError(.ioFailure, "\(error)") }
    }
    #expect(error?.code == .labelOutOfRange)
  }

  @Test func numbersThatFloatCannotTellApartAreColumnsOfDoubles() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let numbers = [16_777_216, 16_777_217, 1, 2, 3, 4]
    let integers = try NPYArray(shape: [3, 2], integers: numbers)
    let doubles = try doubles([3, 2], numbers.map { Double($0) })
    for array in [integers, doubles] {
      let data = try split([("x", array), ("y", y)]).training
      let table = try #require(data.features.table)
      #expect(table.columns.map { $0.number(inRow: 0) } == [16_777_216, 16_777_217])
      #expect(table.columnNames == nil)
      #expect(data.featureShape == [2])
    }
    // Pictures keep their shape.
    let pictures = try NPYArray(shape: [3, 1, 2], integers: numbers)
    #expect(try split([("x", pictures), ("y", y)]).training.featureShape == [1, 2])
  }

  @Test func numbersThatFloatHoldsAreFloats() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let halves: [UInt16] = [0x3c00, 0xc000, 0x0001, 0x7bff, 0, 0x3555]
    let array = try NPYArray(
      type: .float16, shape: [3, 2], bytes: halves.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
    let data = try split([("x", array), ("y", y)]).training
    #expect(data.features.table == nil)
    #expect(
      data.features.matrix.elements == [1, -2, 0x1p-24, 65_504, 0, Float(1365) / 4096])
    for kind in [NPYArray.ElementType.Kind.signed, .unsigned] {
      let array = try NPYArray(
        type: NPYArray.ElementType(kind, byteCount: 2, isBigEndian: true), shape: [3, 1],
        bytes: [0, 1, 1, 0, 0xff, 0xff])
      let data = try split([("x", array), ("y", y)]).training
      #expect(data.features.matrix.elements == [1, 256, kind == .signed ? -1 : 65_535])
    }
  }

  @Test func bytesStayBytesAndPicturesAreScaled() throws {
    let bytes = try NPYArray(type: .uint8, shape: [3, 2], bytes: [0, 1, 2, 3, 4, 255])
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let rows = try split([("x", bytes), ("y", y)]).training
    #expect(rows.features.bytes?.scale == 1)
    #expect(rows.features.row(2) == [4, 255])
    let pictures = try NPYArray(
      type: .uint8, shape: [3, 1, 2], isFortranOrder: true, bytes: [0, 2, 4, 1, 3, 255])
    let scaled = try split([("x", pictures), ("y", y)]).training
    #expect(scaled.featureShape == [1, 2])
    #expect(scaled.features.bytes?.bytes == [0, 1, 2, 3, 4, 255])
    #expect(scaled.features.row(2) == [4 * (Float(1) / 255), 1])
  }

  @Test func whatDoesNotBelongTogetherIsATypedError() throws {
    let y = try NPYArray(shape: [3], integers: [0, 1, 0])
    let cases: [([(name: String, array: NPYArray)], SoftmaxError.Code)] = [
      ([("x", x), ("y", try NPYArray(shape: [2], integers: [0, 1]))], .shapeMismatch),
      (
        [("x", x), ("y", try NPYArray(shape: [3, 2], floats: [1, 0, 1, 0, 1, 0]))], .shapeMismatch
      ),
      ([("x", x), ("y", try NPYArray(shape: [3], floats: [1, 0, 1]))], .unsupported),
      ([("x", y), ("y", y)], .shapeMismatch),
      ([("x", try texts(["a", "b", "c"])), ("y", y)], .shapeMismatch),
      (
        [
          (
            "x",
            try NPYArray(
              type: NPYArray.ElementType(.bytes, byteCount: 1), shape: [3, 1],
              bytes: Array("abc".utf8))
          ), ("y", y),
        ], .unsupported
      ),
      ([("x", try NPYArray(shape: [3, 0], floats: [])), ("y", y)], .shapeMismatch),
      ([("x", try NPYArray(shape: [0, 2], floats: [])), ("y", y)], .shapeMismatch),
      ([("x", x)], .invalidArgument), ([("a", x), ("b", y)], .invalidArgument),
      ([("x", try NPYArray(shape: [3, 1], floats: [1, .nan, 1])), ("y", y)], .nonFiniteValue),
      (
        [
          (
            "x",
            try NPYArray(
              type: .float64, shape: [3, 1],
              bytes: [UInt8](repeating: 0, count: 22) + [0xf0, 0x7f])
          ), ("y", y),
        ], .nonFiniteValue
      ),
    ]
    for (arrays, code) in cases {
      #expect(
        error { () throws(SoftmaxError) in _ = try split(arrays) }?.code == code,
        "\(arrays.map { ($0.name, $0.array.shape) })")
    }
    // Arrays are for files of arrays.
    let table = try folder.write(Array("1,a\n2,b\n".utf8), to: "t.csv")
    #expect(
      error { () throws(SoftmaxError) in
        _ = try DatasetReference(source: .file(table)).load(arrays: ArrayChoice(labels: "y"))
      }?.code == .invalidArgument)
  }
}
