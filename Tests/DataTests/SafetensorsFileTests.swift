// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxData
import SoftmaxTestSupport
import Testing

@Suite struct SafetensorsFileTests {
  static let sample = Result {
    try SafetensorsFile(
      tensors: [
        .init(
          name: "layers.1.weight", shape: [2, 3],
          values: [1, -2, 3.5, 0, -0.0, .leastNonzeroMagnitude]),
        .init(name: "layers.1.bias", shape: [2], values: [0.25, .greatestFiniteMagnitude]),
        .init(name: "scale", shape: [], values: [7]),
        .init(name: "none", shape: [0, 5], values: []),
      ],
      metadata: ["b": "two", "a": "ünï \"quoted\" \\ \u{1} \n 🥾"])
  }

  @Test func whatWasWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample.get()
    try file.write(to: folder.path("f"))
    let read = try SafetensorsFile.read(folder.path("f"))
    #expect(read == file)
    // Equality takes -0 for 0.
    #expect(read["layers.1.weight"]?.values[4].sign == .minus)
    #expect(read["missing"] == nil)
    #expect(read.encoded() == file.encoded())
    #expect(try folder.names == ["f"])
  }

  @Test func theBytesAreThoseOfTheFormat() throws {
    let file = try SafetensorsFile(
      tensors: [
        .init(name: "w", shape: [1, 2], values: [1, 2]), .init(name: "b", shape: [1], values: [3]),
      ], metadata: ["k": "v"])
    let header =
      #"{"__metadata__":{"k":"v"},"b":{"data_offsets":[8,12],"dtype":"F32","shape":[1]},"#
      + #""w":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let data: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]
    #expect(file.encoded() == Fixtures.safetensors(padded, data: data))
    #expect(file.tensorDataSHA256 == SHA256.hexDigest(of: data))
  }

  @Test func theDigestIsThatOfTheDataAlone() throws {
    let file = try Self.sample.get()
    let other = try SafetensorsFile(tensors: file.tensors, metadata: [:])
    #expect(other.tensorDataSHA256 == file.tensorDataSHA256)
    #expect(other.encoded() != file.encoded())
    #expect(try SafetensorsFile(tensors: []).tensorDataSHA256 == SHA256.hexDigest(of: []))
  }

  @Test func filesOfOthersAreRead() throws {
    // White space, keys in another order, escapes, data in another order than the header.
    let header = """
      {"b" : { "shape":[ ], "data_offsets": [0 , 4],"dtype":"F32"} ,\t
       "\\u0061\\ud83e\\udd7e\\/": {"dtype":"F32","shape":[1],"data_offsets":[4,8]},
       "__metadata__":{}}   
      """
    let file = try SafetensorsFile.decode(
      Fixtures.safetensors(header, data: [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]), name: "f")
    #expect(file.tensors.map(\.name) == ["b", "a🥾/"])
    #expect(file.tensors.map(\.values) == [[1], [2]])
    #expect(try SafetensorsFile.decode(Fixtures.safetensors("{}"), name: "f").tensors.isEmpty)
  }

  @Test func badContentIsNotWritten() throws {
    let good = SafetensorsFile.Tensor(name: "a", shape: [1], values: [1])
    let cases: [([SafetensorsFile.Tensor], SoftmaxError.Code)] = [
      ([good, good], .invalidArgument),
      (
        [
          .init(name: "\u{e9}", shape: [0], values: []),
          .init(name: "e\u{301}", shape: [0], values: []),
        ],
        .invalidArgument
      ),
      ([.init(name: "__metadata__", shape: [0], values: [])], .invalidArgument),
      ([.init(name: "a", shape: [2], values: [1])], .shapeMismatch),
      ([.init(name: "a", shape: [-1, -1], values: [1])], .shapeMismatch),
      ([.init(name: "a", shape: [.max, 2], values: [1])], .shapeMismatch),
      ([.init(name: "a", shape: Array(repeating: 1, count: 9), values: [1])], .shapeMismatch),
      ([.init(name: "a", shape: [2], values: [1, .nan])], .nonFiniteValue),
      ([.init(name: "a", shape: [1], values: [-.infinity])], .nonFiniteValue),
      ((0...4_096).map { .init(name: "\($0)", shape: [0], values: []) }, .invalidArgument),
    ]
    for (tensors, code) in cases {
      let error = error { () throws(SoftmaxError) in _ = try SafetensorsFile(tensors: tensors) }
      #expect(error?.code == code)
    }
    let many = Dictionary(uniqueKeysWithValues: (0..<4_097).map { ("\($0)", "") })
    #expect(throws: SoftmaxError.self) { try SafetensorsFile(tensors: [], metadata: many) }
    let entries = many.keys.map { "\"\($0)\":\"\"" }.joined(separator: ",")
    let tooMany = Fixtures.safetensors("{\"__metadata__\":{" + entries + "}}")
    #expect(
      DataTests.error { () throws(SoftmaxError) in
        _ = try SafetensorsFile.decode(tooMany, name: "f")
      }?.code == .unsupported)
    let long = String(repeating: "x", count: 8 << 20)
    #expect(throws: SoftmaxError.self) { try SafetensorsFile(tensors: [], metadata: ["k": long]) }
  }

  @Test func onlyRegularFilesUpToTheLimitAreRead() throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample.get()
    try file.write(to: folder.path("f"))
    let size = file.encoded().count
    #expect(try SafetensorsFile.read(folder.path("f"), maximumByteCount: size) == file)
    let cases: [(String, Int, SoftmaxError.Code)] = [
      (folder.path("f"), size - 1, .unsupported), (folder.path, size, .ioFailure),
      (folder.path("missing"), size, .notFound), ("/dev/zero", size, .ioFailure),
    ]
    for (path, limit, code) in cases {
      let error = error { () throws(SoftmaxError) in
        _ = try SafetensorsFile.read(path, maximumByteCount: limit)
      }
      #expect(error?.code == code)
      #expect(error?.path == path)
    }
  }
}
