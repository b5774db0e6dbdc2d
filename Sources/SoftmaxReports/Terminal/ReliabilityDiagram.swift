// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

/// Two reliability diagrams side by side in text: a line for each bin of probabilities.
package struct ReliabilityDiagram {
  private static let barWidth = 20
  private static let countWidth = 9

  private let before: Reliability
  private let after: Reliability

  /// - Parameters:
  ///   - before: the reliability without calibration.
  ///   - after: the reliability of the same rows with it.
  package init(before: Reliability, after: Reliability) {
    self.before = before
    self.after = after
  }

  /// The lines, of less than 80 columns; bins without rows are left out.
  package var lines: [String] {
    let width = Self.countWidth + 1 + Self.barWidth
    let header = "probability  " + PrintableText.padded("    rows before", to: width + 2)
    let rows = before.bins.indices.compactMap { index -> String? in
      let bins = [before.bins[index], after.bins[index]]
      guard bins.contains(where: { $0.weight > 0 }) else { return nil }
      let count = Double(before.bins.count)
      let (low, high) = (Double(index) / count, Double(index + 1) / count)
      let range = "\(NumberText.fixed(low, 2)) - \(NumberText.fixed(high, 2))"
      return Self.trimmed(
        PrintableText.padded(range, to: 13) + bins.map(Self.cells).joined(separator: "  "))
    }
    return [header + "    rows after"] + rows
      + ["", "====  how often the prediction is right;  |  the probability that was said"]
  }

  private static func cells(of bin: Reliability.Bin) -> String {
    guard bin.weight > 0 else { return String(repeating: " ", count: countWidth + 1 + barWidth) }
    let count = NumberText.grouped(Int(min(bin.weight, 1e9).rounded()))
    func place(_ share: Double) -> Int { Int((share * Double(barWidth)).rounded()) }
    let (right, said) = (place(bin.frequency), min(barWidth - 1, place(bin.probability)))
    let bar = (0..<barWidth).map { $0 == said ? "|" : $0 < right ? "=" : " " }.joined()
    return PrintableText.rightAligned(count, to: countWidth) + " " + bar
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
