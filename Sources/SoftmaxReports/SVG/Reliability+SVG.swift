// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

extension Reliability {
  /// The diagram: how often predictions were right over how sure the model was, one dot for each bin.
  ///
  /// The area of a dot grows with the weight of its bin. A calibrated model's dots lie on the diagonal.
  var drawing: SVGDocument {
    let (left, top, side) = (52.0, 40.0, 260.0)
    let bottom = top + side
    func x(_ value: Double) -> Double { left + value * side }
    func y(_ value: Double) -> Double { bottom - value * side }
    var body = [SVGElement.label("How sure, and how often right", x: 14, y: 22, class: "title")]
    for step in 0...5 {
      let value = Double(step) / 5
      body += [
        .line(left, y(value), left + side, y(value), class: "grid"),
        .label(
          SVGElement.number(value), x: left - 6, y: y(value) + 4.5, anchor: "end", class: "muted"),
        .label(
          SVGElement.number(value), x: x(value), y: bottom + 18, anchor: "middle", class: "muted"),
      ]
    }
    let filled = bins.filter { $0.weight > 0 }
    let total = filled.reduce(0) { $0 + $1.weight }
    body += [
      .line(left, bottom, left + side, top, class: "axis"),
      .label(
        "probability of the prediction", x: left + side / 2, y: bottom + 38, anchor: "middle",
        class: "muted"),
      SVGElement(
        "text",
        [
          "transform": "translate(16 \(SVGElement.number(top + side / 2))) rotate(-90)",
          "text-anchor": "middle", "class": "text muted",
        ], text: "share that was right"),
    ]
    body += filled.map { bin in
      SVGElement(
        "g", [:],
        [
          SVGElement("title", text: Self.sentence(bin, of: total)),
          SVGElement(
            "line",
            [
              "x1": SVGElement.number(x(bin.probability)),
              "y1": SVGElement.number(y(bin.probability)),
              "x2": SVGElement.number(x(bin.probability)),
              "y2": SVGElement.number(y(bin.frequency)), "class": "series series-0",
            ]),
          SVGElement(
            "circle",
            [
              "cx": SVGElement.number(x(bin.probability)),
              "cy": SVGElement.number(y(bin.frequency)),
              "r": SVGElement.number(2.5 + 7.5 * (bin.weight / total).squareRoot()),
              "class": "right",
            ]),
        ])
    }
    return SVGDocument(
      title: "How sure the model was, and how often it was right",
      description: filled.map { Self.sentence($0, of: total) }.joined(separator: " "),
      width: left + side + 24, height: bottom + 48, body: body)
  }

  private static func sentence(_ bin: Bin, of total: Double) -> String {
    "Of the predictions with a mean probability of \(NumberText.fixed(bin.probability, 3)), "
      + "\(NumberText.percent(bin.weight / total)) of all, \(NumberText.percent(bin.frequency)) were right."
  }
}
