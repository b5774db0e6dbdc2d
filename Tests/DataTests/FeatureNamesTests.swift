// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

// A table's columns are found by their names, so that their order does not matter.
@Suite struct FeatureNamesTests {
  private func table(
    _ text: String, _ known: [String]? = ["a", "b", "c"], target: CSVFormat.Target = .last
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(
      Array(text.utf8), name: "table.csv",
      as: CSVFormat(
        target: target, knownFeatureNames: known, featureCount: known.map { $0.count }))
  }

  private func message(_ text: String, target: CSVFormat.Target = .last) -> String {
    do {
      _ = try table(text, target: target)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    "a,b,c,kind\n1,2,3,x\n4,5,6,y\n", "c,a,b,kind\n3,1,2,x\n6,4,5,y\n",
    "kind,c,b,a\nx,3,2,1\ny,6,5,4\n", "b,kind,a,c\n2,x,1,3\n5,y,4,6\n",
  ])
  func columnsComeInTheOrderThatIsKnown(text: String) throws {
    let table = try table(text, target: .column("kind"))
    #expect(table.features == (try Matrix([[1, 2, 3], [4, 5, 6]])))
    #expect(table.featureNames == ["a", "b", "c"])
    #expect(table.labels == [0, 1] && table.targetName == "kind")
    #expect(try table.dataset().features.table?.columnNames == ["a", "b", "c"])
  }

  @Test func aTableWithoutClassesIsPutInOrderToo() throws {
    let table = try table("b,c,a\n2,3,1\n")
    #expect(table.features.elements == [1, 2, 3] && table.labels == nil)
  }

  @Test func aTableWithoutHeaderIsTakenAsItStands() throws {
    #expect(try table("3,1,2,x\n6,4,5,y\n").features.elements == [3, 1, 2, 6, 4, 5])
  }

  @Test func namesThatAreNotUniqueMustComeInOrder() throws {
    let known = ["a", "a", "c"]
    #expect(try table("a,a,c,kind\n1,2,3,x\n", known).features.elements == [1, 2, 3])
    for text in ["c,a,a,kind\n3,1,2,x\n", "p,q,r,kind\n3,1,2,x\n"] {
      #expect(throws: SoftmaxError.self) { try table(text, known) }
    }
  }

  @Test func namesThatAreNumbersMakeAHeaderWhereTheyAreKnown() throws {
    let known = ["2019", "mean"]
    #expect(try table("mean,2019,kind\n2,1,x\n", known).features == (try Matrix([[1, 2]])))
    #expect(try table("mean,2019\n2,1\n", known).features == (try Matrix([[1, 2]])))
  }

  @Test func namesThatAreNothingButNumbersMightBeARow() throws {
    let known = ["0", "1"]
    #expect(try table("1,2\n0,0\n", known).features == (try Matrix([[1, 2], [0, 0]])))
    for text in ["1,0\n2,1\n", "1,0,kind\n2,1,x\n"] {
      let error = #expect(throws: SoftmaxError.self) { try table(text, known) }
      #expect(error?.description.contains("(--header, --no-header)") == true)
      var format = CSVFormat(knownFeatureNames: known, featureCount: 2)
      for (hasHeader, rows) in [(true, 1), (false, 2)] {
        format.hasHeader = hasHeader
        let read = try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
        #expect(read.rowCount == rows && read.features.row(0).first == 1)
      }
    }
  }

  @Test func numbersBesideBlanksComeInOrder() throws {
    #expect(try table("c,a,b,kind\n3 , 1,2,x\n").features.elements == [1, 2, 3])
  }

  @Test func columnsThatDoNotFitAreNamed() {
    #expect(
      message("a,b,kind\n1,2,x\n").contains(
        "line 1: the feature \"c\", which the model knows, has no column"))
    #expect(message("a,b,cc,kind\n1,2,3,x\n").contains("is it \"cc\"?"))
    #expect(message("a,b,c,d,kind\n1,2,3,4,x\n").contains("knows no feature \"d\""))
    for text in ["a,b,c,b,kind\n1,2,3,4,x\n", "a,b,c,b\n1,2,3,4\n", "b,a,c,b\n1,2,3,4\n"] {
      #expect(message(text).contains("two columns are called \"b\""))
    }
    #expect(
      message("a,b,c,kind\n1,2,3,x\n", target: .column("b")).contains(
        "\"b\", which the model knows, is taken for the classes"))
    // No column is taken to hold the classes.
    #expect(message("kind,a,b,c\nx,1,2,3\n").contains("(--target \"kind\"?)"))
    #expect(message("b,c,d,a\n1,2,3,4\n").contains("\"a\", which the model knows, is taken for"))
    // The message names the place in the file, whatever the order.
    #expect(
      message("c,a,b,kind\n3,1,?,x\n").contains("line 2, column 3: a number is missing in \"b\""))
  }

  @Test func aTableOfFeaturesAloneHasNoClasses() {
    let format = CSVFormat(knownFeatureNames: ["a", "b"])
    let error = #expect(throws: SoftmaxError.self) {
      try CSVTable.decode(Array("a,b\n1,2\n".utf8), name: "table.csv", as: format)
    }
    #expect(error?.description.contains("none holds the classes; add a column") == true)
  }

  @Test func aDataSetKeepsWhatItsTableLookedLike() throws {
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n7,8,9,x\n1,0,1,y\n").dataset()
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
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n").dataset()
    let model = try SoftmaxRegression(epochs: 2, preprocessing: [.standardize]).fitted(to: dataset)
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
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n").dataset()
    try SoftmaxRegression(epochs: 1).fitted(to: dataset).save(to: path)
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
