// SPDX-License-Identifier: Apache-2.0

/// A page in one file: no script, no network, readable in light and dark, on paper and with a screen reader.
struct HTMLDocument {
  let title: String
  let body: [HTMLElement]

  // A browser loads nothing and runs nothing, whatever a page that was tampered with says.
  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

  var text: String {
    let head = HTMLElement(
      "head", [:],
      [
        HTMLElement("meta", ["charset": "utf-8"]),
        HTMLElement("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
        HTMLElement(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        HTMLElement("meta", ["name": "color-scheme", "content": "light dark"]),
        HTMLElement("title", text: title),
      ])
    let style = "<style>\(Self.style)\(SVGDocument.style)</style>\n</head>"
    let main = HTMLElement("body", [:], [HTMLElement("main", [:], body)])
    return [
      "<!DOCTYPE html>", "<html lang=\"en\">",
      head.text.replacing("\n</head>", with: "\n" + style, maxReplacements: 1), main.text,
      "</html>",
      "",
    ].joined(separator: "\n")
  }

  private static let style =
    ([colors(paper: "#fff", text: "#1b1f24", muted: "#59626d", line: "#dde2e8")] + rules + [
      "@media (prefers-color-scheme:dark){"
        + colors(paper: "#14171a", text: "#eceff3", muted: "#a3adb8", line: "#2d333a") + "}"
    ]).joined()

  // Those of the pictures on the page.
  private static func colors(paper: String, text: String, muted: String, line: String) -> String {
    "body{background:\(paper);color:\(text)}.muted,caption,figcaption,.facts dt{color:\(muted)}"
      + "th,td,pre,.headline li{border-color:\(line)}"
  }

  private static let rules = [
    "body{margin:0;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}",
    "main{max-width:60rem;margin:0 auto;padding:1rem}",
    "h1,h2{line-height:1.25;overflow-wrap:anywhere}h2{margin-top:2.5rem}",
    "p,dd,td,th,li,figcaption{overflow-wrap:anywhere;unicode-bidi:isolate}",
    ".headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;",
    "margin:1rem 0;padding:0;list-style:none}",
    ".headline li{border-width:1px;border-style:solid;border-radius:.5rem;padding:.75rem 1rem}",
    ".headline p{margin:0}.headline .value{font-size:1.75rem;font-weight:600}",
    ".facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}.facts dd{margin:0}",
    "figure{margin:1rem 0}.wide{overflow-x:auto}table{border-collapse:collapse}",
    "caption{text-align:left;padding:.25rem 0}",
    "th,td{border-bottom-width:1px;border-bottom-style:solid;padding:.25rem .75rem}",
    "th,td{text-align:left;font-weight:400}thead th{font-weight:600}",
    ".number{text-align:right;font-variant-numeric:tabular-nums}",
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.75rem}",
    "pre{border-width:1px;border-style:solid;border-radius:.5rem}",
    "@media (max-width:34rem){.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.5rem}}",
    "@media print{main{max-width:none}figure,tr,.headline li{break-inside:avoid}",
    "h2{break-after:avoid}.wide{overflow:visible}}",
  ]
}
