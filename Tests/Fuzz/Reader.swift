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
  static let all = ofParts + ofFormats

  // The formats of data, as `train`, `predict` and `inspect` read them. A folder cannot be given as
  // bytes; its files are IDX files or pictures. Pictures have a limit of their own.
  private static let ofFormats = FileFormats.all.filter {
    $0.content != .model && !($0 is IDXFolderFormat) && !($0 is PictureFolderFormat)
      && !($0 is PictureFileFormat)
  }.map { format in
    let name = String(format.title.lowercased().map { $0 == " " ? "-" : $0 })
    return Reader(name: name) { bytes in
      // Refuses a file that decompresses to so many bytes that it takes long.
      _ = try WholeFile.bytes(bytes, name: name, maximumByteCount: greatestByteCount)
      let file = DataFile(bytes: bytes, name: name)
      let options = ReadingOptions()
      _ = Result { () throws(SoftmaxError) in try format.facts(file) }
      _ = Result { () throws(SoftmaxError) in
        try format.rows(file, part: nil, options: options)
      }
      _ = try format.dataset(file, options: options)
    }
  }

  private static let ofParts = [
    Reader(name: "csv-as-said") { bytes in
      let format = CSVFormat(options: bytes.first ?? 0)
      let table = try CSVTable.decode(
        Array(bytes.dropFirst()), name: "csv", as: format, maximumByteCount: greatestByteCount)
      _ = try table.features()
    },
    // An array refuses a kind of values that it does not hold.
    Reader(name: "npy") { bytes in
      let array = try NPYArray.decode(bytes, name: "npy", maximumByteCount: greatestByteCount)
      _ = Result(catching: array.texts)
      _ = Result(catching: array.integers)
      _ = try array.doubles()
    },
    Reader(name: "picture") { bytes in
      let bytes = ByteStorage(bytes)
      guard try Picture.size(of: bytes).byteCount <= greatestByteCount / 4 else {
        throw SoftmaxError(.unsupported, "takes too long with sanitizers")
      }
      _ = try Picture.decoded(bytes).with(channelCount: 3).resized(height: 5, width: 7)
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
      _ = try Classifier(file.withFullTensors())
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
