// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData
@testable import SoftmaxModels

/// Columns of weights, groups and times are no features, and a model knows them.
@Suite struct CSVRoleTests {
  private func table(_ text: String, _ format: CSVFormat) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private static let visits = """
    patient,day,length,w,kind
    7,2024-03-02,1.5,1,well
    7,2024-03-01,1.25,2,ill
    b,2024-02-01,3,0,well
    b,2024-04-01,2,0.5,ill

    """

  @Test func theColumnsOfRolesAreNoFeatures() throws {
    let grouped = try table(
      Self.visits, CSVFormat(weightColumn: "w", groupColumn: "patient", timeColumn: nil))
    #expect(
      grouped.schema.columns.map(\.role) == [.groups, .feature, .feature, .weights, .classes])
    #expect(
      grouped.note.hasSuffix(
        "1 column of dates, classes in \"kind\" (the last column), weights in \"w\", groups in \"patient\""
      ))
    let rows = try grouped.dataset()
    #expect(rows.sampleWeights == [1, 2, 0, 0.5] && rows.origins == .groups([0, 0, 1, 1]))
    #expect(rows.features.table?.columnNames == ["day", "length"])
    let timed = try table(
      Self.visits, CSVFormat(ignoredColumns: ["1"], weightColumn: "4", timeColumn: "2")
    ).dataset()
    #expect(timed.features.table?.columnNames == ["length"])
    guard case .times(let times)? = timed.origins?.kind else {
      Issue.record("no times")
      return
    }
    #expect(times.map { ($0 - times[1]) / 86_400 } == [1, 0, -29, 31])
  }

  @Test func theClassesAreInTheLastColumnWithoutARole() throws {
    let text = "a,kind,w\n1,x,1\n2,y,2\n"
    let rows = try table(text, CSVFormat(weightColumn: "w")).dataset()
    #expect(rows.classNames == ["x", "y"] && rows.sampleWeights == [1, 2])
  }

  @Test func aModelKnowsTheRolesAndDoesWithoutTheColumns() throws {
    let format = CSVFormat(weightColumn: "w", groupColumn: "patient")
    let schema = try #require(table(Self.visits, format).dataset().schema)
    let known = CSVFormat(schema: schema)
    let later = "w,kind,length,day\n3,ill,1,2024-03-02\n1,well,2,2024-03-02\n"
    let rows = try table(later, known).dataset()
    #expect(rows.sampleWeights == [3, 1] && rows.origins == nil)
    #expect(rows.features.table?.columnNames == ["day", "length"])
    #expect(rows.schema == schema)
    let bare = "length,day\n1,2024-03-02\n"
    #expect(try table(bare, known).features().columnCount == 2)
    // To predict, what the weights are does not matter.
    let texts = "length,day,w,patient\n1,2024-03-02,none,\n"
    #expect(try table(texts, known).features().columnCount == 2)
    // To judge by, the groups do not matter either.
    let unknown = "w,kind,length,day,patient\n3,ill,1,2024-03-02,\n1,well,2,2024-03-02,b\n"
    #expect(try table(unknown, known).dataset().origins == nil)
    // Another column, or another role, can be named.
    let other = try table(later, CSVFormat(weightColumn: "length", schema: schema))
    #expect(other.schema.columns.map(\.role) == [.feature, .classes, .weights, .feature])
    let without = try table(later, CSVFormat(ignoredColumns: ["w"], schema: schema)).dataset()
    #expect(without.sampleWeights == nil)
  }

  @Test func theRolesAreInTheModelFile() throws {
    let format = CSVFormat(weightColumn: "w", groupColumn: "patient")
    let text = Self.visits + Self.visits.split(separator: "\n").dropFirst().joined(separator: "\n")
    let rows = try table(text, format).dataset()
    let model = try SoftmaxRegression().fitted(to: rows)
    let folder = try TemporaryFolder()
    try model.save(to: folder.path("model.safetensors"))
    let loaded = try Classifier.load(folder.path("model.safetensors"))
    #expect(loaded.table == rows.schema && loaded == model)
    #expect(loaded.table?.columns.map(\.role).contains(.groups) == true)
  }

  @Test func aCellThatIsNoWeightGroupOrTimeIsAnErrorWithItsPlace() throws {
    let cases: [(cell: String, format: CSVFormat, message: String)] = [
      ("-1", CSVFormat(weightColumn: "x"), "a weight must be at least 0 in \"x\", got \"-1\""),
      ("", CSVFormat(weightColumn: "x"), "the weight is missing in \"x\""),
      ("NaN", CSVFormat(weightColumn: "x"), "the weight is missing in \"x\", got NaN"),
      ("inf", CSVFormat(weightColumn: "x"), "a weight must be finite in \"x\", got \"inf\""),
      ("much", CSVFormat(weightColumn: "x"), "expected a number in \"x\", got \"much\""),
      ("", CSVFormat(groupColumn: "x"), "the group is missing in \"x\""),
      ("", CSVFormat(timeColumn: "x"), "the time is missing in \"x\""),
    ]
    for (cell, format, message) in cases {
      let text = "a,x,kind\n1,2,u\n\n2,\(cell),v\n3,4,u\n"
      let error = #expect(throws: SoftmaxError.self) { try table(text, format).dataset() }
      #expect(error?.message == message)
      #expect(error?.location == .cell(path: "table.csv", line: 4, column: 2))
      #expect(error?.remedy?.contains("--ignore") == false)
    }
    let dates = "a,x,kind\n1,soon,u\n2,later,v\n3,now,u\n"
    let error = #expect(throws: SoftmaxError.self) {
      try table(dates, CSVFormat(timeColumn: "x")).dataset()
    }
    #expect(error?.message.contains("must be dates or numbers") == true)
    let none = "a,x,kind\n1,0,u\n2,0,v\n"
    #expect(throws: SoftmaxError.self) { try table(none, CSVFormat(weightColumn: "x")).dataset() }
    // Written with a sign.
    let signs = "a;x;kind\n1;$2.00;u\n2;-$1.00;v\n3;$4.00;u\n"
    let negative = #expect(throws: SoftmaxError.self) {
      try table(signs, CSVFormat(weightColumn: "x")).dataset()
    }
    #expect(negative?.location == .cell(path: "table.csv", line: 3, column: 2))
  }

  @Test func aColumnHasOneRole() throws {
    for format in [
      CSVFormat(target: .column("kind"), weightColumn: "kind"),
      CSVFormat(ignoredColumns: ["a"], groupColumn: "a"),
      CSVFormat(weightColumn: "x", timeColumn: "2"), CSVFormat(groupColumn: "none"),
      CSVFormat(groupColumn: "a", timeColumn: "x"),
    ] {
      #expect(throws: SoftmaxError.self) { try table("a,x,kind\n1,2,u\n2,3,v\n", format) }
    }
  }
}
