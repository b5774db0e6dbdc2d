// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Explanation {
  /// The lines of the explanation, at most 80 columns wide on any terminal, because tables do not wrap
  /// well.
  package var lines: [String] {
    Self.steps
      + rowNumbers.indices.flatMap { row in
        [""] + WalkthroughTable(walkthrough, row: row).lines(title: "row \(rowNumbers[row])")
      } + [""] + underflowLines + roundOffLines + [""] + MistakesOfArticles(example).lines
      + (origin.map { ["", PrintableText.shortened(PrintableText.line($0), to: 79)] } ?? [])
  }

  private static let steps = [
    "Softmax and cross-entropy, step by step",
    "",
    "  1 logits      z, the scores of the network's output, one a class",
    "  2 shift       z - max z: the greatest becomes 0; the result does not change",
    "  3 exp         exp(z - max z): none above 1, so none overflows",
    "  4 normalise   p = exp / sum of exp: probabilities, their sum is 1",
    "  5 loss        ln(sum) - (z_y - max z): this is -ln p_y, but p is not needed",
    "  6 gradient    p - y, where y is 1 for the true class and 0 for the others",
    "",
    "Right of the bar: the formula as it is written, exp(z) / sum of exp(z), -ln p_y.",
  ]

  private var underflowLines: [String] {
    let row = 2
    func text(_ value: Float) -> String { WalkthroughTable.cell(Double(value)) }
    let p = text(example.naive.probabilities[row, example.labels[row]])
    return [
      "A logarithm of p is lost where p underflows. Of the scores 0, 0, -200 with the",
      "third class true, p is \(p): -ln p is \(text(example.naive.losses[row])), and from the scores "
        + "the loss is \(text(example.losses[row])).",
      "",
    ]
  }

  private var roundOffLines: [String] {
    let (single, double) = (RoundOffExample<Float>(), RoundOffExample<Double>())
    func line(_ name: String, _ direct: Double, _ detour: Double, _ error: Double) -> String {
      PrintableText.padded(name, to: 8)
        + PrintableText.padded(NumberText.fixed(direct, 18), to: 23)
        + PrintableText.padded(NumberText.fixed(detour, 18), to: 34)
        + PrintableText.rightAligned(NumberText.exponent(error, 1), to: 8)
    }
    return [
      "Digits are lost on detours. 2/10,000 in two ways that are equal on paper:",
      "",
      "        2 / 10,000             (1 + 1/10,000) - (1 - 1/10,000)     off by",
      line(
        "Float", Double(single.direct), Double(single.detour), Double(single.relativeError)),
      line("Double", double.direct, double.detour, double.relativeError),
    ]
  }
}
