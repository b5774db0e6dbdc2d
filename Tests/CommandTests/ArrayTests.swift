// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxData
import SoftmaxTestSupport
import Testing

extension Workbench {
  /// 20 rows of two features that tell two classes apart.
  func writeArrays(features: String, labels: String, to name: String) throws {
    let floats = (0..<20).flatMap { [Float($0 % 2), Float($0) / 20] }
    try NPZArchive.write(
      [
        (features, NPYArray(shape: [20, 2], floats: floats)),
        (labels, NPYArray(shape: [20], integers: (0..<20).map { 3 + $0 % 2 })),
      ], to: folder.path(name))
  }

  /// Two parts as Keras keeps them, with the names of the classes.
  func writeParts(to name: String) throws {
    let floats = (0..<40).flatMap { [Float($0 % 2), Float($0) / 40] }
    let classes = Array("hamspam".utf8)
    let texts = Array(classes[..<3]) + [0] + Array(classes[3...])
    try NPZArchive.write(
      [
        ("x_train", NPYArray(shape: [30, 2], floats: Array(floats[..<60]))),
        ("y_train", NPYArray(shape: [30], integers: (0..<30).map { $0 % 2 })),
        ("x_test", NPYArray(shape: [10, 2], floats: Array(floats[60...]))),
        ("y_test", NPYArray(shape: [10], integers: (30..<40).map { $0 % 2 })),
        (
          "classes",
          NPYArray(
            type: NPYArray.ElementType(.bytes, byteCount: 4), shape: [2], bytes: texts)
        ),
      ], to: folder.path(name))
  }
}

@Suite struct ArrayTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private let settings = [
    "--model", "linear", "--epochs", "40", "--learning-rate", "0.5", "--optimizer", "sgd",
  ]

  @Test func partsAreFoundByTheirNamesAndSaidOnce() throws {
    try bench.writeParts(to: "mails.npz")
    let trained = try bench.run(["train", "mails.npz"] + settings)
    try #require(trained.exitCode == 0, "\(trained.errors)")
    let note =
      "mails.npz: features are x_train with the labels y_train, to judge by x_test with the labels "
      + "y_test, classes are named by classes"
    #expect(trained.errors.split(separator: "\n").count { $0 == note } == 1, "\(trained.errors)")
    #expect(!trained.errors.contains("rows that are trained on"))
    let evaluated = try bench.run("evaluate", "model.safetensors", "mails.npz", "--json")
    #expect(evaluated.output.contains("\"rows\":10"), "\(evaluated.output)\(evaluated.errors)")
    #expect(evaluated.output.contains("\"accuracy\":1"), "\(evaluated.output)")
    let training = try bench.run("evaluate", "model.safetensors", "mails.npz:train", "--json")
    #expect(training.output.contains("\"rows\":30"), "\(training.output)\(training.errors)")
    let predicted = try bench.run("predict", "model.safetensors", "mails.npz", "--json")
    #expect(predicted.lines.count == 10, "\(predicted.errors)")
    #expect(predicted.lines.first?.contains("\"label\":\"ham\"") == true)
    let one = try bench.run("predict", "model.safetensors", "mails.npz:train:1", "--json")
    #expect(one.lines.count == 1, "\(one.errors)")
    #expect(one.output.contains("\"label\":\"spam\""), "\(one.output)")
    let same = try bench.run(
      ["train", "mails.npz", "--test", "mails.npz:train"] + settings)
    #expect(same.errors.contains("rows that are trained on"))
  }

  @Test func arraysAreChosenByNameOrFile() throws {
    try bench.writeArrays(features: "vectors", labels: "folder", to: "mails.npz")
    let unclear = try bench.run(["train", "mails.npz"] + settings)
    #expect(unclear.exitCode == 1)
    #expect(unclear.errors.contains("there are vectors, folder"), "\(unclear.errors)")
    #expect(unclear.errors.contains("--features"))
    let unlabelled = try bench.run(["train", "mails.npz", "--features", "vectors"] + settings)
    #expect(unlabelled.errors.contains("--labels"), "\(unlabelled.errors)")
    let chosen = ["--features", "vectors", "--labels", "folder"]
    let trained = try bench.run(["train", "mails.npz"] + chosen + settings)
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let misspelt = try bench.run(["train", "mails.npz", "--features", "vector"] + settings)
    #expect(misspelt.errors.contains("did you mean vectors?"), "\(misspelt.errors)")
    let archive = try NPZArchive(bench.folder.path("mails.npz"))
    try archive.array("vectors").write(to: bench.folder.path("rows.npy"))
    try archive.array("folder").write(to: bench.folder.path("classes.npy"))
    let files = try bench.run(["train", "rows.npy", "--labels", "classes.npy"] + settings)
    #expect(files.exitCode == 0, "\(files.errors)")
    let evaluated = try bench.run(
      "evaluate", "model.safetensors", "rows.npy", "--labels", "classes.npy", "--json")
    #expect(evaluated.output.contains("\"accuracy\":1"), "\(evaluated.output)\(evaluated.errors)")
    // The file of the features is the data where no other are named.
    let both = ["--features", "rows.npy", "--labels", "classes.npy", "--json"]
    let digest = try #require(
      files.lines.first { $0.hasPrefix("sha256") }?.split(separator: " ").last)
    let alone = try bench.run(["train"] + both + settings)
    #expect(alone.output.contains(digest), "\(alone.output)\(alone.errors)")
    let judged = try bench.run(["evaluate", "model.safetensors"] + both)
    #expect(judged.output.contains("\"accuracy\":1"), "\(judged.output)\(judged.errors)")
    for command in [["train"], ["evaluate", "model.safetensors"]] {
      let nothing = try bench.run(command)
      #expect(nothing.exitCode == 64)
      #expect(nothing.errors.contains("'<data>'"), "\(nothing.errors)")
    }
    let predicted = try bench.run("predict", "model.safetensors", "rows.npy", "--json")
    #expect(predicted.lines.count == 20)
    #expect(predicted.lines.first?.contains("\"label\":\"3\"") == true)
    let table = try bench.run("train", "digits", "--labels", "y", "--epochs", "1")
    #expect(table.exitCode != 0)
    #expect(table.errors.contains("has no arrays to choose from"), "\(table.errors)")
  }

  @Test func aFileOfRowsIsNotUsedForOtherDataToo() throws {
    try bench.writeArrays(features: "x", labels: "y", to: "a.npz")
    try bench.writeArrays(features: "x", labels: "y", to: "b.npz")
    let archive = try NPZArchive(bench.folder.path("a.npz"))
    try archive.array("x").write(to: bench.folder.path("f.npy"))
    try archive.array("y").write(to: bench.folder.path("l.npy"))
    let files = ["--features", "f.npy", "--labels", "l.npy"]
    let message = "b.npz: f.npy holds the rows of the first data, not of this file"
    let trained = try bench.run(["train", "a.npz", "--test", "b.npz"] + files + settings)
    #expect(trained.exitCode == 1)
    #expect(trained.errors.contains(message), "\(trained.errors)")
    let one = try bench.run(["train", "a.npz"] + files + settings)
    #expect(one.exitCode == 0, "\(one.errors)")
    let predicted = try bench.run(
      "predict", "model.safetensors", "a.npz", "b.npz", "--features", "f.npy")
    #expect(predicted.exitCode == 1)
    #expect(predicted.errors.contains(message), "\(predicted.errors)")
    let rows = try bench.run(
      "predict", "model.safetensors", "a.npz:0", "a.npz:3", "--features", "f.npy", "--json")
    #expect(rows.lines.count == 2, "\(rows.errors)")
    // Arrays of the same name in each are what --test is for.
    let judged = try bench.run(
      ["train", "a.npz", "--test", "b.npz", "--features", "x", "--labels", "y", "--json"] + settings
    )
    #expect(judged.exitCode == 0, "\(judged.errors)")
    #expect(judged.lines.last?.contains("\"accuracy\":1") == true, "\(judged.output)")
  }

  @Test func rowsOfAFileAreReadOnce() throws {
    try bench.writeParts(to: "mails.npz")
    try #require(try bench.run(["train", "mails.npz"] + settings).exitCode == 0)
    let predicted = try bench.run(
      "predict", "model.safetensors", "mails.npz:test:0", "mails.npz:test:1", "--json")
    #expect(predicted.lines.count == 2)
    let note =
      "mails.npz: features are x_test with the labels y_test, classes are named by classes"
    #expect(
      predicted.errors.split(separator: "\n").count { $0 == note } == 1, "\(predicted.errors)")
  }

  @Test func bytesThatAreNoPicturesAreWarnedOfWhenTheyAreLarge() throws {
    func train(_ shape: [Int]) throws -> String {
      try NPZArchive.write(
        [
          (
            "x",
            NPYArray(type: .uint8, shape: shape, bytes: (0..<80).map { UInt8($0 % 2) * 255 })
          ), ("y", NPYArray(shape: [20], integers: (0..<20).map { $0 % 2 })),
        ], to: bench.folder.path("bytes.npz"))
      return try bench.run(["train", "bytes.npz"] + settings).errors
    }
    #expect(try train([20, 4]).contains("--standardize"))
    #expect(try !train([20, 2, 2]).contains("--standardize"))
  }

  @Test func aTestPartWithoutLabelsIsLeftOutOfTheTraining() throws {
    try bench.writeParts(to: "mails.npz")
    let archive = try NPZArchive(bench.folder.path("mails.npz"))
    try NPZArchive.write(
      ["x_train", "y_train", "x_test"].map { ($0, try archive.array($0)) },
      to: bench.folder.path("some.npz"))
    let trained = try bench.run(["train", "some.npz:train"] + settings)
    #expect(trained.exitCode == 0, "\(trained.errors)")
    #expect(trained.errors.contains("x_test has no labels"), "\(trained.errors)")
    #expect(!trained.errors.contains("judge by x_test"))
    let predicted = try bench.run("predict", "model.safetensors", "some.npz", "--json")
    #expect(predicted.lines.count == 10)
    #expect(predicted.errors.contains("some.npz: features are x_test\n"), "\(predicted.errors)")
  }

  @Test func inspectListsArraysWhoseLabelsDoNotFit() throws {
    let x = try NPYArray(shape: [2, 2], floats: [0, 1, 1, 0])
    try NPZArchive.write([("x", x), ("y", x)], to: bench.folder.path("onehot.npz"))
    let outcome = try bench.run("inspect", "onehot.npz")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.lines.contains("y              2 x 2, float32"))
    // What is known of the file stands before the error in its samples.
    let three = try NPYArray(shape: [3], integers: [0, 1, 0])
    try NPZArchive.write([("x", x), ("y", three)], to: bench.folder.path("three.npz"))
    let uneven = try bench.run("inspect", "three.npz")
    #expect(uneven.exitCode == 1)
    #expect(uneven.lines.contains("y              3, int64"), "\(uneven.output)")
    #expect(uneven.errors.contains("x has 2 rows, but there are 3 labels in y"))
    try x.write(to: bench.folder.path("x.npy"))
    let single = try bench.run("inspect", "x.npy")
    #expect(single.lines.contains("x              2 x 2, float32"), "\(single.output)")
  }

  @Test func inspectListsTheArraysAndLooksAtTheSamples() throws {
    try bench.writeParts(to: "mails.npz")
    let outcome = try bench.run("inspect", "mails.npz")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.lines.first?.hasPrefix("NPZ file       mails.npz, ") == true)
    #expect(outcome.lines.contains("x_train        30 x 2, float32"))
    #expect(outcome.lines.contains("classes        2, texts of 4 bytes"))
    #expect(outcome.output.contains("2 classes"))
    let json = try bench.run("inspect", "mails.npz", "--json")
    #expect(json.lines.count == 2)
    #expect(
      json.lines.first?.contains("{\"name\":\"x_train\",\"type\":\"float32\",\"shape\":[30,2]}")
        == true, "\(json.output)")
    try bench.writeArrays(features: "a", labels: "b", to: "unclear.npz")
    let unclear = try bench.run("inspect", "unclear.npz")
    #expect(unclear.exitCode == 0)
    #expect(unclear.lines.count == 3, "\(unclear.output)")
    let shown = try bench.run("inspect", "unclear.npz", "--show", "1")
    #expect(shown.exitCode == 1)
  }

  @Test func aDamagedArchiveIsATypedError() throws {
    try bench.writeParts(to: "mails.npz")
    let whole = try bench.folder.read("mails.npz")
    try bench.write(Array(whole.dropLast(30)), to: "cut.npz")
    for command in [["train", "cut.npz"], ["inspect", "cut.npz"]] {
      let outcome = try bench.run(command)
      #expect(outcome.exitCode == 1)
      #expect(outcome.errors.contains("no whole zip file"), "\(outcome.errors)")
    }
  }
}
