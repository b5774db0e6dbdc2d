// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct SVMLightTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func rows(
    _ text: String, as format: SVMLightFormat = SVMLightFormat()
  ) throws(SoftmaxError) -> SVMLightRows {
    try SVMLightRows(ByteStorage(Array(text.utf8)), path: "f", as: format)
  }

  private func failure(
    _ text: String, as format: SVMLightFormat = SVMLightFormat()
  ) -> SoftmaxError? {
    error { () throws(SoftmaxError) in _ = try rows(text, as: format) }
  }

  @Test func aLineIsALabelAndTheValuesOfColumns() throws {
    let read = try rows("1 1:0.5 3:2\n-1 2:-1e-2\n")
    #expect(read.labels == ["1", "-1"])
    #expect(read.matrix.floats() == (try Matrix([[0.5, 0, 2], [0, -0.01, 0]])))
    #expect(read.note == "read as svmlight, 2 rows, 3 columns from number 1, 3 values")
  }

  @Test func remarksQueriesBlanksAndEmptyLinesAreSkipped() throws {
    let read = try rows(
      "# remark 1:2\n\n  +1 \t qid:7 1:1  2:2 # 3:3\r\n2#x\r\n0 2:.5\n \n")
    #expect(read.labels == ["1", "2", "0"])
    #expect(read.matrix.floats() == (try Matrix([[1, 2], [0, 0], [0, 0.5]])))
  }

  @Test func theFirstColumnIsNumberedZeroIfARowHasIt() throws {
    let read = try rows("a 0:1 2:3\nb 1:1")
    #expect(read.matrix.firstIndex == 0)
    #expect(read.matrix.floats() == (try Matrix([[1, 0, 3], [0, 1, 0]])))
    // An entry whose value is 0 counts.
    #expect(try rows("a 0:0 1:3").matrix.firstIndex == 0)
    let said = try rows("a 1:3", as: SVMLightFormat(firstIndex: 0))
    #expect(said.matrix.row(0) == [0, 3])
  }

  @Test func columnsWithoutEntriesAreThereIfTheirNumberIsKnown() throws {
    let read = try rows("a 1:3", as: SVMLightFormat(columnCount: 4))
    #expect(read.matrix.row(0) == [3, 0, 0, 0])
    #expect(try rows("a 1:1 5:0").matrix.columnCount == 5)
  }

  @Test func classesAreSortedByValueIfTheyAreNumbers() throws {
    let numbers = try rows("10 1:1\n+2 1:2\n-1 1:3\n").dataset(knownClassNames: nil)
    #expect(numbers.classNames == ["-1", "2", "10"] && numbers.labels == [2, 1, 0])
    let words = try rows("ham 1:1\nspam 1:2\nham 1:3\n").dataset(knownClassNames: nil)
    #expect(words.classNames == ["ham", "spam"] && words.labels == [0, 1, 0])
    let known = try rows("spam 1:1\n").dataset(knownClassNames: ["spam", "ham"])
    #expect(known.classNames == ["spam", "ham"] && known.labels == [0])
  }

  @Test(arguments: [
    ("1 1:1 x", 3, "expected index:value, got \"x\""),
    ("1 1:1 2", 3, "expected index:value, got \"2\""),
    ("1 1:1 x:2", 3, "expected the number of a column before the colon, got \"x:2\""),
    ("1 -1:2", 2, "expected the number of a column before the colon, got \"-1:2\""),
    ("1 1:x", 2, "expected a number after the colon, got \"x\""),
    ("1 1:", 2, "expected a number after the colon, got \"\""),
    ("1 1:1:2", 2, "expected a number after the colon, got \"1:2\""),
    ("1 1:nan", 2, "expected a number after the colon, got \"nan\""),
    ("1 2:1 1:1", 3, "the index 1 comes after 2, expected ascending ones"),
    ("1 2:1 2:1", 3, "the index 2 occurs twice"),
    ("1:1 2:1", 1, "expected a label, got \"1:1\""),
    ("1 99999999999999999999:1", 2, "the index \"99999999999999999999:1\" is greater than"),
    ("1,2 1:1", 1, "expected one label, got \"1,2\""),
    ("1 1:1e39", 2, "the value \"1e39\" is too large for Float"),
    ("1 1:1e400", 2, "the value \"1e400\" is too large for Float"),
  ])
  func whatIsWrongIsToldWithItsLineAndItem(line: String, item: Int, message: String) {
    let error = failure("0 1:1\n# remark\n\(line)\n0 1:1\n")
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "none")")
    #expect(error?.location == .cell(path: "f", line: 3, column: item))
    #expect(error?.remedy != nil)
  }

  @Test func entriesBeyondTheKnownColumnsAreErrors() {
    let beyond = failure("0 1:1\n0 1:2 5:1\n", as: SVMLightFormat(columnCount: 3))
    #expect(
      beyond?.message
        == "the entry 5 lies beyond the 3 columns that are known, which end with 3")
    #expect(beyond?.location == .cell(path: "f", line: 2, column: 3))
    let before = failure("0 0:1\n", as: SVMLightFormat(firstIndex: 1))
    #expect(before?.location == .cell(path: "f", line: 1, column: 2))
    #expect(failure("0 3:1\n", as: SVMLightFormat(columnCount: 3, firstIndex: 0)) != nil)
    #expect(failure("0 2:1\n", as: SVMLightFormat(columnCount: 3, firstIndex: 0)) == nil)
    #expect(failure("0 1:1", as: SVMLightFormat(firstIndex: 2))?.code == .invalidArgument)
    #expect(failure("0 1:1", as: SVMLightFormat(columnCount: 0))?.code == .invalidArgument)
  }

  @Test func aFileWithoutRowsOrEntriesIsAnError() {
    #expect(failure("")?.message == "holds no rows")
    #expect(failure("# remark\n\n")?.message == "holds no rows")
    #expect(failure("1\n2\n")?.message == "no row has an entry")
    #expect(failure("\u{0} 1:1\n")?.code == .invalidData)
  }

  @Test(arguments: [
    ("1 1:0.5 7:1\n", true), ("-1 qid:3 1:1\n", true), ("# remark\n\n+1 3:1\n", true),
    ("spam 1:1", true), ("1\n2 1:1\n", true), ("1 1:0", true), ("1 5:", true),
    ("a,b\n1,2\n", false), ("1 2 3\n", false), ("a 1:x\n", false), ("1:1 2:2\n", false),
    ("time 12:30:00\n", false), ("1\n2\n", false), ("", false), ("x y:1\n", false),
    ("a 1:2,3\n", false), ("1 :5\n", false),
  ])
  func aFileIsToldByItsFirstLines(text: String, isRows: Bool) {
    #expect(SVMLightRows.areRows(Array(text.utf8)) == isRows)
  }

  @Test func aLongFirstLineIsToldByItsBeginning() {
    let entries = (1...3000).map { "\($0):1" }.joined(separator: " ")
    #expect(
      SVMLightRows.areRows(Array(Array("comp.sys.ibm.pc.hardware \(entries)".utf8).prefix(4096))))
  }

  @Test func gzippedFilesAreRead() throws {
    let text = Array("1 1:0.5\n2 3:1\n".utf8)
    let plain = try folder.write(text, to: "a.svm")
    let packed = try folder.write(Fixtures.gzip(text), to: "a.svm.gz")
    #expect(try LabeledDataset(svmlight: plain) == LabeledDataset(svmlight: packed))
    #expect(FileFormats.format(of: try DataFile(packed)).title == "svmlight file")
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let values: [[Float]] = [[0, 1e-30, 0], [0.1, 0, -3e30], [0, 0, 0], [16_777_216, 0, 0.333]]
    let labels = [0, 1, 2, 1]
    let dataset = try LabeledDataset(
      features: .floats(Matrix(values)), labels: labels, classNames: ["-1", "0", "7"])
    let path = folder.path("out.svm")
    try dataset.write(svmlight: path)
    let read = try LabeledDataset(svmlight: path)
    #expect(read.features.matrix == (try Matrix(values)))
    #expect(read.labels == labels && read.classNames == dataset.classNames)
    try read.write(svmlight: path)
    #expect(try LabeledDataset(svmlight: path) == read)
  }

  @Test func theNumberOfTheFirstColumnIsWrittenAsItWasRead() throws {
    let path = try folder.write(Array("a 0:1 2:3\nb 1:1\n".utf8), to: "a.svm")
    let dataset = try LabeledDataset(svmlight: path)
    try dataset.write(svmlight: folder.path("b.svm"))
    #expect(try folder.read("b.svm") == Array("a 0:1.0 2:3.0\nb 1:1.0\n".utf8))
  }

  @Test func whatHasNoLabelCannotBeWritten() throws {
    let features = Features.floats(try Matrix([[1], [2]]))
    let names = try LabeledDataset(features: features, labels: [0, 1], classNames: ["a b", "c"])
    let soft = try LabeledDataset(
      features: features, distributions: Matrix([[1, 0], [0.5, 0.5]]), classNames: ["a", "c"])
    let path = folder.path("x")
    #expect(
      error { () throws(SoftmaxError) in try names.write(svmlight: path) }?.code == .invalidArgument
    )
    #expect(
      error { () throws(SoftmaxError) in try soft.write(svmlight: path) }?.code == .unsupported)
  }
}
