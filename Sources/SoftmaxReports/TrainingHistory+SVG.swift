// SPDX-License-Identifier: Apache-2.0

public import SoftmaxModels

extension TrainingHistory {
  /// The curves of loss and accuracy over the epochs, as charts.
  public var charts: [LineChart] {
    let numbers = epochs.map { Double($0.number) }
    return [
      LineChart(
        title: "Loss", xLabel: "epoch", yLabel: "loss",
        series: [.init(name: "training", x: numbers, y: epochs.map(\.loss))]),
      LineChart(
        title: "Accuracy", xLabel: "epoch", yLabel: "accuracy",
        series: [.init(name: "training", x: numbers, y: epochs.map(\.accuracy))]),
    ]
  }

  /// The curves of loss and accuracy as a picture that stands alone.
  public func svg() -> String {
    LineChart.svg(title: "Training", of: charts)
  }
}
