// SPDX-License-Identifier: Apache-2.0

/// A self-contained SVG document: no scripts, no external fonts or images.
///
/// It follows the reader's preference for light or dark colours.
struct SVGDocument {
  /// The width of figures: small enough for text of 13 units to be legible on a phone.
  static let width = 400.0
  /// The approximate width of a letter.
  static let letterWidth = 7.2

  let title: String
  /// The description of the picture for screen readers.
  let description: String
  var width = SVGDocument.width
  let height: Double
  let body: [SVGElement]

  /// The picture as a file, with its colours.
  var text: String { markup(styles: ["<style>\(Self.style)</style>"]) }

  /// The picture as a part of a page that has `style`.
  var embedded: String { markup(styles: []) }

  private func markup(styles: [String]) -> String {
    let extents = "\(SVGElement.number(width)) \(SVGElement.number(height))"
    // The class restricts the style to the picture, so it does not affect a page that contains the picture.
    let root = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(extents)" width="100%" \
      style="max-width:\(SVGElement.number(width * 1.8))px" role="img" class="softmax-figure">
      """
    let children = [
      SVGElement("title", text: title), SVGElement("desc", text: description),
      SVGElement.rectangle(x: 0, y: 0, width: width, height: height, class: "paper"),
    ]
    return
      ([root] + children.prefix(2).map(\.text) + styles
      + (children.suffix(1) + body).map(\.text) + ["</svg>", ""]).joined(separator: "\n")
  }

  // The colours of Okabe and Ito, which readers with any colour vision can distinguish, somewhat darker on
  // white. Source: Okabe, Ito, "Color universal design", 2008. Lines also differ in their dashes.
  private static let light = [
    ".paper{fill:#fff}", ".text{fill:#1b1f24}", ".muted{fill:#59626d}", ".inverse{fill:#fff}",
    ".axis{stroke:#59626d}", ".grid{stroke:#dde2e8}", ".frame{stroke:#b6bec8}",
    ".right{fill:#004c7a}", ".wrong{fill:#b34700}", ".mistake{fill:#b34700}",
    ".bad{stroke:#d55e00}",
    ".series-0{stroke:#0072b2}", ".series-1{stroke:#d55e00}", ".series-2{stroke:#007d5a}",
    ".series-3{stroke:#a8447f}", ".series-4{stroke:#8a6d00}", ".series-5{stroke:#3a3f46}",
  ]
  private static let dark = [
    ".paper{fill:#14171a}", ".text{fill:#eceff3}", ".muted{fill:#a3adb8}", ".inverse{fill:#14171a}",
    ".axis{stroke:#a3adb8}", ".grid{stroke:#2d333a}", ".frame{stroke:#565f69}",
    ".right{fill:#7cc4f0}", ".wrong{fill:#ffa552}", ".mistake{fill:#ffa552}",
    ".bad{stroke:#ff8f3f}",
    ".series-0{stroke:#56b4e9}", ".series-1{stroke:#ff9a4d}", ".series-2{stroke:#3fd0a4}",
    ".series-3{stroke:#e39bc4}", ".series-4{stroke:#f0e442}", ".series-5{stroke:#c9d0d8}",
  ]
  private static let shared = [
    ".text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;unicode-bidi:isolate}",
    ".title{font-size:15px;font-weight:600}", ".small{font-size:11.5px}",
    ".axis,.grid,.frame,.bad{fill:none;stroke-width:1}", ".bad{stroke-width:3}",
    ".series{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
    ".series-1{stroke-dasharray:7 4}", ".series-2{stroke-dasharray:2 4}",
    ".series-3{stroke-dasharray:10 4 2 4}", ".series-4{stroke-dasharray:4 2}",
    ".pixels{image-rendering:pixelated}",
  ]

  static let seriesStyleCount = 6

  /// The rules of the pictures' classes.
  static var style: String {
    func scoped(_ rules: [String]) -> String {
      rules.map { rule in
        // In a rule with several selectors each selector is scoped.
        let end = rule.firstIndex(of: "{") ?? rule.endIndex
        return rule[..<end].split(separator: ",").map { ".softmax-figure \($0)" }
          .joined(separator: ",") + rule[end...]
      }.joined()
    }
    return scoped(shared) + scoped(light)
      + "@media (prefers-color-scheme:dark){" + scoped(dark) + "}"
  }
}
