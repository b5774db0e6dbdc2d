// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct InspectTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func aModelSaysHowItCameToBe() throws {
    let trained = try bench.train(
      "--hidden", "12", "--seed", "18446744073709551615", "--json", "--quiet")
    let digest = try #require(try trained.objects().last?["weights_sha256"] as? String)
    let text = try bench.run("inspect", "model.safetensors")
    #expect(text.exitCode == 0, "\(text.errors)")
    for part in [
      "8 x 8, bytes times 1/16", "1,437 rows of digits", "adam", digest, "dense (Dense)",
    ] {
      #expect(text.output.contains(part), "\(part)")
    }
    let json = try bench.run("inspect", "model.safetensors", "--json")
    #expect(json.output.contains("\"seed\":18446744073709551615"))
    let object = try #require(try json.objects().first)
    #expect(object["event"] as? String == "model")
    #expect(object["parameters"] as? Int == 64 * 12 + 12 + 12 * 10 + 10)
    #expect(object["weights_sha256"] as? String == digest)
    #expect((object["training"] as? [String: Any])?["dataset"] as? String == "digits")
  }

  @Test func aModelSaysWhichStepsItTook() throws {
    try bench.train(
      "--optimizer", "adamw", "--schedule", "cosine:warmup=10", "--clip-norm", "1",
      "--accumulate", "2", "--l1", "0.0001", "--quiet")
    let text = try bench.run("inspect", "model.safetensors").output
    #expect(text.contains("cross-entropy, l1 0.0001, l2 0.0"))
    #expect(text.contains("adamw, accumulate 2.0, beta1 0.9"))
    let object = try #require(
      try bench.run("inspect", "model.safetensors", "--json").objects().first)
    let training = try #require(object["training"] as? [String: Any])
    #expect(training["l1"] as? Double == 0.0001)
    let settings = try #require(training["optimizer_settings"] as? [String: Double])
    #expect(
      settings == [
        "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
        "weight_decay": 0.004, "cosine_epochs": 1, "cosine_warmup_steps": 10, "cosine_floor": 0,
        "clip_norm": 1, "accumulate": 2,
      ])
  }

  @Test func dataAreCounted() throws {
    let text = try bench.run("inspect", "digits")
    #expect(text.exitCode == 0)
    #expect(text.output.contains("1,437 rows, values 0.0 to 1.0 (bytes 0 to 16)"))
    let json = try #require(try bench.run("inspect", "digits", "--json").objects().first)
    #expect(json["event"] as? String == "data")
    #expect(json["shape"] as? [Int] == [8, 8])
    let test = try #require(json["test"] as? [String: Any])
    #expect(test["rows"] as? Int == 360)
    #expect((test["class_counts"] as? [Int])?.reduce(0, +) == 360)
    let part = try #require(try bench.run("inspect", "digits:test", "--json").objects().first)
    #expect(part["train"] == nil)
    #expect((part["test"] as? [String: Any])?["rows"] as? Int == 360)
  }

  @Test func aFileOfImagesHasAShape() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    let outcome = try bench.run("inspect", "small/train-images-idx3-ubyte")
    #expect(outcome.output.contains("12 x 2 x 2"))
    let folder = try bench.run("inspect", "small")
    #expect(folder.output.contains("a                      6   50.0 %        6   50.0 %"))
  }

  @Test func aRowShowsItsShapeRangeLabelAndPicture() throws {
    let text = try bench.run("inspect", "digits", "--show", "0,3")
    #expect(text.exitCode == 0, "\(text.errors)")
    #expect(text.lines[0].hasPrefix("row  "))
    #expect(text.lines[1].hasSuffix("8 x 8, values 0.0 to 0.9375 (bytes 0 to 15)"))
    #expect(text.lines[2].hasSuffix("0, 0"))
    // A picture of 8 x 8 is drawn twice as large, two rows of it a line.
    #expect(text.lines.count == 2 * (3 + 8))
    #expect(text.lines[3].contains("%"))
    #expect(text.lines[3 + 8 + 2].hasSuffix("3, 3"))
    let objects = try bench.run("inspect", "digits:test", "--show", "0,1", "--json").objects()
    #expect(objects.map { $0["row"] as? Int } == [0, 1])
    #expect(objects.map { $0["label"] as? String } == ["2", "3"])
    #expect(objects[0]["byte_maximum"] as? Int == 16)
    #expect((objects[0]["values"] as? [Double])?.count == 64)
  }

  @Test func aRowOfATableShowsItsNames() throws {
    let text = try bench.run("inspect", "iris", "--show", "0")
    #expect(text.lines.contains("sepal length (cm) 5.1"))
    #expect(text.lines.contains { $0.hasSuffix("0, setosa") })
  }

  @Test func aColumnThatIsTheSameInAllRowsIsNamed() throws {
    let rows = (0..<120).map { "\(Double($0) / 8),7,on,\(["a", "b"][$0 % 2])" }
    try bench.write("size,unit,state,kind\n" + rows.joined(separator: "\n"), to: "t.csv")
    let shown = try bench.run("inspect", "t.csv")
    #expect(shown.output.contains("look at        the same in all rows of train: unit, state\n"))
    #expect(
      shown.output.contains("size                      0      7.4375      14.875        many"))
    #expect(
      shown.output.contains("unit                      7           7           7           1"))
  }

  @Test func aTableWhoseLastColumnHoldsNoClassesIsShownWithoutThem() throws {
    let rows = (0..<40).map { "\($0 % 3),\(["a", "b"][$0 % 2]),\(Double($0) + 0.5)" }
    let table = "size,kind,price\n" + rows.joined(separator: "\n")
    try bench.write(Array(table.utf8), to: "prices.csv")
    let shown = try bench.run("inspect", "prices.csv")
    #expect(shown.exitCode == 0, "\(shown.errors)")
    for part in [
      "3, no column of classes named", "\"price\" looks like a quantity", "--target",
      "price                   0.5          20        39.5          40",
      "kind                      2             a          20",
    ] {
      #expect(shown.output.contains(part), "\(part) of \(shown.output)")
    }
    let object = try #require(try bench.run("inspect", "prices.csv", "--json").objects().first)
    #expect(object["classes"] is NSNull)
    let train = try #require(object["train"] as? [String: Any])
    #expect(train["rows"] as? Int == 40)
    #expect(train["class_counts"] == nil)
    #expect((train["features"] as? [Any])?.count == 3)
    let because = try #require(object["no_classes_because"] as? String)
    #expect(because.contains("line 1, column 3") && because.contains("(--target)"), "\(because)")
    // Of another fault the error stays.
    try bench.write(Array("w,size,kind\n1,5,a\n-1,6,b\n2,7,a\n".utf8), to: "weights.csv")
    let negative = try bench.run("inspect", "weights.csv", "--weight", "w")
    #expect(negative.exitCode == 1)
    #expect(negative.errors.contains("a weight must be at least 0"), "\(negative.errors)")
    // Objects are shown in the same way.
    let objects = (0..<40).map { #"{"size":\#($0 % 3),"price":\#(Double($0) + 0.5)}"# }
    try bench.write(Array(objects.joined(separator: "\n").utf8), to: "prices.jsonl")
    let lines = try bench.run("inspect", "prices.jsonl")
    #expect(lines.output.contains("no column of classes named"), "\(lines.errors)")
    // A column that was named for the classes has to hold them.
    #expect(try bench.run("inspect", "prices.csv", "--target", "price").exitCode == 1)
    #expect(try bench.run("inspect", "prices.csv", "--target", "kind").exitCode == 0)
  }

  @Test func aPassReadsEveryRowOnce() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    let cases = [
      ("digits", 1_437, 23), ("digits:test", 360, 6), ("small", 12, 1), ("iris", 120, 2),
    ]
    for (data, rows, batches) in cases {
      let outcome = try bench.run(
        "inspect", data, "--pass", "--batch-size", "64", "--readers", "3", "--json")
      let object = try #require(try outcome.objects().first, "\(outcome.errors)")
      #expect(object["event"] as? String == "pass")
      #expect(object["rows"] as? Int == rows)
      #expect(object["batches"] as? Int == batches)
      #expect(object["readers"] as? Int == 3)
      #expect(try #require(object["seconds"] as? Double) > 0)
    }
    let text = try bench.run("inspect", "small", "--pass", "--show", "1")
    #expect(text.output.contains("1 of 256, 12 rows shuffled by seed 0, 4 readers"))
    #expect(text.lines.last?.hasPrefix("time ") == true)
    #expect(text.lines.last?.hasSuffix("s") == true)
  }

  @Test func whatIsThereTwiceOrNotAtAllIsSaid() throws {
    try bench.write(Array("a,b,kind\n1,2,x\n3,4,y\n1,2,x\n1,2,y\n0,0,y\n".utf8), to: "t.csv")
    let text = try bench.run("inspect", "t.csv")
    #expect(text.output.contains("2 rows of train the same as an earlier one, 1 of another class"))
    let json = try #require(try bench.run("inspect", "t.csv", "--json").objects().first)
    let part = try #require(json["train"] as? [String: Any])
    #expect(part["duplicates"] as? Int == 2)
    #expect(part["duplicates_of_another_class"] as? Int == 1)
    let features = try #require(part["features"] as? [[String: Any]])
    #expect(features.map { $0["name"] as? String } == ["a", "b"])
    #expect(features.map { $0["minimum"] as? Double } == [0, 0])
    #expect(features.map { $0["maximum"] as? Double } == [3, 4])
    #expect(features.map { $0["mean"] as? Double } == [1.2, 2])
    #expect(features.map { $0["type"] as? String } == ["number", "number"])
    #expect(features.map { $0["different"] as? Int } == [3, 3])
    // The fixture's two parts are the same.
    try bench.writeImages(to: "small", classNames: ["a", "b"])
    try bench.write(Array("a\nb\nnever\n".utf8), to: "small/classes.txt")
    let images = try bench.run("inspect", "small")
    #expect(images.output.contains("12 rows of test in train too"))
    #expect(images.output.contains("no rows in train of never"))
    let object = try #require(try bench.run("inspect", "small", "--json").objects().first)
    #expect(object["test_rows_in_train"] as? Int == 12)
    #expect((object["test"] as? [String: Any])?["missing_classes"] as? [String] == ["never"])
  }

  @Test func rowsWithCategoriesDatesAndGapsCanBeEqual() throws {
    let rows = [
      "1,red,2024-01-02,x", ",blue,2024-01-03,x", ",blue,2024-01-03,y", "0,red,2024-01-02,x",
      "-0,red,2024-01-02,x", "0,,2024-01-02,y", "0,,2024-01-02,y", "0,red,2024-01-03,y",
    ]
    try bench.write("size,tone,day,kind\n" + rows.joined(separator: "\n"), to: "t.csv")
    let json = try #require(try bench.run("inspect", "t.csv", "--json").objects().first)
    let part = try #require(json["train"] as? [String: Any])
    #expect(part["duplicates"] as? Int == 3)
    #expect(part["duplicates_of_another_class"] as? Int == 1)
  }

  /// `features-that-float-cannot-tell-apart`.
  @Test func valuesThatFloatCannotTellApartStayApart() throws {
    let rows = (0..<40).map { "\(1_700_000_000 + $0),\($0 < 20 ? "early" : "late")\n" }
    try bench.write(Array(("t,y\n" + rows.joined()).utf8), to: "unix.csv")
    let text = try bench.run("inspect", "unix.csv")
    #expect(text.exitCode == 0, "\(text.errors)")
    #expect(!text.output.contains("the same as an earlier one"))
    #expect(text.output.contains("40 rows\n"))
    let feature = try #require(text.lines.last).split(separator: " ")
    #expect(feature == ["t", "1700000000", "1700000019.5", "1700000039", "40"])
    let json = try #require(try bench.run("inspect", "unix.csv", "--json").objects().first)
    let part = try #require(json["train"] as? [String: Any])
    #expect(part["duplicates"] as? Int == 0)
    #expect(part["minimum"] as? Double == 1_700_000_000)
    #expect(part["maximum"] as? Double == 1_700_000_039)
    let features = try #require(part["features"] as? [[String: Any]])
    #expect(features[0]["minimum"] as? Double == 1_700_000_000)
    #expect(features[0]["mean"] as? Double == 1_700_000_019.5)
    #expect(features[0]["maximum"] as? Double == 1_700_000_039)
    let shown = try bench.run("inspect", "unix.csv", "--show", "1")
    #expect(shown.output.contains("t              1700000001.0\n"), "\(shown.output)")
    let row = try bench.run("inspect", "unix.csv", "--show", "1", "--json").objects()
    #expect(row.first?["values"] as? [Double] == [1_700_000_001])
    #expect(row.first?["minimum"] as? Double == 1_700_000_001)
  }

  @Test func whatCannotBeShownIsAnError() throws {
    try bench.train("--quiet")
    for arguments in [
      ["digits", "--show", "1437"], ["digits:test:3", "--show", "0"], ["digits:3", "--pass"],
      ["model.safetensors", "--pass"], ["model.safetensors", "--show", "0"], ["none", "--pass"],
    ] {
      let outcome = try bench.run(["inspect"] + arguments)
      #expect(outcome.exitCode == 1, "\(arguments)")
      #expect(outcome.output.isEmpty)
    }
    for arguments in [
      ["--show", "x"], ["--show", "1,,2"], ["--show", "-1"], ["--show", ""], ["--readers", "2"],
      ["--batch-size", "64"], ["--pass", "--readers", "0"], ["--pass", "--readers", "65"],
      ["--pass", "--batch-size", "0"], ["--pass", "--batch-size", "-1"],
    ] {
      let outcome = try bench.run(["inspect", "digits"] + arguments)
      #expect(outcome.exitCode == 64, "\(arguments)")
    }
  }
}
