// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct FileFormatTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func title(_ bytes: [UInt8]) -> String {
    FileFormats.format(of: DataFile(bytes: bytes, name: "f")).title
  }

  @Test func aFileIsToldByItsFirstBytesAlsoWhenItIsGzipped() throws {
    let array = try NPYArray(shape: [1], floats: [1])
    try array.write(to: folder.path("a"))
    try NPZArchive.write([("a", array)], to: folder.path("b"))
    let cases: [([UInt8], String)] = [
      (Fixtures.images, "IDX file"), (try folder.read("a"), "NPY file"),
      (try folder.read("b"), "NPZ file"), (Fixtures.safetensors("{}"), "model"),
      (Array("1 1:0.5 7:2\n".utf8), "svmlight file"),
      (Array("__label__good  a hot tea\n".utf8), "fastText file"),
      (Array("{\"a\": 1}\n".utf8), "JSON lines file"),
      (Array("\u{feff}\n {}".utf8), "JSON lines file"), (Array("{a},b\n".utf8), "table"),
      (Array("a,b\n1,2\n".utf8), "table"), ([], "table"), ([0x50, 0x4b], "table"),
      // A table in UTF-16.
      ([0xff, 0xfe, 0x61, 0, 0x2c, 0], "table"),
      // Other files are no models because they hold zeros: PNG, JPEG, HDF5, pickle, an icon, zeros.
      ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49], "picture"),
      ([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0], "picture"),
      ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0], "table"),
      ([0x80, 4, 0x95, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0x7d], "table"),
      ([0, 0, 1, 0, 1, 0, 0x10, 0x10, 0, 0], "table"),
      ([UInt8](repeating: 0, count: 16), "table"), ([0, 0, 8, 0, 1], "table"),
    ]
    for (bytes, expected) in cases {
      #expect(title(bytes) == expected)
      #expect(title(try Fixtures.gzip(bytes)) == expected)
      let path = try folder.write(bytes, to: "file.csv")
      #expect(FileFormats.format(of: try DataFile(path)).title == expected)
    }
    #expect(FileFormats.format(of: try DataFile(folder.path)).title == "IDX folder")
    #expect(FileFormats.format(of: try DataFile(folder.path("nothing"))).title == "table")
  }

  @Test func everyFormatReturnsOnBytesThatAreNotItsOwn() throws {
    let files = [
      Fixtures.images, Fixtures.safetensors("{}"), Array("a,b\n1,x\n".utf8), [], NPYHeader.magic,
      Array("1 1:0.5\n".utf8),
      [0x50, 0x4b, 3, 4],
    ]
    for format in FileFormats.all {
      for bytes in files
      where FileFormats.format(of: DataFile(bytes: bytes, name: "f")).name != format.name {
        let file = DataFile(bytes: bytes, name: "f")
        let options = ReadingOptions()
        #expect(throws: SoftmaxError.self) { try format.dataset(file, options: options) }
        #expect(throws: SoftmaxError.self, "\(format.title), \(bytes)") {
          try format.rows(file, part: nil, options: options)
        }
        // The other formats have no facts and look at nothing.
        if !["IDX file", "NPZ file", "NPY file"].contains(format.title) {
          #expect(try format.facts(file).isEmpty)
        } else {
          #expect(throws: SoftmaxError.self, "\(format.title), \(bytes)") {
            try format.facts(file)
          }
        }
      }
    }
  }

  @Test func theFormatsHaveNamesOfTheirOwn() {
    let titles = FileFormats.all.map(\.title)
    #expect(Set(titles).count == titles.count)
    // Every format with labels is named in the help, and no other.
    for format in FileFormats.all {
      let isNamed = FileFormats.namesOfLabeledData.contains(format.name)
      #expect(isNamed == (format.content == .labeledFeatures), "\(format.name)")
    }
    #expect(FileFormats.namesOfLabeledData.hasSuffix(" or a table"))
  }

  /// A format or a data set without its line in the list would compile and never be asked.
  @Test func whatTheSourcesDefineIsInTheLists() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/SoftmaxData")
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    let texts = try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map {
      try String(contentsOf: sources.appendingPathComponent($0), encoding: .utf8)
    }
    func found(_ pattern: Regex<(Substring, Substring)>) -> [String] {
      texts.flatMap { $0.matches(of: pattern).map { String($0.output.1) } }
    }
    let formats = found(/struct (\w+): FileFormat \{/)
    #expect(Set(formats) == Set(FileFormats.all.map { "\(type(of: $0))" }))
    let loading = found(/public (static) func load\(\)/)
    let remote = found(/static let (\w+) = RemoteDataset\(/)
    #expect(loading.count >= 3)
    #expect(remote.count >= 2)
    #expect(NamedDataset.all.count == loading.count + remote.count, "\(remote)")
  }
}
