// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct TableTests {
  let bench: Workbench
  init() throws {
    bench = try Workbench()
    // Two classes apart by their first number.
    let lines = (0..<40).map { row in
      "\(row % 2 == 0 ? "rose" : "iris");\(row % 2 == 0 ? 2 : -2).\(row % 7);0.\(row % 5)"
    }
    try write(["kind;\"the \"\"x\"\"\";y"] + lines, to: "flowers.csv")
  }

  private func write(_ lines: [String], to name: String) throws {
    try bench.write(Array((lines.joined(separator: "\r\n") + "\r\n").utf8), to: name)
  }

  @discardableResult
  private func run(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try run(arguments)
  }

  @discardableResult
  private func run(_ arguments: [String]) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  private func train() throws {
    try run(
      "train", "flowers.csv", "--target", "kind", "--model", "linear", "--epochs", "30", "--test",
      "flowers.csv")
  }

  @Test func tablesInSeveralFilesAreTrainedOnJudgedByAndLookedAt() throws {
    let lines = (0..<90).map { "\($0 % 7),\($0 % 11),\($0 % 7 < 4 ? "low" : "high")\n" }
    for (name, rows) in [("all", 0..<90), ("a", 0..<40), ("b", 40..<60), ("c", 60..<90)] {
      try bench.write("x,y,kind\n" + lines[rows].joined(), to: name + ".csv")
    }
    func run(_ arguments: String...) throws -> [[String: Any]] {
      let outcome = try bench.run(arguments)
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      return try outcome.objects()
    }
    let options = ["--model", "linear", "--json", "--output"]
    var digests: [String] = []
    for data in [["all.csv"], ["a.csv", "b.csv", "c.csv"]] {
      let trained = try bench.run(["train"] + data + options + ["\(data.count).safetensors"])
      try #require(trained.exitCode == 0, "\(trained.errors)")
      let model = try #require(run("inspect", "\(data.count).safetensors", "--json").first)
      digests.append(try #require(model["weights_sha256"] as? String))
      #expect(
        try #require(model["training"] as? [String: Any])["dataset"] as? String
          == data.joined(separator: " "))
    }
    #expect(digests[0] == digests[1])
    let split = try bench.run([
      "train", "a.csv", "--test", "b.csv", "--test", "c.csv", "--model", "linear",
    ])
    #expect(split.exitCode == 0, "\(split.errors)")
    #expect(split.errors.contains("b.csv and 1 more: read as comma, header, 50 rows in 2 files"))
    let judged = try run("evaluate", "model.safetensors", "b.csv", "c.csv", "--json")
    #expect(judged.first?["rows"] as? Int == 50)
    let seen = try run("inspect", "a.csv", "b.csv", "--json")
    #expect((seen.first?["train"] as? [String: Any])?["rows"] as? Int == 60)
    let named = try bench.run(["train", "digits", "a.csv"])
    #expect(named.exitCode == 1)
    #expect(named.errors.contains("\"digits\" is no file, and several have to be tables"))
    let same = try bench.run(["train", "a.csv", "b.csv", "--test", "b.csv", "--model", "linear"])
    #expect(same.errors.contains("warning: --test names rows that are trained on"))
  }

  @Test func aTableIsTrainedOnAndJudgedBy() throws {
    try train()
    let outcome = try run(
      "evaluate", "model.safetensors", "flowers.csv", "--target", "1", "--json")
    #expect(try outcome.objects().first?["accuracy"] as? Double == 1)
    #expect(try outcome.objects().first?["rows"] as? Int == 40)
    // A table with some of the classes only, in another order.
    try write(["rose,1,0", "rose,2,0"], to: "roses.csv")
    let roses = try run("evaluate", "model.safetensors", "roses.csv", "--json")
    #expect(try roses.objects().first?["accuracy"] as? Double == 1)
    try write(["tulip,1,0", "rose,2,0"], to: "tulips.csv")
    let tulips = try bench.run("evaluate", "model.safetensors", "tulips.csv")
    #expect(tulips.exitCode == 1)
    #expect(tulips.errors.contains("the class \"tulip\", which is unknown"))
  }

  @Test func rowsArePredictedWithAndWithoutTheirClasses() throws {
    try train()
    // The columns are found by their names, in whatever order.
    for (name, lines) in [
      ("new.csv", ["\"the \"\"x\"\"\",y", "-3,0", "3,0"]),
      ("turned.csv", ["y,\"the \"\"x\"\"\"", "0,-3", "0,3"]), ("plain.csv", ["-3,0", "3,0"]),
    ] {
      try write(lines, to: name)
      let outcome = try run("predict", "model.safetensors", name, "--json")
      #expect(try outcome.objects().map { $0["label"] as? String } == ["iris", "rose"])
    }
    try write(["x,y", "-3,0"], to: "other.csv")
    let other = try bench.run("predict", "model.safetensors", "other.csv")
    #expect(other.exitCode == 1)
    #expect(other.errors.contains("has no column; there are"))
    let row = try run("predict", "model.safetensors", "new.csv:1")
    #expect(row.output.contains("row 1  rose"))
    let known = try run("predict", "model.safetensors", "flowers.csv:3", "--target", "kind")
    #expect(known.output.contains("row 3  iris"))
    try write(["1,2,3,4"], to: "wide.csv")
    for wrong in ["wide.csv", "new.csv:2", "new.csv:test"] {
      #expect(try bench.run("predict", "model.safetensors", wrong).exitCode == 1, "\(wrong)")
    }
  }

  @Test func everyCommandFindsTheFeaturesOfAModelByName() throws {
    // The built-in irises, with their columns the other way round.
    let names = ["petal width (cm)", "petal length (cm)", "sepal width (cm)", "sepal length (cm)"]
    let species = [
      ("setosa", [0.2, 1.4, 3.4, 5]), ("versicolor", [1.3, 4.3, 2.8, 5.9]),
      ("virginica", [2, 5.5, 3, 6.6]),
    ]
    let flowers = (0..<60).map { row in
      let (name, sizes) = species[row % 3]
      return sizes.map { "\($0 + 0.1 * Double(row % 4))," }.joined() + name
    }
    try write([names.joined(separator: ",") + ",species"] + flowers, to: "turned.csv")
    try run("train", "turned.csv", "--epochs", "200")
    let outcome = try run("evaluate", "model.safetensors", "iris", "--json")
    #expect(try #require(outcome.objects().first?["accuracy"] as? Double) > 0.8)
    let predicted = try run("predict", "model.safetensors", "iris:test:0", "--json")
    #expect(try predicted.objects().first?["label"] as? String == "setosa")
    let straight = flowers.map { line in
      let cells = line.split(separator: ",")
      return (cells[0..<4].reversed() + cells[4...]).joined(separator: ",")
    }
    try write([names.reversed().joined(separator: ",") + ",species"] + straight, to: "straight.csv")
    let explained = try ["turned.csv", "straight.csv"].map { name in
      try run("explain", name, "--model", "model.safetensors", "--json").output
    }
    #expect(explained[0] == explained[1])
    // A training goes on with the columns in its order.
    let keeping = ["--checkpoint", "run", "--resume", "run", "--model", "linear", "--json"]
    let whole = try run("train", "turned.csv", "--epochs", "4", "--model", "linear", "--json")
    #expect(try bench.run(["train", "turned.csv", "--epochs", "2"] + keeping).exitCode == 0)
    let resumed = try bench.run(["train", "straight.csv", "--epochs", "4"] + keeping)
    let hashes = try [whole, resumed].map { outcome in
      try #require(outcome.objects().last?["weights_sha256"] as? String)
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test func aTrainingOnItsTestRowsIsWarnedOf() throws {
    let outcome = try run(
      "train", "flowers.csv", "--target", "kind", "--epochs", "1", "--test", "./flowers.csv")
    #expect(outcome.errors.contains("--test names rows that are trained on"))
  }

  @Test func errorsNameLineAndColumn() throws {
    try write(["a,b,class", "1,2,x", "3,4 cm,y"], to: "wrong.csv")
    for arguments in [["train", "wrong.csv"], ["inspect", "wrong.csv"]] {
      let outcome = try bench.run(arguments)
      #expect(outcome.exitCode == 1)
      #expect(
        outcome.errors.hasPrefix(
          "error: wrong.csv: line 3, column 2: expected a number in \"b\", got \"4 cm\""))
    }
  }

  @Test func headerAndSeparatorCanBeSaid() throws {
    try write(["0,1,2", "1,2,x", "3,4,y"], to: "numbered.csv")
    let found = try run("inspect", "numbered.csv", "--json").objects().first
    #expect((found?["train"] as? [String: Any])?["rows"] as? Int == 3)
    let said = try run("inspect", "numbered.csv", "--json", "--header").objects().first
    #expect((said?["train"] as? [String: Any])?["rows"] as? Int == 2)
    let wrong = try bench.run("inspect", "numbered.csv", "--separator", "semicolon")
    #expect(wrong.exitCode == 1)
    #expect(try bench.run("inspect", "numbered.csv", "--separator", "x").exitCode == 64)
  }

  @Test func howATableWasReadIsSaidOnce() throws {
    let outcome = try run(
      "train", "flowers.csv", "--target", "kind", "--epochs", "1", "--test", "flowers.csv")
    let note = "flowers.csv: read as semicolon, header, 40 rows, classes in \"kind\"\n"
    #expect(outcome.errors.components(separatedBy: note).count == 2, "\(outcome.errors)")
    let predicted = try run("predict", "model.safetensors", "flowers.csv", "--target", "kind")
    #expect(predicted.errors.contains(note))
    #expect(!predicted.output.contains("read as"))
    let quiet = try run("train", "flowers.csv", "--target", "kind", "--epochs", "1", "--quiet")
    #expect(quiet.errors.isEmpty)
  }

  @Test func whatIsFoundByLookingCanBeSaid() throws {
    try write(["sep=;", "id;a;b;kind", "7;1,5;-;x", "8;2,5;3;y", "9;0;1;x"], to: "said.csv")
    let failed = try bench.run("inspect", "said.csv", "--decimal", "point")
    #expect(failed.errors.contains("(--decimal comma)"), "\(failed.errors)")
    let said = try run(
      "inspect", "said.csv", "--decimal", "comma", "--ignore", "id", "--ignore", "3", "--json")
    #expect(
      said.errors.contains("read as semicolon, decimal comma, header, 3 rows, classes in \"kind\""))
    let part = try #require(said.objects().first?["train"] as? [String: Any])
    let features = try #require(part["features"] as? [[String: Any]])
    #expect(features.map { $0["name"] as? String } == ["a"])
    let mark = try bench.run(
      "inspect", "said.csv", "--decimal", "comma", "--missing=-", "--missing", "?")
    #expect(mark.exitCode == 0, "\(mark.errors)")
    #expect(!mark.errors.contains("categories"))
    // Marks that are given come beside the usual ones, unless the empty one is among them.
    try write(["a,b,kind", "1,k,x", "NA,2,y", "3,4,x", "5,6,y"], to: "marks.csv")
    try run("inspect", "marks.csv", "--missing", "k", "--number", "a", "--number", "b")
    let alone = try bench.run(
      "inspect", "marks.csv", "--missing", "", "--missing", "k", "--number", "a")
    #expect(alone.errors.contains("expected a number in \"a\", got \"NA\""), "\(alone.errors)")
    try run(
      "train", "said.csv", "--decimal", "comma", "--ignore", "b", "--epochs", "1", "--test",
      "said.csv")
    for wrong in [["--decimal", "dot"], ["--separator", "space"]] {
      #expect(try bench.run(["inspect", "said.csv"] + wrong).exitCode == 64)
    }
  }

  @Test func aNextCommandReadsTheTableTheSameWay() throws {
    try write(["id;a;kind", "7;1,5;x", "8;2,5;y", "9;0,5;x"], to: "comma.csv")
    let trained = try run(
      "train", "comma.csv", "--decimal", "comma", "--ignore", "id", "--missing", "", "--epochs",
      "1", "--test", "comma.csv")
    #expect(
      trained.errors.contains(
        "predict model.safetensors new.csv --output predicted.csv --decimal comma\n"),
      "\(trained.errors)")
  }

  @Test func aClassOfOneRowIsNamed() throws {
    try write(
      ["a,kind"] + (0..<40).map { "\($0),\($0 == 7 ? "Yes" : ["yes", "no"][$0 % 2])" },
      to: "slip.csv")
    let trained = try run("train", "slip.csv", "--target", "kind")
    #expect(
      trained.errors.contains("warning: 1 class has a single row: Yes; nothing"),
      "\(trained.errors)")
  }

  @Test func rowsWithoutAClassAreLeftOutWhereThatIsSaid() throws {
    try write(["a,kind"] + (0..<40).map { "\($0),\(["x", "y", "NA"][$0 % 3])" }, to: "some.csv")
    let error = try bench.run("train", "some.csv", "--target", "kind")
    #expect(error.exitCode == 1)
    #expect(error.errors.contains("or leave out all such rows (--drop-unlabeled)"))
    let trained = try run("train", "some.csv", "--target", "kind", "--drop-unlabeled")
    #expect(
      trained.errors.contains("warning: some.csv: 13 of its rows have no class and are left out"),
      "\(trained.errors)")
    #expect(trained.errors.contains("27 rows of 1 feature to learn from"))
    #expect(!trained.errors.contains("a single row"))
    let judged = try run(
      "evaluate", "model.safetensors", "some.csv", "--drop-unlabeled", "--json")
    #expect(try judged.objects()[0]["rows"] as? Int == 27)
  }

  @Test func aColumnThatCountsTheRowsIsLeftOutOrWarnedOf() throws {
    let rows = (0..<20).map { "\($0),\($0 % 7),\($0 < 10 ? "x" : "y")" }
    try write([",a,kind"] + rows, to: "i.csv")
    let without = try run("train", "i.csv", "--epochs", "1")
    #expect(
      without.errors.contains(
        "classes in \"kind\" (the last column), left out: column 1 (counts the rows)\n"),
      "\(without.errors)")
    #expect(without.errors.contains("20 rows of 1 feature to learn from"))
    let said = try run("train", "i.csv", "--epochs", "1", "--number", "1")
    #expect(
      said.errors.contains("warning: i.csv: column 1, which has no name, counts the rows"),
      "\(said.errors)")
    #expect(said.errors.contains("20 rows of 2 features to learn from"))
  }

  /// What a model did without is not needed later either.
  @Test func anIdentifierIsShownAndLaterTablesDoWithoutIt() throws {
    let rows = (0..<40).map { "\($0 * 37 % 41),\($0 % 7),\($0 < 20 ? "x" : "y")" }
    try write(["user_id,a,kind"] + rows, to: "ids.csv")
    let shown = try run("inspect", "ids.csv")
    #expect(
      shown.output.contains("identifiers    \"user_id\" (all different)\n"), "\(shown.output)")
    let json = try run("inspect", "ids.csv", "--json")
    #expect(
      json.output.contains(
        #""identifiers":[{"column":1,"name":"user_id","reason":"all different"}]"#),
      "\(json.output)")
    try run("train", "ids.csv", "--epochs", "1")
    try write(["a,kind", "3,x", "5,y"], to: "later.csv")
    try run("evaluate", "model.safetensors", "later.csv")
    try write(["a", "3", "5"], to: "rows.csv")
    #expect(try run("predict", "model.safetensors", "rows.csv").lines.count == 2)
  }

  @Test func aClassMayBeMissingWhereItIsPredicted() throws {
    try train()
    try write(["kind;\"the \"\"x\"\"\";y", ";-3;0", "?;3;0"], to: "unknown.csv")
    let predicted = try run("predict", "model.safetensors", "unknown.csv", "--target", "kind")
    #expect(predicted.lines.map { $0.split(separator: " ")[2] } == ["iris", "rose"])
    let judged = try bench.run("evaluate", "model.safetensors", "unknown.csv", "--target", "kind")
    #expect(judged.errors.contains("unknown.csv: line 2, column 1: the class is missing"))
  }

  @Test func aClassOfAFewRowsIsValidatedAndOneOfARowIsNamed() throws {
    let rows = (0..<64).map { "\($0),\($0 % 7),\($0 >= 60 ? "C" : $0 % 2 == 0 ? "B" : "A")" }
    try write(["x,y,c"] + rows + ["70,1,D"], to: "rare.csv")
    let outcome = try run("train", "rare.csv", "--validation", "0.1", "--epochs", "1")
    #expect(outcome.errors.contains("7 more rows are held back to validate by"))
    #expect(outcome.errors.contains("warning: no row to validate by for D\n"))
  }

  @Test func aClassWithACommaIsWeighted() throws {
    try write(["x,y,c", "1,2,\"a=b\"", "3,4,\"c,d\"", "5,1,e"], to: "names.csv")
    let outcome = try run(
      "train", "names.csv", "--epochs", "1", "--class-weights", "\"c,d\"=2,a=b=3")
    #expect(outcome.errors.contains("3 classes: a=b, \"c,d\", e"))
    let model = try run("inspect", "model.safetensors", "--json").objects().first
    #expect((model?["training"] as? [String: Any])?["class_weights"] as? [Double] == [3, 2, 1])
    for wrong in ["c,d=2", "\"c,d=2", "=2"] {
      let refused = try bench.run("train", "names.csv", "--class-weights", wrong)
      #expect(refused.exitCode == 64)
      #expect(
        refused.errors.contains("a name with a comma stands in double quotes"), "\(refused.errors)")
    }
  }

  @Test(arguments: ["iris", "breast-cancer"])
  func theBuiltInTablesAreJudgedByTheirOwnTestPart(name: String) throws {
    let outcome = try run("train", name, "--epochs", "1", "--json", "--quiet")
    #expect(try outcome.objects().last?["accuracy"] is Double)
    let evaluation = try run("evaluate", "model.safetensors", name, "--json")
    #expect(try evaluation.objects().first?["rows"] as? Int == (name == "iris" ? 30 : 113))
  }

  @Test func aTableWithCategoriesAndGapsNeedsNoOption() throws {
    // The class is that of the color, or for grey ones of the size in the middle.
    let lines = (0..<200).map { row -> String in
      let (color, size) = (["red", "blue", "grey"][row % 3], (row * 37) % 100)
      let isYes = color == "red" || color == "grey" && 30..<70 ~= size
      return "\(color),\(row % 50 == 7 ? "" : "\(size)"),\(isYes ? "yes" : "no")"
    }
    try write(["color,size,answer"] + lines, to: "answers.csv")
    let outcome = try run("train", "answers.csv", "--json")
    #expect(outcome.errors.contains("1 column of categories"))
    let result = try #require(outcome.objects().last)
    #expect(result["event"] as? String == "result")
    #expect((result["candidates"] as? [[String: Any]])?.count == 4)
    let accuracy = try #require(result["cv_accuracy"] as? Double)
    #expect(accuracy > 0.75 && result["cv_log_loss"] as? Double ?? 9 < 0.5)
    let baseline = try #require(result["baseline_accuracy"] as? Double)
    #expect(baseline > 0.4 && baseline < accuracy)
    // A color and a gap that were not there, and columns in another order.
    try write(["size,color", "50,red", ",blue", "50,violet"], to: "later.csv")
    let predicted = try run("predict", "model.safetensors", "later.csv", "--json")
    let labels = try predicted.objects().map { $0["label"] as? String }
    #expect(labels.count == 3 && labels.prefix(2) == ["yes", "no"])
    let inspected = try run("inspect", "model.safetensors")
    #expect(inspected.output.contains("one-hot") && inspected.output.contains("5 networks"))
    let part = try #require(
      run("inspect", "answers.csv", "--json").objects().first?["train"] as? [String: Any])
    let features = try #require(part["features"] as? [[String: Any]])
    #expect(features[0]["categories"] as? Int == 3)
    #expect(features[0]["most_frequent"] as? String == "red")
    #expect(features[0]["most_frequent_rows"] as? Int == 67)
    #expect(features[1]["missing"] as? Int == 4 && features[1]["maximum"] as? Double == 99)
    let shown = try run("inspect", "answers.csv").output
    #expect(shown.contains("missing") && shown.contains("most frequent"), "\(shown)")
    let text = try run("train", "answers.csv", "--piecewise-linear")
    #expect(text.output.contains("cv accuracy") && text.output.contains("converged"))
    try run("explain", "answers.csv")
    try run("explain", "answers.csv", "--model", "model.safetensors")
  }

  @Test func anOptionThatSaysHowTrainsSo() throws {
    let plain = try run("train", "flowers.csv", "--target", "kind", "--json", "--quiet")
    #expect(try plain.objects().last?["objective_gap"] != nil)
    for option in [["--model", "mlp"], ["--epochs", "2"], ["--hidden", "4"]] {
      let other = try run(
        ["train", "flowers.csv", "--target", "kind", "--json", "--quiet"] + option)
      #expect(try other.objects().last?["epochs"] != nil)
    }
    let both = try bench.run("train", "flowers.csv", "--standardize", "--piecewise-linear")
    #expect(both.exitCode == 64)
    let column = try bench.run("train", "flowers.csv", "--category", "y", "--number", "y")
    #expect(column.exitCode == 64 && column.errors.contains("--number"), "\(column.errors)")
  }
}
