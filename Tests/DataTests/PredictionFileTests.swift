// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@testable import SoftmaxData

@Suite struct PredictionFileTests {
  private func file(_ text: String) -> DataFile { DataFile(bytes: Array(text.utf8), name: "p.csv") }

  private func truth(_ labels: [String]) throws -> TrueClasses {
    try TrueClasses(of: .categories(labels), weights: nil)
  }

  private func evaluation(
    _ text: String, _ labels: [String], format: CSVFormat = CSVFormat()
  ) throws -> Evaluation {
    try PredictionFile(file(text), as: format, hasTruth: false).evaluation(by: truth(labels))
  }

  private func error(
    _ text: String, _ labels: [String], format: CSVFormat = CSVFormat()
  ) -> SoftmaxError? {
    do {
      _ = try evaluation(text, labels, format: format)
      return nil
    } catch { return error as? SoftmaxError }
  }

  private let labels = ["cat", "dog", "cat"]

  private func expectProbabilities(_ evaluation: Evaluation, predictions: [Int] = [0, 1, 1]) {
    #expect(evaluation.hasProbabilities)
    #expect(evaluation.labels == [0, 1, 0] && evaluation.predictions == predictions)
    #expect(evaluation.classNames == ["cat", "dog"])
    for (ours, given) in zip(evaluation.probabilities.elements, [0.9, 0.1, 0.2, 0.8, 0.4, 0.6]) {
      #expect(abs(Double(ours) - given) < 1e-6)
    }
  }

  @Test(arguments: [
    "cat,dog\n0.9,0.1\n0.2,0.8\n0.4,0.6\n",
    "probability_cat,probability_dog\n0.9,0.1\n0.2,0.8\n0.4,0.6\n",
    "row,label,index,probability,cat,dog\n0,cat,0,0.9,0.9,0.1\n1,dog,1,0.8,0.2,0.8\n2,dog,1,0.6,0.4,0.6\n",
    "length,cat,prediction,probability,probability_cat,probability_dog\n"
      + "3,x,cat,0.9,0.9,0.1\n4,y,dog,0.8,0.2,0.8\n5,z,dog,0.6,0.4,0.6\n",
    ",cat,dog\n0,0.9,0.1\n1,0.2,0.8\n2,0.4,0.6\n",
    "0.9,0.1\n0.2,0.8\n0.4,0.6\n",
    "cat;dog\n0,9;0,1\n0,2;0,8\n0,4;0,6\n",
    "cat\tdog\n0.9\t0.1\n0.2\t0.8\n0.4\t0.6\n",
    #"{"probability_cat":0.9,"probability_dog":0.1}"# + "\n"
      + #"{"probability_cat":0.2,"probability_dog":0.8}"# + "\n"
      + #"{"probability_cat":0.4,"probability_dog":0.6}"# + "\n",
    "prediction,probability,prediction_2,probability_2,probability_cat,probability_dog\n"
      + "cat,0.9,dog,0.1,0.9,0.1\ndog,0.8,cat,0.2,0.2,0.8\ndog,0.6,cat,0.4,0.4,0.6\n",
  ])
  func probabilitiesAreFoundByTheNamesOfTheirColumns(_ text: String) throws {
    expectProbabilities(try evaluation(text, labels))
  }

  @Test func thePredictedClassNeedNotBeTheMostProbable() throws {
    let text = "cat,dog,prediction\n0.9,0.1,cat\n0.2,0.8,cat\n0.4,0.6,dog\n"
    expectProbabilities(try evaluation(text, labels), predictions: [0, 0, 1])
  }

  @Test(arguments: [
    "prediction\ncat\ndog\nbird\n",
    "y_pred,length\ncat,0.1\ndog,0.7\nbird,0.9\n",
    "length,width,Predicted\n0.1,0.5,cat\n0.7,0.9,dog\n0.9,1,bird\n",
    ",0\n0,cat\n1,dog\n2,bird\n",
    "row,label,index,probability\n0,cat,0,0.9\n1,dog,1,0.8\n2,bird,2,0.6\n",
  ])
  func predictedClassesAloneAreEnough(_ text: String) throws {
    let evaluation = try evaluation(text, labels)
    #expect(!evaluation.hasProbabilities)
    #expect(evaluation.classNames == ["cat", "dog", "bird"])
    #expect(evaluation.predictions == [0, 1, 2])
  }

  @Test func classesOfNumbersAreTexts() throws {
    let text = "0,1,prediction\n0.9,0.1,0\n0.2,0.8,1\n"
    let evaluation = try evaluation(text, ["0", "1"])
    #expect(evaluation.predictions == [0, 1] && evaluation.hasProbabilities)
    let alone = try self.evaluation("pred\n1\n0\n", ["0", "1"])
    #expect(alone.predictions == [1, 0])
    for beginning in ["0,1,2\n", "1,2,3\n"] {
      let named = try self.evaluation(beginning + "0.1,0.8,0.1\n0.9,0.1,0\n", ["1", "2"])
      #expect(named.rowCount == 2)
      #expect(named.classNames == beginning.dropLast().split(separator: ",").map { String($0) })
    }
  }

  @Test func theTrueClassesMayBeInTheFile() throws {
    let text = "species,weight,probability_cat,probability_dog\ncat,2,0.9,0.1\ndog,1,0.2,0.8\n"
    let format = CSVFormat(target: .column("species"), weightColumn: "weight")
    let predictions = try PredictionFile(file(text), as: format, hasTruth: true)
    let truth = try #require(predictions.truth)
    #expect(truth.labels == [0, 1] && truth.sampleWeights == [2, 1])
    #expect(try predictions.evaluation(by: truth).accuracy == 1)
    #expect(predictions.note == "2 rows, the probabilities of 2 classes")
    // A column of true classes in 0 and 1 is no probability.
    let numbers = "1,0,y\n0.9,0.1,1\n0.2,0.8,0\n"
    let other = try PredictionFile(
      file(numbers), as: CSVFormat(target: .column("y")), hasTruth: true)
    #expect(try other.evaluation(by: #require(other.truth)).classNames == ["1", "0"])
  }

  @Test func trueClassesNeedNoOtherColumn() throws {
    #expect(
      try TrueClasses(in: file("kind\ncat\ndog\ncat\n"), as: CSVFormat()).labels == [0, 1, 0])
    let table = "length,kind\n1,cat\n2,dog\n3,cat\n"
    #expect(try TrueClasses(in: file(table), as: CSVFormat()).labels == [0, 1, 0])
    #expect(
      try TrueClasses(
        in: file("kind,length\nb,1\na,2\n"), as: CSVFormat(target: .column("kind"))
      ).classNames == ["a", "b"])
    #expect(throws: SoftmaxError.self) {
      try TrueClasses(in: file("length,kind\n1,cat\n2,\n3,cat\n"), as: CSVFormat())
    }
  }

  @Test func whatIsWrongIsSaid() throws {
    #expect(error("length,width\n3,4\n5,6\n7,8\n", labels)?.message.contains("has neither") == true)
    #expect(error("cat,dog\n0.9,0.1\n0.2,0.8\n", labels)?.code == .shapeMismatch)
    let unknown = try #require(error("cat,bird\n0.9,0.1\n0.2,0.8\n0.4,0.6\n", labels))
    #expect(unknown.code == .invalidArgument && unknown.message.contains("\"dog\""))
    #expect(unknown.message.hasPrefix("p.csv: "))
    #expect(error("cat,dog\n0.9,0.1\n0.2,0.3\n0.4,0.6\n", labels)?.location == .row(1, column: nil))
    let gap = try #require(
      error("probability_cat,probability_dog\n0.9,0.1\n,0.3\n0.4,0.6\n", labels))
    #expect(gap.location == .cell(path: "p.csv", line: 3, column: 1))
    let twice = "probability_cat,probability_cat\n0.9,0.1\n0.2,0.8\n0.4,0.6\n"
    #expect(error(twice, labels)?.code == .invalidData)
    #expect(error("0.9,0.1,0\n0.2,0.8,0\n0.4,0.6,0\n", labels)?.code == .invalidArgument)
    let other = "prediction,probability_cat,probability_dog\ncat,0.9,0.1\nox,0.2,0.8\ndog,0.4,0.6\n"
    #expect(error(other, labels)?.message.contains("\"ox\"") == true)
  }

  @Test func namesStayNames() throws {
    let names = ["\u{1b}[31mred", "\u{202e}abc", String(repeating: "x", count: 500)]
    let header = names.map { "\"\($0)\"" }.joined(separator: ",")
    let text = header + "\n0.9,0.05,0.05\n0.1,0.8,0.1\n0,0.1,0.9\n"
    let evaluation = try evaluation(text, names)
    #expect(evaluation.classNames == names && evaluation.accuracy == 1)
  }

  @Test func aModelIsNoFileOfPredictions() throws {
    #expect(PredictionFile.recognizes(file("cat,dog\n0.5,0.5\n")))
    #expect(!PredictionFile.recognizes(DataFile(bytes: [9, 0, 0, 0, 0, 0, 0, 0, 0x7b], name: "m")))
    #expect(!PredictionFile.recognizes(DataFile(bytes: [], name: "m")))
    #expect(!PredictionFile.recognizes(DataFile(bytes: [1, 2, 0, 3], name: "m")))
  }
}
