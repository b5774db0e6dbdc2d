// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct SummaryTests {
  @Test func theSummaryIsKerasTable() throws {
    let network = try Sequential(input: [28, 28]) {
      Flatten()
      Dense(128)
      ReLU()
      Dense(10)
      Softmax()
    }
    #expect(
      network.summary == """
        Model: "sequential"
        ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
        ┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
        ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
        │ flatten (Flatten)                    │ (None, 784)                 │               0 │
        ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
        │ dense (Dense)                        │ (None, 128)                 │         100,480 │
        ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
        │ re_lu (ReLU)                         │ (None, 128)                 │               0 │
        ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
        │ dense_1 (Dense)                      │ (None, 10)                  │           1,290 │
        ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
        │ softmax (Softmax)                    │ (None, 10)                  │               0 │
        └──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
         Total params: 101,770 (397.54 KB)
         Trainable params: 101,770 (397.54 KB)
         Non-trainable params: 0 (0.00 B)
        """)
  }

  @Test(arguments: [Int.min, 40, 76, 80, 120, .max])
  func theSummaryFitsTheTerminal(columns: Int) throws {
    let network = try Sequential(input: [28, 28]) {
      Flatten()
      Dense(10)
    }
    let widths = Set(
      network.summary(columns: columns).split(separator: "\n").dropFirst().dropLast(3)
        .map(\.count))
    #expect(widths.count == 1, "a table has straight edges")
    #expect(widths.first == min(max(columns, 46), 1000))
  }

  @Test func namesOfLayersAreInIt() throws {
    let network = try Sequential(input: [6]) {
      Dense(4, activation: .relu).named("hidden")
      Dense(3)
    }
    #expect(network.summary.contains("│ hidden (Dense)"))
  }

  // A name may come from a model file that someone else wrote.
  @Test(arguments: ["\u{1b}[2J\u{7}", "two\nlines", "隠れ層", "e\u{301}"])
  func aNameOfALayerIsNotObeyedByATerminalAndBendsNoEdge(name: String) throws {
    let network = try Sequential(input: [6]) {
      Dense(4).named(name)
      Dense(3)
    }
    let lines = network.summary(columns: 40).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { !$0.unicodeScalars.contains(where: PrintableText.isControl) })
    #expect(lines.count == 11)
    #expect(Set(lines.dropFirst().dropLast(3).map(PrintableText.width)).count == 1)
    #expect(lines[4].hasPrefix("│ \(PrintableText.line(name)) (Dense)"))
  }

  @Test func theSummaryCountsWhatIsNotTrained() throws {
    var network = try Sequential(input: [6]) {
      Dense(20)
      BatchNormalization()
      GELU()
      Dropout(0.5)
      Dense(3)
    }
    try network.freeze("dense")
    let lines = network.summary.split(separator: "\n")
    #expect(
      lines.suffix(3) == [
        " Total params: 283 (1.11 KB)", " Trainable params: 103 (412.00 B)",
        " Non-trainable params: 180 (720.00 B)",
      ])
    #expect(network.layers.map(\.parameterCount) == [140, 80, 0, 0, 63])
  }
}
