// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct PenaltyPathTests {
  private func path(
    _ losses: [Double], of count: Int? = nil, rule: Bool = false
  ) throws -> PenaltyPath {
    let points = losses.enumerated().map { index, loss in
      """
      {"c":\(Double(index) / 8 + 0.5),"l2Penalty":\(1 / Double(index + 1)),"logLoss":\(loss),\
      "standardError":0.125,"accuracy":0.75}
      """
    }
    return try JSONDecoder().decode(
      PenaltyPath.self,
      from: Data(
        """
        {"points":[\(points.joined(separator: ","))],"penaltyCount":\(count ?? losses.count),\
        "foldCount":5,"usesOneStandardErrorRule":\(rule)}
        """.utf8))
  }

  @Test func theTableMarksTheChoice() throws {
    #expect(
      try path([1, 0.5, 0.6]).table.split(separator: "\n").map(String.init) == [
        "l2                  C    log loss          +-    accuracy",
        "1                 0.5      1.0000      0.1250      0.7500",
        "0.5             0.625      0.5000      0.1250      0.7500      chosen",
        "0.333            0.75      0.6000      0.1250      0.7500",
      ])
    let lines = try path([1, 0.6, 0.5, 0.9], of: 6, rule: true).table.split(separator: "\n")
    #expect(lines[2].hasSuffix("chosen") && lines[3].hasSuffix("least"))
    #expect(
      lines[5] == "2 weaker ones were left out: the log loss of every fold rose twice in a row")
  }

  @Test(arguments: [20, 80, 200]) func theCurveFitsWhereItIsWanted(columns: Int) throws {
    for losses in [[1, 0.5, 0.7], [1], [2, 2]] {
      for style in [TrainingHistory.CurveStyle.braille, .ascii] {
        let lines = try path(losses).curve(columns: columns, rows: 10, style: style)
          .split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.allSatisfy { $0.count <= columns })
        #expect(lines.joined().contains(style == .braille ? "•" : "o"))
      }
    }
    #expect(try path([]).curve() == "")
    #expect(try path([]).choiceText == nil)
  }

  @Test func jsonHasTheChoiceTheRuleAndThePath() throws {
    let path = try path([1, 0.5, 0.6], of: 10, rule: true)
    #expect(
      path.json.text.hasPrefix(
        #"{"l2":0.5,"c":0.625,"rule":"one_standard_error","folds":5,"penalties":10,"path":["#))
    #expect(
      path.lastEvent?.text
        == #"{"event":"penalty","penalty":3,"c":0.75,"l2":0.3333333333333333,"log_loss":0.6,"#
        + #""standard_error":0.125,"accuracy":0.75}"#)
    #expect(
      path.choiceText == "0.5 (C 0.625): log loss 0.5000 +- 0.1250 in 5 folds, one standard error")
  }
}
