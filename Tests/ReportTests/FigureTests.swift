// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

@testable import SoftmaxReports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A picture as a parser of XML reads it.
final class ParsedPicture: NSObject, XMLParserDelegate {
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  private(set) var texts: [String] = []
  private var text = ""
  private(set) var isWellFormed = false

  init(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append((name, attributes))
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if !trimmed.isEmpty { texts.append(trimmed) }
    text = ""
  }

  func count(_ name: String) -> Int { elements.count { $0.name == name } }
}

@Suite struct FigureTests {
  static let hostileNames = [
    "<script>alert('1')</script>", "\"&'", "two\nlines", "\u{1b}[31mred",
    "\u{202e}back\u{0}\u{ffff}",
  ]

  private func hostileMatrix() throws -> ConfusionMatrix {
    try ConfusionMatrix(
      labels: [0, 1, 2, 3, 4], predictions: [0, 0, 2, 4, 3], classNames: Self.hostileNames)
  }

  private func hostileGallery() throws -> Gallery {
    let pixels = try ByteMatrix(
      rowCount: 5, columnCount: 6, bytes: (0..<30).map { UInt8(8 * $0) }, scale: 1 / 255)
    let dataset = try LabeledDataset(
      features: .bytes(pixels), labels: [0, 1, 2, 3, 4], classNames: Self.hostileNames,
      featureShape: [2, 3])
    var logits = Matrix(rowCount: 5, columnCount: 5)
    for row in 0..<5 { logits[row, 4 - row] = Float(row + 1) }
    let evaluation = try Evaluation(
      labels: dataset.labels, logits: logits, classNames: Self.hostileNames)
    return try Gallery(evaluation, of: dataset)
  }

  private func pictures() throws -> [String] {
    let chart = LineChart(
      title: Self.hostileNames[0], xLabel: Self.hostileNames[1], yLabel: Self.hostileNames[3],
      series: Self.hostileNames.map { .init(name: $0, x: [1, 2, 3], y: [1, .nan, 3]) })
    let losses: [LossFigure] = [.squared, .absolute, .huber(delta: 2), .crossEntropy]
    return [chart.svg(), try hostileMatrix().svg(), try hostileGallery().svg()]
      + losses.map { $0.svg() }
  }

  @Test func everyPictureIsWellFormedAndStandsAlone() throws {
    for svg in try pictures() {
      let picture = ParsedPicture(svg)
      #expect(picture.isWellFormed)
      let root = try #require(picture.elements.first)
      #expect(root.name == "svg" && root.attributes["role"] == "img")
      #expect(root.attributes["xmlns"] == "http://www.w3.org/2000/svg")
      #expect(picture.elements[1].name == "title" && picture.elements[2].name == "desc")
      #expect(picture.texts[0].count > 3 && picture.texts[1].count > 20)
      #expect(picture.count("script") == 0 && picture.count("foreignObject") == 0)
      for element in picture.elements {
        #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
        if let address = element.attributes["href"] {
          #expect(address.hasPrefix("data:image/png;base64,"))
        }
      }
      #expect(svg.contains("prefers-color-scheme:dark"))
      #expect(!svg.contains("url(") && !svg.contains("@import"))
    }
  }

  @Test func namesAreOnlyTextInAPicture() throws {
    for svg in try pictures() {
      #expect(!svg.contains("<script"))
      #expect(
        !svg.unicodeScalars.contains {
          ($0.value < 0x20 && $0 != "\n") || (0x7f..<0xa0).contains($0.value) || $0 == "\u{202e}"
            || $0 == "\u{ffff}"
        })
    }
    let texts = ParsedPicture(try hostileMatrix().svg()).texts
    #expect(texts.contains("two\\u{a}lines") && texts.contains("\"&'"))
    #expect(texts.contains { $0.contains("true <script>alert('1')</script>, predicted <script>") })
  }

  @Test(arguments: [
    ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;"),
    ("\u{fffe}", "\\u{fffe}"), ("\u{ffff}", "\\u{ffff}"), ("\u{0}", "\\u{0}"),
    ("\u{1b}", "\\u{1b}"), ("\n", "\\u{a}"), ("\u{7f}", "\\u{7f}"), ("\u{202e}", "\\u{202e}"),
  ])
  func eachCharacterThatMeansSomethingIsEscaped(character: String, written: String) {
    let chart = LineChart(title: "a\(character)b", xLabel: "", yLabel: "", series: [])
    let svg = chart.svg()
    #expect(svg.contains(">a\(written)b</title>"))
    #expect(!svg.contains("a\(character)b"))
    #expect(ParsedPicture(svg).isWellFormed)
  }

  @Test func anAttributeHoldsNothingButItsValue() {
    let element = SVGElement("text", ["class": "\"/><script>&"])
    #expect(element.text == "<text class=\"&quot;/&gt;&lt;script&gt;&amp;\"/>")
  }

  @Test(
    arguments: [
      [.leastNormalMagnitude / 4, .leastNormalMagnitude / 2], [.leastNonzeroMagnitude, 0],
      [1.7e308, -1.7e308],
    ] as [[Double]])
  func historiesOfSubnormalAndOfEnormousLossesAreDrawn(losses: [Double]) {
    let history = TrainingHistory(
      epochs: losses.enumerated().map {
        .init(number: $0 + 1, loss: $1, accuracy: 0.5, learningRate: 0.1, seconds: 1)
      })
    #expect(ParsedPicture(history.svg()).isWellFormed)
  }

  @Test func aHeatMapHasACellForEachCount() throws {
    let matrix = try ConfusionMatrix(
      labels: [0, 0, 0, 0, 1], predictions: [0, 0, 0, 1, 1], classNames: ["a", "b"])
    let picture = ParsedPicture(matrix.svg())
    let cells = picture.elements.filter { $0.attributes["fill-opacity"] != nil }
    #expect(cells.map { $0.attributes["class"] } == ["right", "wrong", "right"])
    #expect(cells.map { $0.attributes["fill-opacity"] } == ["0.87", "0.5", "1"])
    #expect(picture.texts.contains("true a, predicted b: 1, 25 %"))
    // The true class is the row: the mistake stands beside the first cell and above the last.
    #expect(cells[1].attributes["y"] == cells[0].attributes["y"])
    #expect(cells[1].attributes["x"] == cells[2].attributes["x"])
    #expect(picture.texts.contains { $0.contains("4 of 5 samples are on the diagonal") })
  }

  @Test func manyClassesAreDrawnWithoutNumbers() throws {
    let labels = Array(0..<50)
    let matrix = try ConfusionMatrix(labels: labels, predictions: labels.reversed())
    let picture = ParsedPicture(matrix.svg())
    #expect(picture.isWellFormed)
    #expect(picture.elements.count { $0.attributes["fill-opacity"] != nil } == 50)
  }

  @Test func aCurveHasAGapWhereItHasNoValue() {
    func curves(_ y: [Double]) -> [String] {
      let chart = LineChart(
        title: "t", xLabel: "x", yLabel: "y",
        series: [.init(name: "s", x: y.indices.map(Double.init), y: y)])
      return ParsedPicture(chart.svg()).elements.compactMap { $0.attributes["points"] }
    }
    #expect(curves([1, 2, 3]) == ["52,236 219,138 386,40"])
    #expect(curves([1, .nan, 3, 4]).count == 2)
    #expect(curves([1, .infinity, 3]) == ["52,236 52,236", "386,40 386,40"])
    #expect(curves([]).isEmpty && curves([.nan]).isEmpty)
    // All the same, or one alone: in the middle.
    #expect(curves([5, 5]) == ["52,138 386,138"])
    #expect(curves([1e300, -1e300]).count == 1)
    // So small, so large or so near each other that no axis can tell them apart.
    let least = Double.leastNonzeroMagnitude
    #expect(curves([least, 2 * least, 4048 * least]) == ["52,138 219,138 386,138"])
    #expect(curves([1, 1.0000000000000002]) == ["52,138 386,138"])
    #expect(curves([-1.7e308, 1.7e308, 1]).count == 1)
    #expect(curves([1.6e308, 1.7e308]).isEmpty)
  }

  @Test func anAxisHasAMarkAtItsEnd() {
    // 0.3 / 0.1 is a little less than 3.
    let chart = LineChart(
      title: "t", xLabel: "x", yLabel: "y", series: [.init(name: "s", x: [0, 1], y: [0, 0.3])])
    #expect(ParsedPicture(chart.svg()).texts.contains("0.3"))
  }

  @Test func historiesHaveBothCurves() throws {
    let points = try LabeledDataset(
      features: .floats(Matrix([[0, 1], [1, 0]])), labels: [0, 1], classNames: ["a", "b"])
    var network = try Sequential(input: [2]) { Dense(2) }
    let history = try network.fit(to: points, epochs: 3, batchSize: 2)
    #expect(history.charts.map(\.title) == ["Loss", "Accuracy"])
    #expect(history.charts[0].series[0].y == history.epochs.map(\.loss))
    #expect(history.charts[1].series[0].x == [1, 2, 3])
    let picture = ParsedPicture(history.svg())
    #expect(picture.isWellFormed && picture.count("polyline") == 2)
    let validated = TrainingHistory(
      epochs: (1...2).map { number in
        .init(
          number: number, loss: 1, accuracy: 0.5, validation: .init(loss: 2, accuracy: 0.25),
          learningRate: 0.1, seconds: 1)
      })
    #expect(validated.charts[0].series.map(\.name) == ["training", "validation"])
    #expect(validated.charts[0].series[1].y == [2, 2])
    #expect(validated.charts[1].series[1].y == [0.25, 0.25])
  }

  @Test func picturesInAGalleryAreWholePNGs() throws {
    let picture = ParsedPicture(try hostileGallery().svg())
    let images = picture.elements.filter { $0.name == "image" }
    #expect(images.count == 5)
    let address = try #require(images.last?.attributes["href"])
    let bytes = try #require(Data(base64Encoded: String(address.dropFirst(22)))).map { $0 }
    #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    var chunks: [String: [UInt8]] = [:]
    var begin = 8
    while begin < bytes.count {
      let length = bytes[begin..<begin + 4].reduce(0) { $0 << 8 | Int($1) }
      let body = Array(bytes[begin + 4..<begin + 8 + length])
      let sum = bytes[begin + 8 + length..<begin + 12 + length].reduce(0) { $0 << 8 | UInt($1) }
      #expect(unsafe UInt(crc32(0, body, UInt32(body.count))) == sum)
      chunks[String(decoding: body.prefix(4), as: UTF8.self)] = Array(body.dropFirst(4))
      begin += 12 + length
    }
    #expect(chunks["IHDR"] == [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0])
    let packed = try #require(chunks["IDAT"])
    var pixels = [UInt8](repeating: 0, count: 64)
    var count = UInt(pixels.count)
    #expect(unsafe uncompress(&pixels, &count, packed, UInt(packed.count)) == Z_OK)
    // The surest mistake was made in row 4; row 2 was right and comes last. Two rows of three pixels.
    #expect(Array(pixels.prefix(Int(count))) == [0, 96, 104, 112, 0, 120, 128, 136])
  }
}
