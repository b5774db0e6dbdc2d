// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
public import SoftmaxModels

extension ConfusionMatrix {
  /// Returns the matrix as a heat map in an SVG document: correct cells are blue, wrong ones are orange.
  ///
  /// The shade of a cell grows with the square root of its fraction of its row, so rare mistakes stay
  /// visible. Above 20 classes, counts appear only in the tooltips.
  public func svg() -> String { drawing.text }

  var drawing: SVGDocument {
    let hasNumbers = classCount <= 20
    let names = classNames.map {
      PrintableText.shortened(PrintableText.line($0), to: hasNumbers ? 14 : 24)
    }
    let longest = Double(names.map(PrintableText.width).max() ?? 1)
    let label = 30 + longest * SVGDocument.letterWidth
    let widest = Double("\(cells.map(\.count).max() ?? 0)".count)
    let cell = hasNumbers ? max(widest * 7 + 8, classCount <= 4 ? 60 : 30) : 12
    let extent = cell * Double(classCount)
    let width = max(SVGDocument.width * 0.75, label + extent + 12)
    let top = 54 + longest * SVGDocument.letterWidth * (hasNumbers ? 0.75 : 1)

    var body = [
      SVGElement.label("Confusion matrix", x: 14, y: 22, class: "title"),
      .label(
        "predicted", x: label + extent / 2, y: hasNumbers ? 40 : 38, anchor: "middle",
        class: "muted"),
      SVGElement(
        "text",
        [
          "transform": "translate(16 \(SVGElement.number(top + extent / 2))) rotate(-90)",
          "text-anchor": "middle", "class": "text muted",
        ], text: "true"),
    ]
    for index in 0..<classCount {
      let middle = (Double(index) + 0.5) * cell
      body.append(
        .label(names[index], x: label - 6, y: top + middle + 4.5, anchor: "end", class: textClass))
      // Slanted towards the row names, where there is space, or upright if columns are narrow.
      let x = label + middle + (hasNumbers ? 2 : 4)
      let place = "\(SVGElement.number(x)) \(SVGElement.number(top - 7))"
      body.append(
        SVGElement(
          "text",
          [
            "transform": "translate(\(place)) rotate(\(hasNumbers ? 48 : -90))",
            "text-anchor": hasNumbers ? "end" : "start", "class": "text \(textClass)",
          ], text: names[index]))
    }
    for (confusion, share) in zip(cells, shares(by: .labels)) {
      body.append(
        element(
          of: confusion, share: share, x: label + Double(confusion.prediction) * cell,
          y: top + Double(confusion.label) * cell, side: cell, hasNumber: hasNumbers))
    }
    body.append(.rectangle(x: label, y: top, width: extent, height: extent, class: "frame"))
    return SVGDocument(
      title: "Confusion matrix of \(classCount) classes", description: summary, width: width,
      height: top + extent + 14, body: body)
  }

  private var textClass: String { classCount <= 20 ? "" : "small" }

  private func element(
    of confusion: Confusion, share: Double, x: Double, y: Double, side: Double, hasNumber: Bool
  ) -> SVGElement {
    let (row, column, count) = (confusion.label, confusion.prediction, confusion.count)
    let shade = share.squareRoot()
    let percent = SVGElement.number(share * 100)
    var children = [
      SVGElement(
        "title",
        text: "true \(classNames[row]), predicted \(classNames[column]): \(count), \(percent) %"),
      SVGElement(
        "rect",
        [
          "x": SVGElement.number(x), "y": SVGElement.number(y), "width": SVGElement.number(side),
          "height": SVGElement.number(side), "class": row == column ? "right" : "wrong",
          "fill-opacity": SVGElement.number(shade),
        ]),
    ]
    if hasNumber {
      children.append(
        .label(
          "\(count)", x: x + side / 2, y: y + side / 2 + 4.5, anchor: "middle",
          class: shade > 0.65 ? "inverse" : ""))
    }
    return SVGElement("g", [:], children)
  }

  /// The description of the matrix for screen readers.
  private var summary: String {
    let worst = mostConfused(3).map {
      "\(classNames[$0.label]) was taken for \(classNames[$0.prediction]) \($0.count) times"
    }
    let mistakes = worst.isEmpty ? "No class was taken for another." : worst.joined(separator: "; ")
    return "Rows are the true classes, columns the predicted ones. \(correctCount) of \(rowCount) "
      + "samples are on the diagonal, where both are the same. \(mistakes)"
  }
}
