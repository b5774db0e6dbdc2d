// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Explanation {
  /// An object for each row, then one with the number of rows and the example of rounding errors.
  package var json: [JSONValue] {
    let (single, double) = (RoundOffExample<Float>(), RoundOffExample<Double>())
    let last: [(key: String, value: JSONValue)] = [
      ("event", .string("result")),
      ("rows", .integer(rowNumbers.count)),
      (
        "round_off",
        .object([
          ("float", .array([.float(single.direct), .float(single.detour)])),
          ("double", .array([.number(double.direct), .number(double.detour)])),
        ])
      ),
    ]
    return rowNumbers.indices.map(json(ofRow:)) + [.object(last)]
  }

  private func json(ofRow row: Int) -> JSONValue {
    func list(_ matrix: Matrix) -> JSONValue { .array(matrix.row(row).map { .float($0) }) }
    let naive = walkthrough.naive
    let label = walkthrough.labels[row]
    return .object([
      ("event", .string("row")),
      ("row", .integer(rowNumbers[row])),
      ("label", .string(walkthrough.classNames[label])),
      ("index", .integer(label)),
      ("logits", list(walkthrough.logits)),
      ("maximum", .float(walkthrough.maxima[row])),
      ("shifted", list(walkthrough.shifted)),
      ("exponentials", list(walkthrough.exponentials)),
      ("sum", .float(walkthrough.sums[row])),
      ("probabilities", list(walkthrough.probabilities)),
      ("loss", .float(walkthrough.losses[row])),
      ("gradient", list(walkthrough.gradient)),
      (
        "naive",
        .object([
          ("exponentials", list(naive.exponentials)),
          ("sum", .float(naive.sums[row])),
          ("probabilities", list(naive.probabilities)),
          ("loss", .float(naive.losses[row])),
        ])
      ),
    ])
  }
}
