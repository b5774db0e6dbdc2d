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
    let doubles = try NPYArray(
      type: .float64, shape: [3, 2],
      bytes: numbers.flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: Double(number).bitPattern >> (8 * UInt64($0))) }
      })
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
