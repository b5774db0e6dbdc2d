// SPDX-License-Identifier: Apache-2.0

/// An element of an HTML page; attribute values and texts are escaped here.
struct HTMLElement {
  /// What stands between the tags, or in place of the element.
  private enum Content {
    case text(String)
    case children([HTMLElement])
    /// A picture that is markup already.
    case picture(String)
  }

  private let name: String
  private let attributes: [(name: String, value: String)]
  private let content: Content

  init(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
    _ children: [HTMLElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    content = .children(children)
  }

  /// Creates an element that contains text.
  init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    content = .text(text)
  }

  private init(picture: String) {
    (name, attributes, content) = ("", [], .picture(picture))
  }

  /// Returns a drawn picture as an element.
  static func picture(_ document: SVGDocument) -> HTMLElement {
    HTMLElement(picture: document.embedded)
  }

  /// The markup.
  ///
  /// An element that contains nothing but text stands in one line, since blanks between words are seen.
  var text: String {
    if case .picture(let markup) = content { return markup }
    var result = "<" + name
    for (name, value) in attributes { result += " \(name)=\"\(SVGElement.escaped(value))\"" }
    result += ">"
    switch content {
    case .picture: break
    case .text(let text): result += SVGElement.escaped(text) + "</\(name)>"
    case .children(let children):
      guard !Self.isVoid(name) else { return result }
      if !children.isEmpty { result += "\n" + children.map(\.text).joined(separator: "\n") + "\n" }
      result += "</\(name)>"
    }
    return result
  }

  // An element without an end tag.
  private static func isVoid(_ name: String) -> Bool { ["meta", "br", "col"].contains(name) }
}

extension HTMLElement {
  /// Returns a table whose first column names its rows.
  ///
  /// - Parameters:
  ///   - caption: what the table is about.
  ///   - head: the titles of the columns.
  ///   - rows: the cells of each row; what can be read as a number is aligned to the right.
  static func table(caption: String, head: [String], rows: [[String]]) -> HTMLElement {
    func isNumber(_ cell: String) -> Bool {
      cell.first.map { $0.isNumber || $0 == "-" || $0 == "–" } ?? false
    }
    let isNumeric = head.indices.map { column in
      column > 0 && rows.allSatisfy { isNumber($0[column]) }
    }
    let titles = zip(head, isNumeric).map {
      HTMLElement("th", ["scope": "col", "class": $1 ? "number" : "name"], text: $0)
    }
    let body = rows.map { row in
      HTMLElement(
        "tr", [:],
        row.enumerated().map { column, cell in
          column == 0
            ? HTMLElement("th", ["scope": "row", "class": "name"], text: cell)
            : HTMLElement("td", ["class": isNumeric[column] ? "number" : "name"], text: cell)
        })
    }
    // A wide table is moved by itself, with the keyboard too.
    return HTMLElement(
      "div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": caption],
      [
        HTMLElement(
          "table", [:],
          [
            HTMLElement("caption", text: caption),
            HTMLElement("thead", [:], [HTMLElement("tr", [:], titles)]),
            HTMLElement("tbody", [:], body),
          ])
      ])
  }
}
