// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxReports
import Testing

/// The reports that scikit-learn makes of predictions (Tests/golden/make-evaluation-golden.py).
struct ReportGolden: Decodable, CustomTestStringConvertible {
  var name: String
  var classNames: [String]
  var labels: [Int]
  var logits: [[Float]]
  var reports: [String: String]

  var testDescription: String { name }

  static let cases: [ReportGolden] = {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let url = tests.appendingPathComponent("ModelTests/Golden/scikit-learn.json")
    let data = (try? Data(contentsOf: url)) ?? Data()
    return (try? JSONDecoder().decode([ReportGolden].self, from: data)) ?? []
  }()
}

@Suite struct ClassificationReportTests {
  @Test func thereAreGoldenReports() {
    #expect(ReportGolden.cases.count == 11)
  }

  @Test(arguments: ReportGolden.cases)
  func theReportIsScikitLearnsToTheByte(golden: ReportGolden) throws {
    let evaluation = try Evaluation(
      labels: golden.labels, logits: Matrix(golden.logits), classNames: golden.classNames)
    #expect(evaluation.report == golden.reports["2"])
    #expect(evaluation.confusionMatrix.report(digits: 4) == golden.reports["4"])
  }

  @Test func namesThatCommandATerminalAreWrittenOut() throws {
    let matrix = try ConfusionMatrix(
      labels: [0, 1], predictions: [0, 1], classNames: ["\u{1b}[31mred\n", "\u{202e}back"])
    let report = matrix.report()
    #expect(report.contains(#"\u{1b}[31mred\u{a}       1.00"#))
    #expect(report.contains(#"      \u{202e}back       1.00"#))
    #expect(report.split(separator: "\n", omittingEmptySubsequences: false).count == 9)
  }
}
