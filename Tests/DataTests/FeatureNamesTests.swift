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
    let table = try table(text)
    #expect(table.features == (try Matrix([[1, 2, 3], [4, 5, 6]])))
    #expect(table.featureNames == ["a", "b", "c"])
    #expect(table.labels == [0, 1] && table.targetName == "kind")
    #expect(try table.dataset().featureNames == ["a", "b", "c"])
  }

  @Test func aTableWithoutClassesIsPutInOrderToo() throws {
    let table = try table("b,c,a\n2,3,1\n")
    #expect(table.features.elements == [1, 2, 3] && table.labels == nil)
  }

  @Test func aTableWithoutHeaderIsTakenAsItStands() throws {
    #expect(try table("3,1,2,x\n6,4,5,y\n").features.elements == [3, 1, 2, 6, 4, 5])
  }

  @Test func namesThatAreNotUniqueTellNothing() throws {
    let table = try table("c,a,a,kind\n3,1,2,x\n", ["a", "a", "c"])
    #expect(table.features.elements == [3, 1, 2])
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
    #expect(message("a,b,c,b,kind\n1,2,3,4,x\n").contains("two columns are called \"b\""))
    #expect(
      message("a,b,c,kind\n1,2,3,x\n", target: .column("b")).contains(
        "\"b\", which the model knows, is taken for the classes"))
    // The message names the place in the file, whatever the order.
    #expect(
      message("c,a,b,kind\n3,1,?,x\n").contains("line 2, column 3: a number is missing in \"b\""))
  }

  @Test func aDataSetKeepsItsFeaturesNames() throws {
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n7,8,9,x\n1,0,1,y\n").dataset()
    let names = ["a", "b", "c"]
    #expect(dataset.selecting(rows: [1]).featureNames == names)
    #expect(try dataset.weighted(by: [1, 2, 3, 4]).featureNames == names)
    #expect(try dataset.split(validationFraction: 0.5, seed: 1).validation.featureNames == names)
    #expect(
      try dataset.replacing(labels: [0, 1, 2, 0], classNames: ["x", "y", "z"]).featureNames == names
    )
    let standardized = try Standardizer().fitted(to: dataset.features).standardized(dataset)
    #expect(standardized.featureNames == names)
    let narrow = Features.floats(Matrix(rowCount: 4, columnCount: 2))
    #expect(try dataset.replacing(features: narrow).featureNames == nil)
    #expect(throws: SoftmaxError.self) { try dataset.naming(features: ["a"]) }
  }

  @Test func aModelKeepsItsFeaturesNames() throws {
    let folder = try TemporaryFolder()
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n").dataset()
    let model = try Standardizer().followed(by: SoftmaxRegression(epochs: 2)).fitted(to: dataset)
    #expect(model.featureNames == ["a", "b", "c"])
    #expect(try model.addingClass("z").featureNames == ["a", "b", "c"])
    try model.save(to: folder.path("model"))
    #expect(try Classifier.load(folder.path("model")) == model)
    var network = model.network
    try network.fit(to: dataset, epochs: 1, callbacks: [.checkpoint(to: folder.path("run"))])
    #expect(try Classifier.load(folder.path("run")).featureNames == ["a", "b", "c"])
  }

  @Test(arguments: ["", "null", "{}", "[1]", "[\"a\"]", "[\"a\",\"b\",\"c\",\"d\"]"])
  func namesInAFileThatDoNotFitAreErrors(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    let dataset = try table("a,b,c,kind\n1,2,3,x\n4,5,6,y\n").dataset()
    try SoftmaxRegression(epochs: 1).fitted(to: dataset).save(to: path)
    let file = try SafetensorsFile.read(path)
    let changed = file.metadata.merging(["feature_names": text]) { $1 }
    try SafetensorsFile(tensors: file.tensors, metadata: changed).write(to: path)
    #expect(throws: SoftmaxError.self) { try Classifier.load(path) }
  }
}
