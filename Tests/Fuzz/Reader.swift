// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

@testable import SoftmaxData

/// What reads bytes that nobody can be trusted to have written, and first uses what it has read.
struct Reader: Sendable {
  let name: String
  let read: @Sendable ([UInt8]) throws -> Void

  private static let greatestByteCount = 1 << 20

  /// Every reader, under the name of its folder in `corpus`.
  static let all = [
    Reader(name: "csv") { bytes in
      let table = try CSVTable.decode(bytes, name: "csv", maximumByteCount: greatestByteCount)
      _ = try table.dataset()
    },
    Reader(name: "csv-as-said") { bytes in
      let format = CSVFormat(options: bytes.first ?? 0)
      let table = try CSVTable.decode(
        Array(bytes.dropFirst()), name: "csv", as: format, maximumByteCount: greatestByteCount)
      _ = try table.features()
    },
    Reader(name: "idx") { bytes in
      let array = try IDXFile.decode(bytes, name: "idx", maximumByteCount: greatestByteCount)
      _ = try IDXFile.images(of: array, path: "idx")
    },
    Reader(name: "npy") { bytes in
      try use(NPYArray.decode(bytes, name: "npy", maximumByteCount: greatestByteCount))
    },
    Reader(name: "npz") { bytes in
      let archive = try NPZArchive(bytes, name: "npz", maximumByteCount: greatestByteCount)
      for name in archive.names { try use(archive.array(name)) }
    },
    Reader(name: "gzip") { bytes in
      _ = try WholeFile.bytes(bytes, name: "gzip", maximumByteCount: greatestByteCount)
    },
    Reader(name: "deflate") { bytes in
      let count = bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      _ = Deflate.unpacked(ByteStorage(Array(bytes.dropFirst(2))), count: count)
    },
    Reader(name: "safetensors") { bytes in
      let file = try SafetensorsFile.decode(bytes, name: "safetensors")
      _ = try Classifier(file)
    },
    // The JSON at the beginning of a safetensors file, without the length that must fit it.
    Reader(name: "safetensors-header") { bytes in
      _ = try SafetensorsHeader(bytes, dataByteCount: greatestByteCount, path: "header")
    },
    Reader(name: "classifier") { bytes in
      _ = try Classifier(SafetensorsFile(description: bytes))
    },
    Reader(name: "checkpoint") { bytes in
      let file = try SafetensorsFile(description: bytes)
      var metadata = file.metadata
      metadata[Checkpoint.checksumKey] = Checkpoint.checksum(of: file.tensors, metadata)
      _ = try Checkpoint(SafetensorsFile(tensors: file.tensors, metadata: metadata))
    },
  ]

  // Whatever the array holds: a kind of values that it has not is refused.
  private static func use(_ array: NPYArray) throws {
    _ = Result(catching: array.texts)
    _ = Result(catching: array.integers)
    _ = try array.doubles()
  }
}

extension CSVFormat {
  /// A format in which each bit of a byte says something that is otherwise found out.
  fileprivate init(options: UInt8) {
    self.init(
      target: [.last, CSVFormat.Target.none, .index(0), .column("2")][Int(options & 3)],
      hasHeader: [nil, nil, false, true][Int(options >> 2 & 3)],
      separator: [nil, .comma, .semicolon, .tab][Int(options >> 4 & 3)],
      decimalMark: options & 64 == 0 ? .point : .comma,
      ignoredColumns: options & 128 == 0 ? [] : ["1"])
  }
}
