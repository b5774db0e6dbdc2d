// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxData
import SoftmaxModels
import SoftmaxTestSupport
import Testing

/// Model files of calibrated classifiers.
@Suite struct CalibrationArtefactTests {
  private func rows() throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix((0..<60).map { [Float($0 * 7 % 20), Float($0 * $0 % 13)] })),
      labels: (0..<60).map { ($0 * 7 % 20 + 2 * ($0 * $0 % 13) + 9 * ($0 % 3)) / 18 % 3 },
      classNames: ["a", "b", "c"])
  }

  private func calibrated(among methods: [CalibrationMethod]) throws -> Classifier {
    let rows = try rows()
    let model = try MLPClassifier(hiddenUnits: [4], epochs: 3).fitted(to: rows)
    let calibration = try Calibration.fitted(
      to: model.evaluation(on: rows), among: methods, isRequired: true)
    return try model.calibrated(by: calibration)
  }

  @Test(arguments: [[CalibrationMethod.temperature], [.vector], [.dirichlet()]])
  func whatWasSavedIsWhatIsLoaded(methods: [CalibrationMethod]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let model = try calibrated(among: methods)
    try model.save(to: path)
    let restored = try Classifier.load(path)
    #expect(restored == model && restored.calibration?.name == methods[0].name)
    #expect(restored.calibration?.selection == model.calibration?.selection)
    #expect(restored.calibration?.fittedRows != nil)
    #expect(restored.weightsSHA256 == (try model.calibrated(by: nil)).weightsSHA256)
    #expect(
      try restored.probabilities(for: rows().features) == model.probabilities(for: rows().features))
    let metadata = try SafetensorsFile.read(path).metadata
    // A release that does not know the key refuses the file for this one.
    #expect(metadata["temperature"] == "calibration" && metadata["calibration"] != nil)
  }

  @Test func aClassifierWithoutCalibrationIsStoredAsBefore() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try calibrated(among: [.temperature]).calibrated(by: nil).save(to: path)
    let metadata = try SafetensorsFile.read(path).metadata
    #expect(metadata["temperature"] == "1" && metadata["calibration"] == nil)
    #expect(try Classifier.load(path).calibration == nil)
  }

  @Test(arguments: ConformalPredictor.Kind.all)
  func setsAreStoredToo(kind: ConformalPredictor.Kind) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let plain = try calibrated(among: [.temperature])
    for model in [plain, try plain.calibrated(by: nil)] {
      // A class of few rows is in every set: a threshold of infinity.
      let conformal = try ConformalPredictor.fitted(
        to: model.evaluation(on: rows()), coverage: 0.99, kind: kind, seed: 3)
      let withSets = try model.with(conformal: conformal)
      try withSets.save(to: path)
      #expect(try Classifier.load(path) == withSets)
      #expect(try withSets.calibrated(by: Calibration(temperature: 3)).conformal == nil)
    }
  }

  @Test func hostileSetsAreTypedErrors() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try calibrated(among: [.temperature]).save(to: path)
    let good = try SafetensorsFile.read(path)
    func text(
      _ kind: String, _ coverage: String, _ thresholds: String, _ more: String = ""
    ) -> String {
      "{\"kind\":\"\(kind)\",\"coverage\":\(coverage),\"rows\":9,\"thresholds\":[\(thresholds)],"
        + "\"seed\":0\(more)}"
    }
    for text in [
      "{}", text("odd", "0.9", "1"), text("plain", "1.5", "1"), text("plain", "0.9", "1,2"),
      text("class-wise", "0.9", "1"), text("plain", "0.9", "\"nan\""), text("plain", "0.9", "-1"),
      text("plain", "0.9", "1", ",\"more\":1"), text("plain", "\"infinity\"", "1"),
    ] {
      var metadata = good.metadata
      metadata["conformal"] = text
      try SafetensorsFile(tensors: good.tensors, metadata: metadata).write(to: path)
      #expect(throws: SoftmaxError.self, "\(text)") { try Classifier.load(path) }
    }
    var metadata = good.metadata
    metadata["conformal"] = text("plain", "0.9", "1")
    try SafetensorsFile(tensors: good.tensors, metadata: metadata).write(to: path)
    #expect(try Classifier.load(path).conformal?.coverage == 0.9)
  }

  @Test func hostileValuesAreTypedErrors() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try calibrated(among: [.temperature]).save(to: path)
    let good = try SafetensorsFile.read(path)
    let many = String(repeating: "1,", count: 100_000) + "1"
    let texts = [
      "", "1", "[]", "{}", "{\"scales\":[0],\"intercepts\":[]}",
      "{\"scales\":[\"nan\"],\"intercepts\":[]}", "{\"scales\":[\"infinity\"],\"intercepts\":[]}",
      "{\"scales\":[-2],\"intercepts\":[]}", "{\"scales\":[1,1],\"intercepts\":[0,0]}",
      "{\"scales\":[1e999],\"intercepts\":[]}", "{\"scales\":[2],\"intercepts\":[0]}",
      "{\"scales\":[\(many)],\"intercepts\":[0,0,0]}",
      "{\"scales\":[2],\"intercepts\":[],\"shift\":1}",
      "{\"scales\":[2],\"intercepts\":[],\"rows\":{\"hashes\":[-1]}}",
      "{\"scales\":[2],\"intercepts\":[],\"selection\":{\"attempts\":[],\"chosen\":4,"
        + "\"foldCount\":5,\"seed\":0,\"rowCount\":9}}",
      String(repeating: "[", count: 100_000),
    ]
    for text in texts {
      var metadata = good.metadata
      metadata["calibration"] = text
      try SafetensorsFile(tensors: good.tensors, metadata: metadata).write(to: path)
      #expect(throws: SoftmaxError.self, "\(text.prefix(60))") { try Classifier.load(path) }
    }
    for (temperature, calibration) in [("1", good.metadata["calibration"]), ("calibration", nil)] {
      var metadata = good.metadata
      metadata["temperature"] = temperature
      metadata["calibration"] = calibration
      try SafetensorsFile(tensors: good.tensors, metadata: metadata).write(to: path)
      let error = #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
      #expect(error?.message.contains("temperature") == true)
    }
  }
}
