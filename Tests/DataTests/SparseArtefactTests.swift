// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Weights that are mostly 0 are stored as sparse rows.
@Suite struct SparseArtefactTests {
  private func classifier(columns: Int = 2000, everyNth: Int = 50) throws -> Classifier {
    var network = try Sequential(input: [columns], seed: 1) { Dense(3) }
    var weight = Matrix(rowCount: 3, columnCount: columns)
    for index in stride(from: 7, to: weight.elements.count, by: everyNth) {
      weight.elements[index] = Float(index) / 3
    }
    // A negative zero is kept too.
    weight.elements[0] = -0.0
    try network.setParameters(ofLayer: 0, weight: weight, bias: [0.5, 0, -1])
    return try Classifier(network: network, classNames: ["a", "b", "c"])
  }

  private func bits(_ classifier: Classifier) -> [UInt32] {
    classifier.network.layers.flatMap { $0.weight?.elements.map(\.bitPattern) ?? [] }
  }

  private func file(
    _ sparse: String, offsets: [Int32] = [0, 1, 2], columns: [Int32] = [0, 3],
    values: [Float] = [1, 2]
  ) throws -> SafetensorsFile {
    try SafetensorsFile(
      tensors: [
        .init(name: "w.row_offsets", shape: [offsets.count], elements: .integers(offsets)),
        .init(name: "w.columns", shape: [columns.count], elements: .integers(columns)),
        .init(name: "w.values", shape: [values.count], values: values),
        .init(name: "b", shape: [1], values: [7]),
      ], metadata: ["sparse": sparse])
  }

  @Test func whatWasSavedIsWhatIsLoaded() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let classifier = try classifier()
    try classifier.save(to: path)
    let file = try SafetensorsFile.read(path)
    #expect(
      file.tensors.map(\.name) == [
        "layers.0.weight.row_offsets", "layers.0.weight.columns", "layers.0.weight.values",
        "layers.0.bias",
      ])
    #expect(file.metadata["sparse"] == #"{"layers.0.weight":[3,2000]}"#)
    #expect(file.encoded().count < 4000)
    let restored = try Classifier.load(path)
    #expect(restored == classifier && bits(restored) == bits(classifier))
    #expect(restored.weightsSHA256 == classifier.weightsSHA256)
  }

  @Test(arguments: [(100, 50), (2000, 3)])
  func aSmallOrFullWeightIsStoredInFull(columns: Int, everyNth: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try classifier(columns: columns, everyNth: everyNth).save(to: path)
    let file = try SafetensorsFile.read(path)
    #expect(file["layers.0.weight"]?.shape == [3, columns] && file.metadata["sparse"] == nil)
  }

  @Test func sparseRowsAreReadInTheirPlace() throws {
    let full = try file(#"{"w":[2,4]}"#).withFullTensors()
    #expect(
      full
        == (try SafetensorsFile(tensors: [
          .init(name: "w", shape: [2, 4], values: [1, 0, 0, 0, 0, 0, 0, 2]),
          .init(name: "b", shape: [1], values: [7]),
        ])))
  }

  @Test func whatIsNoMatrixIsAnError() throws {
    let few = #"{"w":[2,4]}"#
    for broken in [
      try file(#"{"w":[2,3]}"#), try file(#"{"w":[3,4]}"#), try file(#"{"w":[2]}"#),
      try file(#"{"v":[2,4]}"#), try file(#"{"w":[-2,-4]}"#), try file(#"{"w":[2,67108864]}"#),
      try file(#"{"w":[2,9223372036854775807]}"#), try file("[]"),
      try file(few, offsets: [0, 2, 1]), try file(few, offsets: [-1, 1, 2]),
      try file(few, offsets: [0, 1, 3]), try file(few, columns: [0]),
      try file(few, columns: [0, -1]), try file(few, offsets: [0, 2, 2], columns: [3, 0]),
    ] {
      let error = #expect(throws: SoftmaxError.self) { try broken.withFullTensors() }
      #expect([.invalidData, .shapeMismatch, .unsupported].contains(error?.code))
    }
  }
}
