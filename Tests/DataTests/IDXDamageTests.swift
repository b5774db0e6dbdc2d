// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// What is damaged is refused or was not damaged in what matters; nothing traps.
@Suite struct IDXDamageTests {
  @Test func aFileCutOffAnywhereIsAnError() throws {
    for whole in [Fixtures.images, try Fixtures.gzip(Fixtures.images)] {
      for count in 0..<whole.count {
        let error = error { () throws(SoftmaxError) in
          _ = try IDXFile.decode(Array(whole[..<count]), name: "f")
        }
        #expect(error?.code == .invalidData, "\(count) bytes")
      }
    }
  }

  @Test func aLongerFileCutOffAtManyPlacesIsAnError() throws {
    let plain = Fixtures.idx(
      extents: [50, 10, 10], (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) })
    for whole in [plain, try Fixtures.gzip(plain)] {
      for step in 0..<200 {
        let count = whole.count * step / 200
        #expect(throws: SoftmaxError.self) {
          try IDXFile.decode(Array(whole[..<count]), name: "f")
        }
      }
    }
  }

  @Test func aFlippedBitOfTheHeaderIsAnErrorOrChangesNothing() throws {
    let expected = try IDXFile.decode(Fixtures.images, name: "f")
    for bit in 0..<16 * 8 {
      var bytes = Fixtures.images
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      // In the header of a plain file every bit counts.
      #expect(throws: SoftmaxError.self, "bit \(bit)") {
        try IDXFile.decode(bytes, name: "f")
      }
      let packed = try Fixtures.gzip(bytes)
      #expect(throws: SoftmaxError.self, "bit \(bit)") {
        try IDXFile.decode(packed, name: "f")
      }
    }
    #expect(expected.bytes.count == 12)
  }

  @Test func aFlippedBitOfAGzippedFileIsAnErrorOrChangesNothing() throws {
    let expected = try IDXFile.decode(Fixtures.images, name: "f")
    let packed = try Fixtures.gzip(Fixtures.images)
    var harmless = 0
    for bit in 0..<packed.count * 8 {
      var bytes = packed
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do throws(SoftmaxError) {
        let array = try IDXFile.decode(bytes, name: "f")
        #expect(array == expected, "bit \(bit)")
        harmless += 1
      } catch {
        #expect([.invalidData, .unsupported].contains(error.code), "bit \(bit): \(error)")
      }
    }
    // The time, the flags for the reader's amusement and the operating system.
    #expect(harmless >= 32 && harmless < 80)
  }

  @Test func aWrongChecksumOrLengthIsAnError() throws {
    let packed = try Fixtures.gzip(Fixtures.images)
    for index in packed.count - 8..<packed.count {
      var bytes = packed
      bytes[index] &+= 1
      let error = error { () throws(SoftmaxError) in _ = try IDXFile.decode(bytes, name: "f") }
      #expect(error?.code == .invalidData)
      #expect(
        error?.message.contains(index < packed.count - 4 ? "data check" : "length check") == true)
    }
  }

  @Test func everySingleByteValueInTheHeaderIsSurvived() throws {
    for index in 0..<16 {
      for value in UInt8.min...UInt8.max {
        var bytes = Fixtures.images
        bytes[index] = value
        let error = error { () throws(SoftmaxError) in _ = try IDXFile.decode(bytes, name: "f") }
        // Every byte of the header says something.
        #expect((error == nil) == (bytes == Fixtures.images), "byte \(index) is \(value)")
      }
    }
  }
}
