// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@testable import SoftmaxReports

@Suite struct ReportTests {
  /// Rows whose logits are drawn around those of the true class.
  private func evaluation(
    rows: Int, names: [String], seed: UInt64 = 1, certainty: Float = 2
  ) throws -> Evaluation {
    var generator = CounterBasedGenerator(seed: seed)
    let labels = (0..<rows).map { $0 % names.count }
    var logits = Matrix(rowCount: rows, columnCount: names.count)
    for row in 0..<rows {
      for column in names.indices {
        logits.elements[row * names.count + column] =
          Float.random(in: -2...2, using: &generator) + (labels[row] == column ? certainty : 0)
      }
    }
    return try Evaluation(labels: labels, logits: logits, classNames: names)
  }

  @Test func thePageHasTheFiguresOfTheEvaluation() throws {
    let evaluation = try evaluation(rows: 300, names: ["ant", "bee", "cow"])
    let page = Report(
      "Animals", of: evaluation, facts: [("trained on", "9 rows")], command: "do it"
    )
    .html()
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">\n"))
    #expect(page.contains("<title>Animals</title>") && page.contains("<h1>Animals</h1>"))
    #expect(page.contains(">\(NumberText.percent(evaluation.accuracy))<"))
    #expect(page.contains(">\(NumberText.metric(evaluation.logLoss))<"))
    // The classes are as frequent: a third, and ln 3.
    #expect(page.contains("always ant: 33.3 %"))
    #expect(page.contains("always the frequencies of the classes: 1.0986"))
    for metrics in evaluation.confusionMatrix.perClass {
      #expect(page.contains("<td class=\"number\">\(NumberText.fixed(metrics.recall))</td>"))
    }
    #expect(page.contains("<dt>trained on</dt>\n<dd>9 rows</dd>"))
    #expect(page.contains("<pre>do it</pre>"))
    // A matrix, a diagram and curves.
    #expect(page.split(separator: "<svg ").count == 4)
  }

  @Test func nothingIsLoadedAndNothingRuns() throws {
    let names = FigureTests.hostileNames + [String(repeating: "x", count: 500)]
    let evaluation = try evaluation(rows: 60, names: names, certainty: 0)
    let page = Report(
      names[0], of: evaluation, facts: names.map { ($0, $0) }, command: names.joined()
    ).html()
    #expect(page.contains("content=\"default-src &#39;none&#39;;"))
    #expect(!page.contains("<script") && !page.contains("<link") && !page.contains("url("))
    // The only address is the name of a language.
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("://"))
    let allowed: Set<Unicode.Scalar> = ["\n"]
    #expect(page.unicodeScalars.allSatisfy { allowed.contains($0) || $0.value >= 0x20 })
    #expect(!page.unicodeScalars.contains { $0 == "\u{202e}" || $0.value == 0xffff })
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"))
    #expect(page.contains("\\u{1b}[31mred") || page.contains("\\e[31mred"))
  }

  @Test func eachElementIsClosed() throws {
    let evaluation = try evaluation(rows: 60, names: ["a", "b"], certainty: 0)
    let page = Report("t", of: evaluation).html()
    // What a parser of XML needs beside: no document type, and elements without an end tag closed.
    let text = page.replacing("<!DOCTYPE html>\n", with: "")
      .replacing(#/<meta ([^>]*)>/#) { "<meta \($0.1)/>" }
    #expect(ParsedPicture(text).isWellFormed)
  }

  @Test func aModelThatIsNoBetterThanItsBaselineIsCalledThat() throws {
    let none = try evaluation(rows: 30, names: ["a", "b", "c"], certainty: 0)
    #expect(
      Report("t", of: none).html().contains("no better than always the most frequent class, a,"))
    let good = try evaluation(rows: 30, names: ["a", "b", "c"], certainty: 9)
    let page = Report("t", of: good).html()
    #expect(page.contains("The model is better than always the most frequent class."))
    #expect(page.contains("No row was given a wrong class.") && !page.contains("surest mistakes"))
    let wrong = try Evaluation(
      labels: Array(repeating: 0, count: 40),
      logits: Matrix(Array(repeating: [0, 1], count: 40)))
    #expect(Report("t", of: wrong).html().contains("worse than always the most frequent class, 0."))
  }

  @Test func ofPredictedClassesAloneNothingIsSaidOfProbabilities() throws {
    let rules = try Evaluation(
      labels: [0, 1, 1, 0], predictions: [0, 1, 0, 0], classNames: ["cat", "dog"])
    let page = Report("t", of: rules).html()
    #expect(page.contains(">75.0 %<") && page.contains("dog"))
    #expect(!page.contains("nan") && !page.contains("Log loss") && !page.contains("trusted"))
    #expect(page.split(separator: "<svg ").count == 2)
  }

  @Test func aCertainMistakeHasItsLoss() throws {
    let sure = try Evaluation(
      labels: [0, 1, 0], probabilities: Matrix([[1, 0], [0, 1], [0, 1]]))
    let page = Report("t", of: sure).html()
    #expect(page.contains(">\(NumberText.metric(.infinity))<"))
    #expect(page.contains("<td class=\"number\">\(NumberText.metric(1))</td>"))
  }

  @Test func aPageOfManyClassesShowsTheMostFrequentAndStaysSmall() throws {
    let names = (0..<2000).map { "class \($0)" }
    let page = Report("t", of: try evaluation(rows: 4000, names: names)).html()
    #expect(page.contains("The 100 of 2,000 classes with the most rows"))
    #expect(page.utf8.count < 1_000_000)
  }

  @Test func aDotOfTheDiagramIsABin() throws {
    let evaluation = try evaluation(rows: 500, names: ["a", "b", "c"])
    let picture = ParsedPicture(evaluation.reliability().drawing.text)
    #expect(picture.isWellFormed)
    #expect(picture.count("circle") == evaluation.reliability().bins.count { $0.weight > 0 })
  }
}
