// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `predict --output`: the rows and columns of a table with their predictions.
@Suite struct PredictFileTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try train(kinds: ["a;1", "b"])
  }

  // Trains on rows whose length and colour tell their kind.
  private func train(kinds: [String]) throws {
    let rows = (0..<40).map { row in
      "\(row % 2 * 4 + row % 3),\(["red", "blue"][row % 2]),\(kinds[row % 2])"
    }
    try bench.write((["length,colour,kind"] + rows).joined(separator: "\n"), to: "train.csv")
    let trained = try bench.run(
      "train", "train.csv", "--target", "kind", "--model", "linear", "--quiet")
    try #require(trained.exitCode == 0, "\(trained.errors)")
  }

  @discardableResult
  private func predict(_ arguments: String...) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(["predict", "model.safetensors"] + arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  private func fails(_ arguments: String..., saying part: String) throws {
    let outcome = try bench.run(["predict", "model.safetensors"] + arguments)
    #expect(outcome.exitCode == 1 || outcome.exitCode == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test func rowsKeepTheirBytesAndPredictionsFollow() throws {
    try bench.write(
      "id,colour,length\n007,\"red\",0.50\n\n008, blue ,5e0\n\"=1+\n2\",red,1", to: "new.csv")
    let outcome = try predict("new.csv", "-o", "out.csv")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasSuffix("wrote 3 rows to out.csv\n"), "\(outcome.errors)")
    let result = try bench.text(of: "out.csv").replacing(/0\.[0-9]+\n/, with: "P\n")
    #expect(
      result == """
        id,colour,length,prediction,probability
        007,"red",0.50,a;1,P
        008, blue ,5e0,b,P
        "=1+
        2",red,1,a;1,P

        """)
    // The numbers are those of standard output.
    let csv = try predict("new.csv", "--csv").lines.dropFirst()
    let probabilities = csv.map { $0.split(separator: ",")[3] }
    for probability in probabilities {
      #expect(try bench.text(of: "out.csv").contains(",\(probability)\n"))
    }
  }

  @Test func spreadsheetsGetTheirSeparatorDecimalMarkLineEndsAndMark() throws {
    try bench.write(
      "\u{feff}sep=;\r\nlength;\"col\r\nour\";colour;note\r\n0,5;x;red;\"1,5\"\r\n5,5;y;blue;",
      to: "new.csv")
    try predict("new.csv", "-o", "out.csv")
    let result = try bench.text(of: "out.csv").replacing(/0,[0-9]+\r\n/, with: "P\r\n")
    #expect(
      result == "\u{feff}sep=;\r\nlength;\"col\r\nour\";colour;note;prediction;probability\r\n"
        + "0,5;x;red;\"1,5\";\"a;1\";P\r\n5,5;y;blue;;b;P\r\n")
    try predict("new.csv", "-o", "out.tsv")
    let tabs = try bench.text(of: "out.tsv").replacing(/0,[0-9]+\r\n/, with: "P\r\n")
    #expect(tabs.hasSuffix("0,5\tx\tred\t\"1,5\"\ta;1\tP\r\n5,5\ty\tblue\t\tb\tP\r\n"), "\(tabs)")
    // A cell with a comma needs quotes among commas.
    try predict("out.tsv", "-o", "commas.csv")
    let commas = try bench.text(of: "commas.csv")
    #expect(commas.contains("\r\n\"0,5\",x,red,\"1,5\",a;1,\"0,"), "\(commas)")
  }

  @Test func theReadmeShowsWhatIsWritten() throws {
    try train(kinds: ["tulip", "iris"])
    try bench.write("id;length;colour\n007;0,5;red\n008;5,5;lilac\n", to: "new.csv")
    let outcome = try predict("new.csv", "-o", "predicted.csv")
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("README.md")
    let shown =
      "$ softmax predict model.safetensors new.csv -o predicted.csv\n" + outcome.errors
      + "$ cat predicted.csv\n" + (try bench.text(of: "predicted.csv"))
    #expect(try String(contentsOf: readme, encoding: .utf8).contains(shown), "\(shown)")
  }

  @Test func aTableWithoutAHeaderGetsNone() throws {
    try bench.write("1,red\n5,blue\n", to: "new.csv")
    try predict("new.csv", "--no-header", "-o", "out.csv")
    let lines = try bench.text(of: "out.csv").split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("1,red,a;1,"))
  }

  @Test func namesOfAddedColumnsAreFree() throws {
    try bench.write("length,colour,prediction,probability_b\n1,red,x,y\n", to: "new.csv")
    try predict("new.csv", "-o", "out.csv", "--top", "2", "--probabilities")
    let header = try bench.text(of: "out.csv").split(separator: "\n")[0]
    #expect(
      header == "length,colour,prediction,probability_b,prediction_2,probability,prediction_3,"
        + "probability_2,probability_a;1,probability_b_2")
    let cells = try bench.text(of: "out.csv").split(separator: "\n")[1].split(separator: ",")
    #expect(cells[4] == "a;1" && cells[6] == "b" && cells.count == 10)
    #expect(cells[5] == cells[8] && cells[7] == cells[9])
  }

  @Test func jsonHasTheCellsByTheirNames() throws {
    try bench.write(
      "id,length,colour,note,zip\n+7,.5,red,\"say \"\"hi\"\"\",01234\n-1e3,2.50,,NA,9\n",
      to: "new.csv")
    try predict("new.csv", "-o", "out.jsonl")
    let lines = try bench.text(of: "out.jsonl").split(separator: "\n")
    #expect(
      lines[0].hasPrefix(
        "{\"id\":7.0,\"length\":0.5,\"colour\":\"red\",\"note\":\"say \\\"hi\\\"\",\"zip\":\"01234\","
          + "\"prediction\":\"a;1\",\"probability\":0."), "\(lines[0])")
    #expect(
      lines[1].hasPrefix(
        "{\"id\":-1e3,\"length\":2.50,\"colour\":null,\"note\":null,\"zip\":9,\"prediction\":"),
      "\(lines[1])")
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }

  @Test func aFileIsReplacedOnlyWhenAskedTo() throws {
    try bench.write("length,colour\n1,red\n", to: "new.csv")
    try bench.write("old", to: "out.csv")
    try fails(
      "new.csv", "-o", "out.csv", saying: "out.csv: is there already; choose another name, or")
    #expect(try bench.text(of: "out.csv") == "old")
    try predict("new.csv", "-o", "out.csv", "--force")
    #expect(try bench.text(of: "out.csv").hasPrefix("length,"))
    // Even the file that is read.
    try predict("new.csv", "-o", "new.csv", "--force")
    #expect(try bench.text(of: "new.csv") == bench.text(of: "out.csv"))
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    try bench.write("length,colour\n1,red\n", to: "new.csv")
    try bench.write("colour,length\nred,1\n", to: "turned.csv")
    try fails("new.csv", "-o", "out.txt", saying: "end it with .csv, .tsv or .jsonl")
    try fails("new.csv", "-o", "out.csv.gz", "--csv", saying: "leave .gz out")
    try fails("new.csv", "-o", "nowhere/out.csv", saying: "make its folder first")
    try fails("new.csv", "none.csv", saying: "none.csv: there is nothing at this path; if the")
    try fails("new.csv", "--force", saying: "--force is for a file")
    try fails("new.csv", "--probabilities", saying: "--probabilities is for a file")
    try fails("new.csv", "-o", "out.csv", "--preview", saying: "--preview is for people")
    try fails(
      "new.csv", "turned.csv", "-o", "out.csv", saying: "turned.csv: its columns are not those of")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).count == 4)
    try predict("new.csv", "turned.csv", "-o", "out.jsonl")
    #expect(try bench.text(of: "out.jsonl").split(separator: "\n").count == 2)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDeviceIsAnError() throws {
    try bench.write("length,colour\n1,red\n", to: "new.csv")
    try fails("new.csv", "-o", "/dev/full", "--csv", saying: "/dev/full: cannot be written: ")
  }

  @Test func valuesThatTheModelDoesNotKnowAreCounted() throws {
    try bench.write("length,colour\n1,green\n,red\n3,pink\n,\n", to: "new.csv")
    let outcome = try predict("new.csv", "-o", "out.csv")
    #expect(
      outcome.errors.hasSuffix(
        "column \"length\": 2 cells are missing, where training had none; the median stands there, "
          + "and probabilities may be far too high\n"
          + "column \"colour\": 1 cell is missing, where training had none\n"
          + "column \"colour\": 2 cells have values that training did not have, such as \"green\"\n"
      ),
      "\(outcome.errors)")
  }

  // More rows than a block has.
  private func writeManyRows(last: String) throws -> String {
    let rows = (0..<20_000).map { "\($0 % 7),\(["red", "blue"][$0 % 2]),n\($0)" }
    let text = (["length,colour,id"] + rows + [last]).joined(separator: "\n")
    try bench.write(text, to: "many.csv")
    return text
  }

  @Test func numbersOfSeveralNotationsAreReadAsInTraining() throws {
    let rows = (0..<40).map { row in
      "0.\(13 + row % 7);\(row % 2 + 1).2\(30 + row),50 €;\(["a", "b"][row % 2])"
    }
    try bench.write((["share;price;kind"] + rows).joined(separator: "\n"), to: "prices.csv")
    let trained = try bench.run(
      "train", "prices.csv", "--model", "linear", "--quiet", "--output", "prices.safetensors")
    try #require(trained.exitCode == 0, "\(trained.errors)")
    for name in ["out.csv", "out.jsonl"] {
      let outcome = try bench.run("predict", "prices.safetensors", "prices.csv", "-o", name)
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
    }
    #expect(
      try bench.text(of: "out.csv").split(separator: "\n")[1].hasPrefix("0.13;1.230,50 €;a;a;0,"))
    #expect(
      try bench.text(of: "out.jsonl").hasPrefix("{\"share\":0.13,\"price\":1230.5,\"kind\":\"a\","))
  }

  @Test func tablesOfManyRowsHaveTheirOwnColumnsAsJSON() throws {
    let rows = (0..<9_000).map { (length: $0 % 5, colour: ["red", "blue"][$0 % 2]) }
    func write(
      _ name: String, _ header: String, _ row: ((length: Int, colour: String)) -> String
    )
      throws
    {
      try bench.write(([header] + rows.map(row)).joined(separator: "\n"), to: name)
    }
    try write("a.csv", "length,colour") { "\($0.length),\($0.colour)" }
    try write("b.csv", "colour,length") { "\($0.colour),\($0.length)" }
    try write("c.csv", "length,other,colour") { "\($0.length),x,\($0.colour)" }
    try predict("a.csv", "b.csv", "c.csv", "-o", "out.jsonl")
    let lines = try bench.text(of: "out.jsonl").split(separator: "\n")
    #expect(lines.count == 27_000)
    #expect(lines[0].hasPrefix("{\"length\":0,\"colour\":\"red\","))
    #expect(lines[9_000].hasPrefix("{\"colour\":\"red\",\"length\":0,"))
    #expect(lines[26_999].hasPrefix("{\"length\":4,\"other\":\"x\",\"colour\":\"blue\","))
  }

  @Test func manyRowsArePredictedAsFewAre() throws {
    let lines = try writeManyRows(last: "3,red,n20000").split(separator: "\n")
    let outcome = try predict("many.csv", "-o", "out.csv")
    #expect(outcome.errors.hasSuffix("wrote 20,001 rows to out.csv\n"), "\(outcome.errors)")
    let result = try bench.text(of: "out.csv").split(separator: "\n")
    try #require(result.count == lines.count)
    #expect(zip(result, lines).allSatisfy { $0.hasPrefix($1 + ",") })
    for row in [0, 8_191, 8_192, 20_000] {
      try bench.write("\(lines[0])\n\(lines[row + 1])\n", to: "one.csv")
      try predict("one.csv", "-o", "alone.csv", "--force")
      #expect(try bench.text(of: "alone.csv").split(separator: "\n")[1] == result[row + 1])
    }
    let piped = try BuiltCommand.run(
      URL(fileURLWithPath: "/bin/sh"),
      [
        "-c", "gzip -c many.csv | \"$0\" predict model.safetensors - -o piped.csv",
        BuiltCommand.url.path,
      ],
      in: bench.folder.url)
    #expect(piped.exitCode == 0, "\(piped.errors)")
    #expect(try bench.text(of: "piped.csv") == bench.text(of: "out.csv"))
    #expect(try predict("many.csv", "--csv").lines.count == 20_002)
    #expect(try predict("many.csv").lines.last?.hasPrefix("row   20000  a;1") == true)
  }

  @Test func anErrorInALateRowNamesItsLineAndLeavesNoFile() throws {
    _ = try writeManyRows(last: "oops,red,x")
    try fails(
      "many.csv", "-o", "out.csv", saying: "many.csv: line 20002, column 1: expected a number")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == [
        "many.csv", "model.safetensors", "train.csv",
      ])
  }

  @Test func controlCLeavesNoFileAlsoWhileAPipeWaits() throws {
    let text = try writeManyRows(last: "3,red,x")
    let process = Process()
    let (input, errors) = (Pipe(), Pipe())
    process.executableURL = BuiltCommand.url
    process.arguments = ["predict", "model.safetensors", "-", "-o", "out.csv"]
    process.currentDirectoryURL = bench.folder.url
    process.standardInput = input
    process.standardError = errors
    // Tests that run in the background ignore the signal, and so would the command.
    let action = signal(SIGINT, SIG_DFL)
    try process.run()
    signal(SIGINT, action)
    // More than the first block, and the end is still to come.
    try input.fileHandleForWriting.write(contentsOf: Data((text + "\n").utf8))
    let rows = text.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
    for _ in 0..<3 { try input.fileHandleForWriting.write(contentsOf: Data(rows.utf8)) }
    func hasTemporaryFile() throws -> Bool {
      try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).contains {
        $0.hasPrefix(".out.csv")
      }
    }
    let deadline = Date.now + 60
    while try !hasTemporaryFile(), Date.now < deadline { usleep(10_000) }
    #expect(try hasTemporaryFile())
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(
      String(decoding: said, as: UTF8.self).hasSuffix("interrupted: no predictions were written\n"))
    #expect(try !hasTemporaryFile())
    #expect(!bench.exists("out.csv"))
  }

  @Test func aTerminalShowsRowsASecond() throws {
    _ = try writeManyRows(last: "3,red,x")
    let shown = try bench.runInTerminal([
      "predict", "model.safetensors", "many.csv", "-o", "out.csv",
    ])
    #expect(shown.contains(/8,192 rows, [0-9,]+ a second/), "\(shown)")
    #expect(shown.contains("wrote 20,001 rows to out.csv"))
  }
}
