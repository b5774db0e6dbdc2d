// SPDX-License-Identifier: Apache-2.0

import SoftmaxReports
import Testing

@Suite struct TextTableTests {
  @Test func columnsNeverRunTogether() {
    let rows = [
      ["feature", "least", "mean", "greatest"],
      ["a very long name", "1e-38", "6.1728395e+10", "1.2345679e+11"],
      ["漢", "-0.0009876543", "-0.00055555557", "-0.00012345678"],
    ]
    #expect(
      TextTable.lines(rows, first: 15, others: 12) == [
        "feature                  least           mean       greatest",
        "a very long name         1e-38  6.1728395e+10  1.2345679e+11",
        "漢               -0.0009876543 -0.00055555557 -0.00012345678",
      ])
    #expect(TextTable.lines([["a", "1"]], first: 3, others: 4) == ["a     1"])
    #expect(TextTable.lines([], first: 3, others: 4).isEmpty)
  }
}
