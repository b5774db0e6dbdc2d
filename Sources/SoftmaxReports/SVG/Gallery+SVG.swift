// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Gallery {
  /// Returns the pictures as an SVG document.
  public func svg() -> String { drawing.text }

  var drawing: SVGDocument {
    let gap = 10.0
    let side = (SVGDocument.width - 4 * gap) / 3
    let tallest =
      tiles.map { side * Double($0.picture.rowCount) / Double($0.picture.columnCount) }.max() ?? 0
    let step = tallest + 42
    let top = 40.0
    let letters = Int(side / SVGDocument.letterWidth)
    var body = [SVGElement.label("True / predicted", x: gap, y: 22, class: "title")]
    for (index, tile) in tiles.enumerated() {
      let x = gap + Double(index % 3) * (side + gap)
      let y = top + Double(index / 3) * step
      let height = side * Double(tile.picture.rowCount) / Double(tile.picture.columnCount)
      body.append(
        SVGElement(
          "image",
          [
            "x": SVGElement.number(x), "y": SVGElement.number(y),
            "width": SVGElement.number(side), "height": SVGElement.number(height),
            "preserveAspectRatio": "none", "class": "pixels", "href": tile.picture.dataAddress,
          ]))
      body.append(
        .rectangle(x: x, y: y, width: side, height: height, class: tile.isRight ? "frame" : "bad"))
      for (line, text) in Self.titleLines(of: tile, letters: letters).enumerated() {
        body.append(
          .label(
            text, x: x, y: y + height + 15 + 15 * Double(line),
            class: tile.isRight ? "" : "mistake"))
      }
    }
    let rows = (tiles.count + 2) / 3
    return SVGDocument(
      title: "\(tiles.count) pictures with their true and their predicted class",
      description: tiles.map { tile in
        "Row \(tile.row): true \(tile.label), predicted \(tile.prediction)."
      }.joined(separator: " "),
      height: top + Double(rows) * step + 4, body: body)
  }

  // Returns the title in one line if it fits, otherwise the two names on separate lines.
  private static func titleLines(of tile: Tile, letters: Int) -> [String] {
    let mark = tile.isRight ? "" : "✗ "
    let label = PrintableText.line(tile.label)
    let prediction = PrintableText.line(tile.prediction)
    let line = "\(mark)\(label) / \(prediction)"
    if PrintableText.width(line) <= letters { return [line] }
    return ["\(mark)\(PrintableText.shortened(label, to: letters - 4)) /", prediction].map {
      PrintableText.shortened($0, to: letters)
    }
  }
}
