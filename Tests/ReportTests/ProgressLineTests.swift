// SPDX-License-Identifier: Apache-2.0

import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct ProgressLineTests {
  private func line(_ step: Int, of steps: Int = 1875, seconds: Double) -> ProgressLine {
    ProgressLine(
      epoch: 3, epochCount: 10, step: step, stepCount: steps, seconds: seconds, loss: 0.30124,
      accuracy: 0.89119)
  }

  @Test func progressHasKerasFields() {
    let done = line(1875, seconds: 0.18)
    #expect(done.title == "Epoch 3/10")
    #expect(done.plain == "Epoch 3/10 - 0.2s - 96us/step - loss: 0.3012 - accuracy: 0.8912")
    #expect(
      done.bar(columns: 80, isColored: false)
        == "1875/1875 ━━━━━━━━━━━━━━━━━━━━ 0.2s 96us/step - loss: 0.3012 - accuracy: 0.8912")
    // Half way, after a minute, a minute is left.
    #expect(
      line(900, of: 1800, seconds: 60).bar(columns: 100, isColored: false)
        == " 900/1800 ━━━━━━━━━━────────── 1:00 67ms/step - loss: 0.3012 - accuracy: 0.8912")
    #expect(
      line(1, of: 2, seconds: 2).bar(columns: 100, isColored: true)
        == "1/2 \u{1b}[32m━━━━━━━━━━\u{1b}[0m\u{1b}[90m━━━━━━━━━━\u{1b}[0m 2.0s 2s/step"
        + " - loss: 0.3012 - accuracy: 0.8912")
  }

  @Test func anIterationIsOneStepAndHasNoLimitToCountDownTo() {
    let line = ProgressLine(
      epoch: 3, epochCount: 1000, step: 1, stepCount: 1, seconds: 0.0312, loss: 0.30124,
      accuracy: 0.89119, unit: .iteration)
    #expect(line.title == "Iteration 3")
    #expect(line.plain == "Iteration 3 - 31.2 ms - loss: 0.3012 - accuracy: 0.8912")
    #expect(
      line.bar(columns: 80, isColored: false)
        == "1/1 ━━━━━━━━━━━━━━━━━━━━ 0.0s - loss: 0.3012 - accuracy: 0.8912")
  }

  @Test(arguments: 0...120)
  func progressFitsItsColumns(_ columns: Int) {
    for step in [0, 1, 937, 1875] {
      let text = line(step, seconds: 1234).bar(columns: columns, isColored: false)
      #expect(text.count <= columns)
    }
  }
}
