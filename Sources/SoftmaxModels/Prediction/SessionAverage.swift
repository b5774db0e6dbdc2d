// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The members of a predictor for single rows, whose probabilities are averaged.
struct SessionAverage: Sendable {
  private struct Member: Sendable {
    let pass: PredictionPass
    let computations: [@Sendable (inout [Double]) -> Void]
    // Whether the steps are those of the member before it, so its row is the same.
    let sharesRow: Bool
    let result: MatrixView
  }

  private let members: [Member]
  private let average: MemberAverage
  private let classCount: Int

  /// - Parameter passes: a pass for each member of the predictor.
  init(_ predictor: Predictor, _ passes: [PredictionPass], in arena: Arena) {
    let sources = predictor.members
    members = zip(sources.indices, passes).map { index, pass in
      Member(
        pass: pass, computations: sources[index].pipeline.computations,
        sharesRow: index > 0 && sources[index - 1].pipeline == sources[index].pipeline,
        result: arena.matrix(rowCount: 1, columnCount: sources[index].network.outputCount))
    }
    average = MemberAverage(weights: sources.map(\.weight))
    classCount = predictor.classCount
  }

  /// Predicts a row and returns its most probable class; nil if a feature or a logit of a member is not finite.
  ///
  /// - Parameter values: the row before the steps of the pipeline that compute.
  func run(
    _ values: [Double], _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
  ) -> Int? {
    var row: [Float] = []
    for member in members {
      if !member.sharesRow {
        var values = values
        for step in member.computations { step(&values) }
        row = values.map { Float($0) }
      }
      guard row.allSatisfy(\.isFinite),
        row.span.withRowSource({
          member.pass.run($0, rows: 0..<1, .logits, into: member.result)
        })
      else { return nil }
    }
    var logits = Matrix(rowCount: 1, columnCount: classCount)
    average.average(classCount) { member, column in
      members[member].result[0, column]
    } write: {
      logits[0, $0] = $1
    }
    let written = output == .logits ? logits : logits.softmax()
    for column in 0..<classCount { result[column] = written[0, column] }
    return logits.mostLikelyClasses()[0]
  }
}
