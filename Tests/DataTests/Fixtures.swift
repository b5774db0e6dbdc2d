// SPDX-License-Identifier: Apache-2.0
import CZlib
import Foundation
import SoftmaxCore

/// Small files made on the spot.
enum Fixtures {
  /// An IDX file with a header of one's own choice.
  static func idx(type: UInt8 = 8, extents: [UInt32], _ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, type, UInt8(extents.count)]
    for extent in extents {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: extent >> UInt32(24 - 8 * $0)) }
    }
    return bytes + data
  }

  /// Three images of 2 x 2 pixels 0...11.
  static let images = idx(extents: [3, 2, 2], Array(0..<12))

  /// Labels as an IDX file.
  static func labels(_ labels: [UInt8]) -> [UInt8] { idx(extents: [UInt32(labels.count)], labels) }

  /// A gzip member with zlib's usual header.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard
      unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { throw CocoaError(.featureUnsupported) }
    defer { unsafe deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1_000 + 128)
    let count = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        unsafe deflate(&stream, Z_FINISH)
        return unsafe output.count - Int(stream.avail_out)
      }
    }
    return Array(output[..<count])
  }

  /// A safetensors file with a header of one's own choice.
  static func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
    safetensors(Array(header.utf8), data: data)
  }

  static func safetensors(_ header: [UInt8], data: [UInt8]) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }
}

/// The error that a piece of code throws, if it throws one.
func error(of body: () throws(SoftmaxError) -> Void) -> SoftmaxError? {
  do throws(SoftmaxError) {
    try body()
    return nil
  } catch {
    return error
  }
}

extension SoftmaxError {
  /// The path of the location.
  var path: String? {
    if case .file(let path, _) = location { return path }
    return nil
  }

  /// The offset of the location.
  var offset: Int? {
    if case .file(_, let offset) = location { return offset }
    return nil
  }
}
