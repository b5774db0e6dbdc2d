// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxData
import Testing

@Suite struct SafetensorsDamageTests {
  static let zeros = [UInt8](repeating: 0, count: 16)

  /// Headers that must be refused with 16 bytes of data behind them, and how.
  static let attacks: [(header: String, code: SoftmaxError.Code)] = [
    // Not the right JSON
    ("", .invalidData), (" {}", .invalidData), ("[]", .invalidData), ("{", .invalidData),
    ("{}", .invalidData), ("{\"a\"", .invalidData), ("{\"a\":}", .invalidData),
    ("{\"a\":{},}", .invalidData), ("{\"a\":null}", .invalidData), ("{\"a\":[]}", .invalidData),
    (String(repeating: "{\"a\":", count: 100_000), .invalidData),
    ("{\"a\":" + String(repeating: "[", count: 100_000), .invalidData),
    (tensor("[4]", "[0,16]") + "x", .invalidData), (tensor("[4]", "[0,16]") + "\n", .invalidData),
    (tensor("[4]", "[0,16]") + "{}", .invalidData), (tensor("[4]", "[0,16]") + "\0", .invalidData),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16],}}", .invalidData),
    ("{'a':{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", .invalidData),
    // Keys that are missing, unknown or there twice
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[4]}}", .invalidData),
    ("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,16]}}", .invalidData),
    ("{\"a\":{\"shape\":[4],\"data_offsets\":[0,16]}}", .invalidData),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16],\"more\":1}}", .invalidData
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"shape\":[4],\"data_offsets\":[0,16]}}",
      .invalidData
    ),
    (tensors("[2]", "[0,8]", "\"a\"", "[2]", "[8,16]"), .invalidData),
    (tensors("[2]", "[0,8]", "\"\\u0061\"", "[2]", "[8,16]"), .invalidData),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", .invalidData),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", .invalidData),
    ("{\"__metadata__\":{\"k\":1}}", .invalidData), ("{\"__metadata__\":{\"k\":{}}}", .invalidData),
    ("{\"__metadata__\":[]}", .invalidData),
    // Strings that are none
    ("{\"\\ud800\":", .invalidData), ("{\"\\ud800\\u0061\":", .invalidData),
    ("{\"\\udc00\":", .invalidData), ("{\"\\u12\":", .invalidData), ("{\"\\x\":", .invalidData),
    ("{\"\n\":", .invalidData), ("{\"\\", .invalidData), ("{\"\\u", .invalidData),
    // Types
    (tensor("[4]", "[0,16]", type: "F64"), .invalidData),
    (tensor("[2]", "[0,16]", type: "F16"), .unsupported),
    (tensor("[4]", "[0,16]", type: "f32"), .unsupported),
    (tensor("[4]", "[0,16]", type: ""), .unsupported),
    // Shapes and offsets
    (tensor("[5]", "[0,16]"), .invalidData), (tensor("[4]", "[0,12]"), .invalidData),
    (tensor("[4]", "[16,0]"), .invalidData), (tensor("[4]", "[4,20]"), .invalidData),
    (tensor("[3]", "[0,12]"), .invalidData), (tensor("[5]", "[0,20]"), .invalidData),
    (tensor("[0]", "[8,8]"), .invalidData), (tensor("[4]", "[0]"), .invalidData),
    (tensor("[4]", "[0,16,16]"), .invalidData), (tensor("[4]", "[]"), .invalidData),
    (tensor("4", "[0,16]"), .invalidData), (tensor("[-4]", "[0,16]"), .invalidData),
    (tensor("[4.0]", "[0,16]"), .invalidData), (tensor("[4e0]", "[0,16]"), .invalidData),
    (tensor("[04]", "[0,16]"), .invalidData), (tensor("[\"4\"]", "[0,16]"), .invalidData),
    (tensor("[4,]", "[0,16]"), .invalidData), (tensor("[[4]]", "[0,16]"), .invalidData),
    (tensor("[1,1,1,1,1,1,1,1,4]", "[0,16]"), .invalidData),
    (tensor("[4294967296,4294967296]", "[0,16]"), .invalidData),
    (tensor("[4611686018427387904]", "[0,0]"), .invalidData),
    (tensor("[18446744073709551616]", "[0,16]"), .invalidData),
    (tensor("[4]", "[18446744073709551600,18446744073709551616]"), .invalidData),
    (tensor("[4]", "[9223372036854775791,9223372036854775807]"), .invalidData),
    // Holes, overlaps, the same bytes twice
    (tensors("[1]", "[0,4]", "\"b\"", "[2]", "[8,16]"), .invalidData),
    (tensors("[3]", "[0,12]", "\"b\"", "[2]", "[8,16]"), .invalidData),
    (tensors("[4]", "[0,16]", "\"b\"", "[4]", "[0,16]"), .invalidData),
    (tensors("[2]", "[8,16]", "\"b\"", "[1]", "[4,8]"), .invalidData),
  ]

  private static func tensor(_ shape: String, _ offsets: String, type: String = "F32") -> String {
    "{\"a\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  private static func tensors(
    _ shape: String, _ offsets: String, _ name: String, _ shape2: String, _ offsets2: String
  ) -> String {
    tensor(shape, offsets).dropLast()
      + ",\(name):{\"dtype\":\"F32\",\"shape\":\(shape2),\"data_offsets\":\(offsets2)}}"
  }

  @Test(arguments: attacks.indices)
  func attacksAreRefused(index: Int) {
    let (header, code) = Self.attacks[index]
    let bytes = Fixtures.safetensors(header, data: Self.zeros)
    let error = error { () throws(SoftmaxError) in
      _ = try SafetensorsFile.decode(bytes, name: "f")
    }
    #expect(error?.code == code, "\(header.prefix(200)): \(String(describing: error))")
    #expect(error?.path == "f")
    #expect((error?.description.count ?? 0) < 400)
  }

  @Test func theAttacksFailForTheirOwnReasons() throws {
    let good = Fixtures.safetensors(Self.tensor("[4]", "[0,16]"), data: Self.zeros)
    #expect(try SafetensorsFile.decode(good, name: "f").tensors.count == 1)
    let two = Self.tensors("[2]", "[8,16]", "\"b\"", "[2]", "[0,8]")
    #expect(
      try SafetensorsFile.decode(Fixtures.safetensors(two, data: Self.zeros), name: "f")
        .tensors.map(\.name) == ["b", "a"])
  }

  @Test func headersThatAreNotUTF8AreRefused() {
    for name in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]] {
      let header = Array("{\"".utf8) + name + Array("\":{}}".utf8)
      #expect(throws: SoftmaxError.self) {
        try SafetensorsFile.decode(Fixtures.safetensors(header, data: []), name: "f")
      }
    }
  }

  @Test func wrongLengthsOfTheHeaderAreRefused() throws {
    let whole = try SafetensorsFileTests.sample.get().encoded()
    for length in [0, 1, 7, 9, 1 << 20, 100_000_001, 1 << 62, .max] as [UInt64] {
      var bytes = whole
      for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
      #expect(throws: SoftmaxError.self, "\(length)") {
        try SafetensorsFile.decode(bytes, name: "f")
      }
    }
  }

  @Test func aFileCutOffOrLengthenedAnywhereIsAnError() throws {
    let whole = try SafetensorsFileTests.sample.get().encoded()
    for count in 0..<whole.count {
      let error = error { () throws(SoftmaxError) in
        _ = try SafetensorsFile.decode(Array(whole[..<count]), name: "f")
      }
      #expect(error?.code == .invalidData, "\(count) bytes")
    }
    #expect(throws: SoftmaxError.self) { try SafetensorsFile.decode(whole + [0], name: "f") }
  }

  @Test func aFlippedBitOfTheHeaderIsAnErrorOrLeavesTheNumbers() throws {
    let file = try SafetensorsFileTests.sample.get()
    let whole = file.encoded()
    let dataCount = file.tensors.reduce(0) { $0 + $1.values.count * 4 }
    for bit in 0..<(whole.count - dataCount) * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do throws(SoftmaxError) {
        // What may change is a name, the metadata or the shape of a tensor without numbers: the
        // format has no checksum for them.
        let read = try SafetensorsFile.decode(bytes, name: "f")
        #expect(read.tensorDataSHA256 == file.tensorDataSHA256)
        #expect(
          read.tensors.map(\.shape).filter { !$0.contains(0) }
            == file.tensors.map(\.shape).filter { !$0.contains(0) }, "bit \(bit)")
      } catch {
        #expect([.invalidData, .unsupported].contains(error.code), "bit \(bit): \(error)")
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, Float(bitPattern: 0x7f80_0001)])
  func numbersThatAreNotFiniteAreNamed(value: Float) throws {
    let pattern = value.bitPattern
    let data =
      Self.zeros[..<8] + (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
      + Self.zeros[..<4]
    let header = Self.tensors("[2]", "[0,8]", "\"bad one\"", "[2]", "[8,16]")
    let error = error { () throws(SoftmaxError) in
      _ = try SafetensorsFile.decode(
        Fixtures.safetensors(header, data: Array(data)), name: "f")
    }
    #expect(error?.code == .nonFiniteValue)
    #expect(error?.message.contains("\"bad one\": value 0") == true)
    #expect(error?.offset == 8 + header.utf8.count + 8)
  }
}
