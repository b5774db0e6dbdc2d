// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A text about common errors of articles on softmax, with numbers that refute them.
struct MistakesOfArticles {
  private let once: [Float]
  private let slopes: [Float]

  /// Takes the numbers from an example whose row 0 has the logits 3, 1, -3.
  init(_ example: SoftmaxWalkthrough) {
    once = Array(example.probabilities.row(0))
    slopes = example.derivatives(ofProbability: 0, inRow: 0)
  }

  var lines: [String] {
    let twice = softmax(once)
    let raised = softmax([3, 4, -3])
    return [
      "Two things that some articles have wrong",
      "",
      "  \"a_1 depends only on z_1\": it depends on all z, since all are in the sum.",
      "    Of the scores 3, 1, -3 da_1/dz is \(list(slopes, 4)): none is 0.",
      "    With z_2 = 4 in place of 1, a_1 is \(list([raised[0]], 2)), not \(list([once[0]], 2)), "
        + "though z_1 is 3 in both.",
      "  \"softmax in some hidden layer\": it belongs to the output, and once.",
      "    Twice it gives \(list(twice, 2)) where once gave \(list(once, 2)).",
    ]
  }

  private func list(_ values: [Float], _ decimals: Int) -> String {
    values.map { NumberText.fixed(Double($0), decimals) }.joined(separator: ", ")
  }
}
