// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// What NumPy says is in one of its arrays (Tests/golden/make-arrays.py).
struct ArrayGolden: Decodable {
  let shape: [Int]
  let type: String
  let fortran: Bool
  let texts: [String]?
  let integers: [String]?
  /// The bits of each number as a double.
  let bits: [String]?

  static func url(_ name: String) throws -> URL {
    try #require(
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Golden"))
  }

  static func all() throws -> [String: ArrayGolden] {
    try JSONDecoder().decode(
      [String: ArrayGolden].self, from: Data(contentsOf: url("arrays.json")))
  }

  func expectIs(_ array: NPYArray, name: String) throws {
    #expect(array.shape == shape, "\(name)")
    #expect(array.isFortranOrder == fortran, "\(name)")
    if let texts {
      #expect(try array.texts() == texts, "\(name)")
      #expect(throws: SoftmaxError.self) { try array.floats() }
    } else if let integers {
      #expect(array.type.description.hasPrefix(type), "\(name)")
      #expect(try array.doubles() == integers.map { Double($0) }, "\(name)")
      #expect(try array.floats() == integers.map { Float($0) }, "\(name)")
      if integers.allSatisfy({ Int($0) != nil }) {
        #expect(try array.integers() == integers.compactMap { Int($0) }, "\(name)")
      } else {
        #expect(throws: SoftmaxError.self, "\(name)") { try array.integers() }
      }
    } else {
      let doubles = try #require(bits).map { Double(bitPattern: UInt64($0) ?? 1) }
      #expect(array.type.description.hasPrefix(type), "\(name)")
      #expect(try array.doubles().map(\.bitPattern) == doubles.map(\.bitPattern), "\(name)")
      #expect(
        try array.floats().map(\.bitPattern) == doubles.map { Float($0).bitPattern }, "\(name)")
      #expect(throws: SoftmaxError.self) { try array.integers() }
    }
  }
}

@Suite struct NPYArrayTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func failure(_ bytes: [UInt8], maximumByteCount: Int = 1 << 20) -> SoftmaxError? {
    error { () throws(SoftmaxError) in
      _ = try NPYArray.decode(bytes, name: "f", maximumByteCount: maximumByteCount)
    }
  }

  /// A file with a header of one's own choice.
  private func file(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    let text = Array(header.utf8)
    let length = (0..<(version == 1 ? 2 : 4)).map {
      UInt8(truncatingIfNeeded: text.count >> (8 * $0))
    }
    return NPYHeader.magic + [version, 0] + length + text + data
  }

  private func header(
    _ type: String = "'<f4'", order: String = "False", shape: String = "(1,)"
  ) -> String { "{'descr': \(type), 'fortran_order': \(order), 'shape': \(shape), }\n" }

  @Test(arguments: 1...3)
  func eachVersionOfTheFormatIsRead(version: Int) throws {
    let array = try NPYArray.read(ArrayGolden.url("version-\(version).npy").path)
    let golden = try #require(ArrayGolden.all()["five-dimensions"])
    try golden.expectIs(array, name: "version \(version)")
  }

  @Test func everyHalfIsTheFloatThatFloat16Says() {
    #if !(os(macOS) && arch(x86_64))
      for bits in UInt16.min...UInt16.max {
        let half = Float16(bitPattern: bits)
        // A NaN keeps its sign and payload, as NumPy has it; a conversion would make it a quiet one.
        let expected =
          half.isNaN
          ? UInt32(bits & 0x8000) << 16 | 0x7f80_0000 | UInt32(bits & 0x3ff) << 13
          : Float(half).bitPattern
        #expect(Float(halfBitPattern: bits).bitPattern == expected)
      }
    #endif
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let array = try NPYArray(shape: [2, 3], floats: [1, -0.0, .infinity, 4, 5, 6])
    try array.write(to: folder.path("x.npy"))
    #expect(try NPYArray.read(folder.path("x.npy")) == array)
    try folder.write(Fixtures.gzip(folder.read("x.npy")), to: "x.npy.gz")
    #expect(try NPYArray.read(folder.path("x.npy.gz")) == array)
    let numbers = try NPYArray(shape: [], integers: [-7])
    try numbers.write(to: folder.path("x.npy"))
    #expect(try NPYArray.read(folder.path("x.npy")).integers() == [-7])
  }

  @Test func aLargeFileIsUsedInPlace() throws {
    let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let array = try NPYArray(type: .uint8, shape: [1024, 1024], bytes: bytes)
    try array.write(to: folder.path("x.npy"))
    #expect(try NPYArray.read(folder.path("x.npy")) == array)
  }

  @Test func bytesOfAnotherNumberThanTheShapeSaysAreNoArray() {
    for (shape, count) in [([2, 3], 5), ([-1, -6], 6), ([.max, .max], 6), ([], 2)] {
      #expect(throws: SoftmaxError.self) {
        try NPYArray(type: .uint8, shape: shape, bytes: [UInt8](repeating: 0, count: count))
      }
    }
    #expect(throws: SoftmaxError.self) {
      try NPYArray(type: .uint8, shape: [Int](repeating: 1, count: 65), bytes: [0])
    }
  }

  @Test func headersOfOtherSpellingsAreRead() throws {
    for text in [
      "{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"<f4\"}",
      "{ 'descr' : 'f4' , 'fortran_order' : True , 'shape' : ( 1L , ) }",
      "{'descr': '=f4', 'fortran_order': False, 'shape': (1, 1), }   \n",
    ] {
      #expect(try NPYArray.decode(file(text, [0, 0, 128, 63]), name: "f").floats() == [1])
    }
  }

  @Test(
    arguments: [
      "", "{", "{}", "[]", "{'descr': '<f4'}", "{'descr': '<f4', 'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
      "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4\\x27', 'fortran_order': False, 'shape': (1,)}",
    ])
  func aDamagedHeaderIsATypedError(text: String) {
    let error = failure(file(text, [0, 0, 0, 0]))
    #expect(error?.code == .invalidData)
    #expect(error?.path == "f")
  }

  @Test func whatIsNoNumberAndNoTextIsRefused() {
    for type in ["'|O'", "'<c8'", "'<M8[ns]'", "'|V4'", "'<f16'", "[('a', '<f4')]", "'<i3'", "''"] {
      #expect(failure(file(header(type), [0, 0, 0, 0]))?.code == .unsupported, "\(type)")
    }
    #expect(failure(file(header("'|O'")))?.message.contains("Python objects") == true)
  }

  @Test func aHostileHeaderCostsNothing() {
    let cases: [(bytes: [UInt8], code: SoftmaxError.Code)] = [
      (file(header(shape: "(1000000000000,)")), .unsupported),
      // Texts of no bytes, of which there are very many.
      (file(header("'|S0'", shape: "(1000000000000,)")), .unsupported),
      (file(header("'<U999999999'", shape: "(9000000000,)")), .invalidData),
      (file(header(shape: "(" + String(repeating: "1,", count: 65) + ")")), .unsupported),
      (file(header(shape: "(2,)"), [0, 0, 0, 0]), .invalidData),
      (file(header(), [0, 0, 0, 0, 0]), .invalidData),
      (NPYHeader.magic + [2, 0, 255, 255, 255, 255], .unsupported),
      (NPYHeader.magic + [4, 0, 0, 0], .unsupported),
      (NPYHeader.magic + [1, 1, 0, 0], .unsupported),
      (NPYHeader.magic + [1, 0, 9, 0], .invalidData),
      (NPYHeader.magic, .invalidData), ([], .invalidData), ([1, 2, 3], .invalidData),
    ]
    for (bytes, code) in cases { #expect(failure(bytes)?.code == code) }
  }

  @Test func aFewTextsOfNoBytesAreRead() throws {
    let array = try NPYArray.decode(file(header("'|S0'", shape: "(3,)")), name: "f")
    #expect(try array.texts() == ["", "", ""])
    // Each takes memory all the same, so that a header alone must not ask for four thousand million.
    for (type, shape) in [("'<U0'", "(4294967296,)"), ("'|S0'", "(1048577,)")] {
      let error = error { () throws(SoftmaxError) in
        _ = try NPYArray.decode(file(header(type, shape: shape)), name: "f")
      }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("texts of no characters") == true)
    }
  }

  @Test func everyByteThatIsCutOffOrChangedGivesAnArrayOrATypedError() throws {
    let whole = file(header(shape: "(2, 2)"), [UInt8](repeating: 1, count: 16))
    for count in 0..<whole.count {
      #expect(failure(Array(whole[..<count])) != nil, "\(count) bytes")
    }
    for place in whole.indices {
      for value in [0, 0x27, 0x2c, 0x30, 0xff, whole[place] ^ 1] as [UInt8] {
        var bytes = whole
        bytes[place] = value
        // Whatever it gives, it returns.
        _ = failure(bytes)
      }
    }
  }

  @Test func textsThatAreNoneAreRefused() throws {
    let bytes = try NPYArray.decode(file(header("'|S1'"), [0xff]), name: "f")
    #expect(throws: SoftmaxError.self) { try bytes.texts() }
    let characters = try NPYArray.decode(file(header("'<U1'"), [0, 0xd8, 0, 0]), name: "f")
    #expect(throws: SoftmaxError.self) { try characters.texts() }
  }
}
