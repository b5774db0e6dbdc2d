// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

// A table's columns are found by their names, so that their order does not matter.
@Suite struct FeatureNamesTests {
  private func schema(_ features: [String?], classes: String?? = .none) throws -> TableSchema {
    var columns = features.map { TableSchema.Column(name: $0, type: .number, role: .feature) }
    if let classes { columns.append(.init(name: classes, type: .category, role: .classes)) }
    return try TableSchema(columns)
  }

  private func table(
    _ text: String, _ known: [String]? = ["a", "b", "c"], target: CSVFormat.Target? = nil
  ) throws -> CSVTable {
    try CSVTable.decode(
      Array(text.utf8), name: "table.csv",
      as: CSVFormat(target: target, schema: known.map { try schema($0) }))
  }

  private func rows(_ text: String, _ known: [String]? = ["a", "b", "c"]) throws -> Matrix {
    try table(text, known).features().matrix
  }

  private func message(_ text: String, target: CSVFormat.Target? = nil) -> String {
    do {
      _ = try table(text, target: target).dataset()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    "a,b,c,kind\n1,2,3,x\n4,5,6,y\n", "c,a,b,kind\n3,1,2,x\n6,4,5,y\n",
    "kind,c,b,a\nx,3,2,1\ny,6,5,4\n", "b,kind,a,c\n2,x,1,3\n5,y,4,6\n",
    "b,note,kind,a,c\n2,p,x,1,3\n5,q,y,4,6\n",
  ])
  func columnsComeInTheOrderThatIsKnown(text: String) throws {
    let table = try table(text, target: .column("kind"))
    #expect(try table.features().matrix == Matrix([[1, 2, 3], [4, 5, 6]]))
    #expect(table.labels == ["x", "y"])
    #expect(try table.dataset().features.table?.columnNames == ["a", "b", "c"])
    // A model that knows the name of its classes finds them too.
    let known = try CSVTable.decode(
      Array(text.utf8), name: "table.csv",
      as: CSVFormat(schema: schema(["a", "b", "c"], classes: "kind")))
    #expect(known.labels == ["x", "y"])
  }

  @Test func theColumnThatIsSaidToHoldTheClassesIsNoFeatureInATableWithoutNames() throws {
    func read(_ target: CSVFormat.Target?) throws -> CSVTable {
      try CSVTable.decode(
        Array("1,2,3,4\n0,5,6,7\n".utf8), name: "table.csv",
        as: CSVFormat(
          target: target, hasHeader: false, schema: schema([nil, nil, nil], classes: .some(nil))))
    }
    #expect(try read(.index(0)).features().matrix == Matrix([[2, 3, 4], [5, 6, 7]]))
    #expect(try read(.index(0)).labels == ["1", "0"])
    for target in [nil, .last, .index(3)] as [CSVFormat.Target?] {
      #expect(try read(target).features().matrix == Matrix([[1, 2, 3], [0, 5, 6]]))
    }
  }

  @Test func aTableWithoutClassesIsPutInOrderToo() throws {
    let table = try table("b,c,a\n2,3,1\n")
    #expect(try table.features().matrix.elements == [1, 2, 3])
    #expect(table.labels == nil)
    let known = try CSVTable.decode(
      Array("b,c,a\n2,3,1\n".utf8), name: "table.csv",
      as: CSVFormat(schema: schema(["a", "b", "c"], classes: "kind")))
    #expect(known.labels == nil && known.note.hasSuffix("no classes"))
    let error = error { () throws(SoftmaxError) in _ = try known.dataset() }
    #expect(error?.message == "has no column of classes, which was \"kind\" in training")
  }

  @Test func aTableWithoutHeaderIsTakenAsItStands() throws {
    #expect(try rows("3,1,2,x\n6,4,5,y\n").elements == [3, 1, 2, 6, 4, 5])
  }

  @Test func aTableWithoutNamesHasItsClassesWhereTheyWereInTraining() throws {
    let names: [String?] = [nil, nil]
    let schema = try TableSchema(
      [TableSchema.Column(name: nil, type: .category, role: .classes)] + schema(names).columns)
    for (text, labels) in [("1,5,6\n2,7,8\n", ["1", "2"]), ("5,6\n7,8\n", nil)] {
      let table = try CSVTable.decode(
        Array(text.utf8), name: "table.csv", as: CSVFormat(schema: schema))
      #expect(try table.features().matrix.elements == [5, 6, 7, 8])
      #expect(table.labels == labels)
    }
    let error = error { () throws(SoftmaxError) in
      _ = try CSVTable.decode(
        Array("1,2,3,4\n".utf8), name: "table.csv", as: CSVFormat(schema: schema)
      ).features()
    }
    #expect(error?.description.contains("has 4 columns, expected 2 features") == true)
  }

  @Test func anEmptyColumnOfClassesDoesNotMatterWherePredictionsAreWanted() throws {
    for (text, name) in [("u,v,y\n1,2,\n3,4,\n", "y"), ("1,2,\n3,4,?\n", String?.none)] {
      let known = try schema(name == nil ? [nil, nil] : ["u", "v"], classes: name)
      let table = try CSVTable.decode(
        Array(text.utf8), name: "table.csv", as: CSVFormat(schema: known))
      #expect(try table.features().matrix.elements == [1, 2, 3, 4])
      #expect(table.labels == [nil, nil])
      let error = error { () throws(SoftmaxError) in _ = try table.dataset() }
      #expect(error?.message.contains("the class is missing") == true)
    }
  }

  @Test func columnsOfOneNameKeepTheirOrder() throws {
    let known = ["a", "a", "c"]
    for text in ["a,a,c,kind\n1,2,3,x\n", "c,a,a,kind\n3,1,2,x\n", "a,id,c,a\n1,7,3,2\n"] {
      #expect(try rows(text, known).elements == [1, 2, 3])
    }
    for text in ["p,q,r,kind\n3,1,2,x\n", "a,c,kind\n1,3,x\n", "a,a,a,c\n1,2,2,3\n"] {
      #expect(throws: SoftmaxError.self) { try rows(text, known) }
    }
  }

  @Test func namesThatAreNumbersMakeAHeaderWhereTheyAreKnown() throws {
    let known = ["2019", "mean"]
    #expect(try rows("mean,2019,kind\n2,1,x\n", known) == Matrix([[1, 2]]))
    #expect(try rows("mean,2019\n2,1\n", known) == Matrix([[1, 2]]))
  }

  @Test func namesThatAreNothingButNumbersMightBeARow() throws {
    let known = ["0", "1"]
    #expect(try rows("1,2\n0,0\n", known) == Matrix([[1, 2], [0, 0]]))
    for text in ["1,0\n2,1\n", "1,0,kind\n2,1,x\n"] {
      let error = #expect(throws: SoftmaxError.self) { try table(text, known) }
      #expect(error?.description.contains("(--header, --no-header)") == true)
      var format = CSVFormat(schema: try schema(known))
      for (hasHeader, rows) in [(true, 1), (false, 2)] {
        format.hasHeader = hasHeader
        let read = try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
        #expect(try read.rowCount == rows && read.features().row(0).first == 1)
      }
    }
  }

  @Test func numbersBesideBlanksComeInOrder() throws {
    #expect(try rows("c,a,b,kind\n3 , 1,2,x\n").elements == [1, 2, 3])
  }

  @Test func allMissingColumnsAreNamedAtOnceWithTheNearestOne() {
    let text = message("A,id,kind\n1,2,x\n")
    #expect(
      text.contains(
        "3 features, which were learnt from, have no columns: \"a\", \"b\", \"c\"; there are \"A\", \"id\""
      ))
    #expect(text.contains("is \"A\" the column \"a\"? "))
  }

  @Test func columnsThatDoNotFitAreNamed() {
    #expect(
      message("a,b,kind\n1,2,x\n").contains(
        "line 1: the feature \"c\", which was learnt from, has no column"))
    for text in ["a,b,c,b,kind\n1,2,3,4,x\n", "b,a,c,b,kind\n1,2,3,4,x\n"] {
      #expect(message(text).contains("2 columns are called \"b\""))
    }
    #expect(
      message("a,b,c,kind\n1,2,3,x\n", target: .column("b")).contains(
        "\"b\", which the model knows, is taken for the classes"))
    // No column is taken to hold the classes.
    #expect(message("kind,a,b,c\nx,1,2,3\n").contains("has no column of classes"))
    #expect(
      message("kind,a,b,c\nx,1,2,3\n", target: .last).contains("(--target \"kind\"?)"))
    // The message names the place in the file, whatever the order.
    #expect(
      message("c,a,b,kind\n3,1,?x,x\n").contains(
        "line 2, column 3: expected a number in \"b\", got \"?x\""))
  }

  @Test func aDataSetKeepsWhatItsTableLookedLike() throws {
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n7,8,9,x\n1,0,1,y\n", nil).dataset()
    let schema = try #require(dataset.schema)
    #expect(schema.features.map(\.name) == ["a", "b", "c"])
    #expect(dataset.selecting(rows: [1]).schema == schema)
    #expect(try dataset.weighted(by: [1, 2, 3, 4]).schema == schema)
    #expect(try dataset.split(validationFraction: 0.5, seed: 1).validation.schema == schema)
    #expect(
      try dataset.replacing(labels: [0, 1, 2, 0], classNames: ["x", "y", "z"]).schema == schema)
    let narrow = Features.floats(Matrix(rowCount: 4, columnCount: 2))
    #expect(try dataset.replacing(features: narrow).schema == nil)
  }

  @Test func aModelKeepsWhatItsTableLookedLike() throws {
    let folder = try TemporaryFolder()
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n", nil).dataset()
    let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: dataset)
    #expect(model.table == dataset.schema)
    #expect(try model.addingClass("z").table == model.table)
    try model.save(to: folder.path("model"))
    #expect(try Classifier.load(folder.path("model")) == model)
    var network = model.network
    try network.fit(to: dataset, epochs: 1, callbacks: [.checkpoint(to: folder.path("run"))])
    #expect(try Classifier.load(folder.path("run")).table == dataset.schema)
  }

  @Test(arguments: [
    ("\"name\":\"b\"", "\"name\":7"), ("feature", "forecast"), ("number", "poem"),
    ("{\"name\":\"a\",\"role\":\"feature\",\"type\":\"number\"},", ""),
    ("\"role\":\"feature\"", "\"role\":\"classes\""),
  ])
  func aTableInAFileThatDoesNotFitIsAnError(known: String, wrong: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n", nil).dataset()
    try SoftmaxRegression().fitted(to: dataset).save(to: path)
    let file = try SafetensorsFile.read(path)
    let text = file.metadata["pipeline", default: ""]
    let changed = text.replacing(known, with: wrong)
    #expect(changed != text)
    try SafetensorsFile(
      tensors: file.tensors, metadata: file.metadata.merging(["pipeline": changed]) { $1 }
    ).write(to: path)
    #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
  }
}
