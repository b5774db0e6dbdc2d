// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// The steps that make numbers without gaps of the columns of a table.
@Suite struct TableStepTests {
  @Test func aGapBecomesTheMedianAndAFlag() throws {
    let columns: [Table.Column] = [
      .numbers([4, nil, 1, 9], name: "age"), .numbers([1, 2, 3, 4], name: "size"),
    ]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    #expect(
      try rows(pipeline, columns) == [[4, 1, 0], [4, 2, 1], [1, 3, 0], [9, 4, 0]])
    #expect(pipeline.featureNames == ["age", "size", "age is missing"])
    // Where the training rows have no gap, one is filled without a flag: by the mean of 2 and 3.
    #expect(
      try rows(pipeline, [.numbers([nil], name: "size"), .numbers([7], name: "age")])
        == [[7, 2.5, 0]])
  }

  @Test func aColumnWithoutANumberIsZeroAndItsFlagOne() throws {
    let columns: [Table.Column] = [.numbers([nil, nil]), .numbers([1, 2])]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    #expect(try rows(pipeline, columns) == [[0, 1, 1], [0, 2, 1]])
    #expect(pipeline.featureNames == nil)
  }

  @Test func theMedianOfHugeNumbersIsFinite() throws {
    let most = Double.greatestFiniteMagnitude
    let columns: [Table.Column] = [.numbers([most, most, nil]), .numbers([1, 2, nil])]
    let step = try #require(Pipeline(fittedTo: dataset(columns)).steps.last?.kind as? GapFilling)
    #expect(step.learnt == ["median": [most, 1.5], "with_gaps": [0, 1]])
  }

  @Test func eachFrequentCategoryHasAColumnAndRareOnesShareOne() throws {
    let columns: [Table.Column] = [
      .categories(["red", "blue", nil, "red", "green", "blue"], name: "color"),
      .numbers([1, 2, 3, 4, 5, 6], name: "size"),
    ]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    #expect(
      pipeline.featureNames == [
        "color = red", "color = blue", "color = missing", "color = others", "size",
      ])
    #expect(
      try rows(pipeline, columns) == [
        [1, 0, 0, 0, 1], [0, 1, 0, 0, 2], [0, 0, 1, 0, 3], [1, 0, 0, 0, 4], [0, 0, 0, 1, 5],
        [0, 1, 0, 0, 6],
      ])
    // Another table has other codes and other texts.
    let later: [Table.Column] = [
      .numbers([1, 1, 1], name: "size"),
      .categories(["violet", "blue", nil], name: "color"),
    ]
    #expect(
      try rows(pipeline, later) == [[0, 0, 0, 1, 1], [0, 1, 0, 0, 1], [0, 0, 1, 0, 1]])
  }

  @Test func anUnknownCategoryWithoutRareOnesIsNone() throws {
    let columns: [Table.Column] = [.categories(["x", "y", "x", "y"])]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    #expect(try rows(pipeline, columns) == [[1, 0], [0, 1], [1, 0], [0, 1]])
    #expect(try rows(pipeline, [.categories(["z", nil])]) == [[0, 0], [0, 0]])
  }

  // A column of codes may be read as numbers later.
  @Test func aNumberIsTheCategoryOfItsText() throws {
    let columns: [Table.Column] = [.categories(["1", "20", "1", "20"])]
    let pipeline = try Pipeline(fittedTo: dataset(columns))
    #expect(
      try rows(pipeline, [.numbers([20, 1, 3, nil])]) == [[0, 1], [1, 0], [0, 0], [0, 0]])
  }

  @Test func the255MostFrequentCategoriesHaveAColumn() throws {
    // The category i occurs twice, but the last ones three times.
    let texts = (0..<300).flatMap { Array(repeating: "\($0)", count: $0 < 290 ? 2 : 3) }
    let pipeline = try Pipeline(fittedTo: dataset([.categories(texts, name: "code")]))
    let names = try #require(pipeline.featureNames)
    #expect(names.count == 256)
    #expect(names.first == "code = 0" && names[244] == "code = 244")
    #expect(Array(names[245...]) == (290..<300).map { "code = \($0)" } + ["code = others"])
  }

  @Test func aModelOfATableTakesGapsAndUnknownCells() throws {
    let count = 40
    let columns: [Table.Column] = [
      .categories((0..<count).map { $0 % 2 == 0 ? "left" : "right" }, name: "side"),
      .numbers((0..<count).map { $0 % 5 == 0 ? nil : Double($0 % 3) }, name: "size"),
    ]
    for model in [
      try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: dataset(columns)),
      try MLPClassifier(
        hiddenUnits: [4], optimizer: .adam(learningRate: 0.03), epochs: 60, batchSize: 8
      )
      .fitted(to: dataset(columns)),
    ] {
      #expect(try model.score(on: dataset(columns)) == 1)
      let later: [Table.Column] = [
        .numbers([nil, 1, 2], name: "size"),
        .categories(["left", "right", "middle"], name: "side"),
      ]
      let predictions = try model.predictions(for: .columns(Table(later)))
      #expect(predictions.prefix(2).map(\.label) == ["a", "b"])
      let isFinite = predictions[2].probabilities.allSatisfy { $0.isFinite }
      #expect(isFinite)
    }
  }

  @Test func theStepsAreForTablesAndRefuseOtherColumns() throws {
    let floats = try LabeledDataset(
      features: .floats(Matrix([[1], [2]])), labels: [0, 1], classNames: ["a", "b"])
    for step in [PreprocessingStep.fillGaps, .oneHot] {
      let error = #expect(throws: SoftmaxError.self) { try Pipeline([step], fittedTo: floats) }
      #expect(error?.code == .unsupported && error?.remedy != nil)
    }
    let pipeline = try Pipeline(fittedTo: dataset([.categories(["x", "x"]), .numbers([1, 2])]))
    #expect(throws: SoftmaxError.self) { try pipeline.apply(to: floats.features) }
  }

  @Test func aFileCannotHoldAStepThatNothingFits() {
    for learnt in [
      ["median": [.nan]], ["median": [1], "with_gaps": [1]], ["median": [1], "with_gaps": [0.5]],
      ["median": [1, 2], "with_gaps": [1, 0]],
    ] as [[String: [Double]]] {
      let error = #expect(throws: SoftmaxError.self) {
        try GapFilling(settings: NoSettings(), learnt: learnt)
      }
      #expect(error?.code == .invalidArgument)
    }
    typealias Categories = OneHotEncoding.Categories
    for categories in [
      Categories(texts: ["a", "a"], hasMissing: false, hasOthers: false),
      Categories(texts: [], hasMissing: false, hasOthers: false),
    ] {
      let error = #expect(throws: SoftmaxError.self) {
        try OneHotEncoding(
          settings: OneHotEncoding.Settings(columns: [categories]), learnt: [:])
      }
      #expect(error?.code == .invalidArgument)
    }
  }
}
