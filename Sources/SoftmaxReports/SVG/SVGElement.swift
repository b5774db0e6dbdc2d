// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// An element of an SVG picture; attribute values and texts are escaped here.
struct SVGElement {
  private let name: String
  private let attributes: [(name: String, value: String)]
  private let children: [SVGElement]
  private let content: String?

  init(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
    _ children: [SVGElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    self.children = children
    content = nil
  }

  /// Creates an element that contains text.
  init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    children = []
    content = text
  }

  var text: String {
    var result = "<" + name
    for (name, value) in attributes { result += " \(name)=\"\(Self.escaped(value))\"" }
    guard content != nil || !children.isEmpty else { return result + "/>" }
    result += ">"
    if let content { result += Self.escaped(content) }
    if !children.isEmpty { result += "\n" + children.map(\.text).joined(separator: "\n") + "\n" }
    return result + "</\(name)>"
  }

  /// Returns a text with XML's special characters escaped.
  ///
  /// Control characters, which XML forbids and terminals interpret, and characters that change the
  /// direction of writing, which would affect neighbouring text, are replaced by visible escapes.
  static func escaped(_ text: String) -> String {
    PrintableText.line(text).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{fffe}", "\u{ffff}": result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Returns a coordinate rounded to two decimals, which is finer than the eye can see.
  static func number(_ value: Double) -> String {
    abs(value) < 1e15 ? NumberText.short(value, 2) : "\(value)"
  }
}

extension SVGElement {
  /// Returns a line of text.
  static func label(
    _ text: String, x: Double, y: Double, anchor: String = "start", class style: String = ""
  ) -> SVGElement {
    SVGElement(
      "text",
      ["x": number(x), "y": number(y), "text-anchor": anchor, "class": "text \(style)"],
      text: text)
  }

  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, class style: String
  ) -> SVGElement {
    SVGElement(
      "rect",
      [
        "x": number(x), "y": number(y), "width": number(width), "height": number(height),
        "class": style,
      ])
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class style: String
  ) -> SVGElement {
    SVGElement(
      "line",
      [
        "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2), "class": style,
      ])
  }

  /// Returns a group of elements, translated by x and y.
  static func group(x: Double = 0, y: Double, _ children: [SVGElement]) -> SVGElement {
    SVGElement("g", ["transform": "translate(\(number(x)) \(number(y)))"], children)
  }
}
