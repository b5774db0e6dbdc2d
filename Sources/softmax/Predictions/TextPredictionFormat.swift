// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Text for people: a line for each row, with a picture if requested.
struct TextPredictionFormat: LinePredictionFormat {
  private static let greatestPictureCount = 10

  private let classNames: [String]
  private let top: Int
  private let showsPictures: Bool
  private let rule: DecisionRule
  private let terminal: Terminal
  private let showsInput: Bool
  private let numberWidth: Int
  private let nameWidth: Int
  private var pictureCount = 0
  private(set) var note: String?

  let header: [String] = []

  init(
    classNames: [String], sources: [PredictionSource], top: Int, showsPictures: Bool,
    rule: DecisionRule, terminal: Terminal
  ) {
    self.classNames = classNames.map(PrintableText.line)
    self.top = min(top, classNames.count)
    self.showsPictures = showsPictures
    self.rule = rule
    self.terminal = terminal
    showsInput = Set(sources.map(\.name)).count > 1
    numberWidth = String(sources.map(\.greatestRow).max() ?? 0).count
    nameWidth = self.classNames.map(PrintableText.width).max() ?? 0
  }

  mutating func lines(
    for prediction: Prediction, row: Int, of input: PredictionInput
  ) -> [String] {
    let number = String(input.number(ofRow: row))
    var line =
      input.fileName(ofRow: row).map { PrintableText.line($0) + "  " }
      ?? (showsInput ? PrintableText.line(input.name) + " " : "")
      + "row \(PrintableText.rightAligned(number, to: numberWidth))  "
    let classes = prediction.ranking.prefix(top).map { index in
      PrintableText.padded(classNames[index], to: nameWidth) + " "
        + PrintableText.rightAligned(percent(prediction.probabilities[index]), to: 7)
    }
    let remarks = rule.columns(of: prediction).map(\.remark).filter { !$0.isEmpty }
    line += (classes + remarks).joined(separator: "   ")
    return [line] + pictureLines(for: prediction, row: row, of: input)
  }

  private func percent(_ probability: Float) -> String {
    NumberText.percent(Double(probability))
  }

  private mutating func pictureLines(
    for prediction: Prediction, row: Int, of input: PredictionInput
  ) -> [String] {
    guard showsPictures else { return [] }
    if input.namedRow == nil {
      guard pictureCount < Self.greatestPictureCount else {
        note =
          "pictures of the first \(Self.greatestPictureCount) rows only; name others, as in "
          + ShellWord.quoted(PrintableText.line(input.name)) + ":\(input.number(ofRow: row))"
        return []
      }
      pictureCount += 1
    }
    guard let picture = GrayPicture(values: input.features.row(row), shape: input.featureShape)
    else {
      note = "no pictures: a row of \(NumberText.shape(input.featureShape)) is none"
      return []
    }
    let predicted = "predicted \(classNames[prediction.index])"
    let caption =
      input.trueLabel(ofRow: row).map { "true \(PrintableText.line($0)) / \(predicted)" }
      ?? predicted
    return picture.lines(columns: terminal.width - 1, color: terminal.outputColor) + [caption, ""]
  }
}
