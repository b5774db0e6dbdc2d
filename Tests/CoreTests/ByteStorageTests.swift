// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SoftmaxCore

@Suite struct ByteStorageTests {
  /// Some bytes of a file that is removed at once, behind eight others.
  private func mapped(_ bytes: [UInt8]) throws -> MappedBytes {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data([UInt8](repeating: 9, count: 8) + bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let handle = try FileHandle(forReadingFrom: url)
    return try #require(
      MappedBytes(descriptor: handle.fileDescriptor, offset: 8, count: bytes.count))
  }

  private func matrix(_ storage: ByteStorage) throws -> ByteMatrix {
    try ByteMatrix(rowCount: 3, columnCount: 2, storage: storage, scale: 0.5)
  }

  @Test func aMappedMatrixIsEqualToOneOfAnArray() throws {
    let array = try matrix(ByteStorage([1, 2, 3, 4, 5, 6]))
    let mapped = try matrix(ByteStorage(mapped([1, 2, 3, 4, 5, 6])))
    #expect(mapped == array)
    #expect(array == mapped)
    #expect(mapped.hashValue == array.hashValue)
    #expect(mapped.bytes == [1, 2, 3, 4, 5, 6])
    #expect(mapped.row(2) == [5, 6])
    #expect(mapped.floats() == array.floats())
    #expect(mapped.selecting(rows: [2, 0, 2]) == array.selecting(rows: [2, 0, 2]))
    #expect(Features.bytes(mapped).row(1) == [1.5, 2])
    #expect(Features.bytes(mapped) == .bytes(array))
    #expect(unsafe mapped.withUnsafeBytes { unsafe Array($0) } == array.bytes)
    let other = try matrix(ByteStorage(self.mapped([1, 2, 3, 4, 5, 7])))
    #expect(mapped != other)
    #expect(other != array)
  }

  @Test func theShapeOfMappedBytesIsCheckedToo() throws {
    let storage = try ByteStorage(mapped([1, 2, 3]))
    #expect(throws: SoftmaxError.self) { try matrix(storage) }
    #expect(ByteStorage([]) == ByteStorage([]))
    #expect(try ByteStorage(mapped([1])) != ByteStorage([]))
  }

  @Test func whatCannotBeMappedIsNil() {
    #expect(MappedBytes(descriptor: -1, offset: 0, count: 4) == nil)
    #expect(MappedBytes(descriptor: 0, offset: 0, count: 0) == nil)
    #expect(MappedBytes(descriptor: 0, offset: 8, count: .max) == nil)
  }

  @Test func kernelsReadMappedBytesAsTheyReadArrays() throws {
    let array = try Features.bytes(matrix(ByteStorage([1, 2, 3, 4, 5, 6])))
    let mapped = try Features.bytes(matrix(ByteStorage(mapped([1, 2, 3, 4, 5, 6]))))
    let arena = Arena()
    let views = [array, mapped].map { features in
      let view = arena.matrix(rowCount: 3, columnCount: 2)
      features.withSource { Kernels.best.convert($0, from: 0, into: view) }
      return view
    }
    for row in 0..<3 {
      for column in 0..<2 { #expect(views[0][row, column] == views[1][row, column]) }
    }
    #expect(views[1][2, 1] == 3)
  }
}
