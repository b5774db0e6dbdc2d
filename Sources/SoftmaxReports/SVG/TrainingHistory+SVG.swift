// SPDX-License-Identifier: Apache-2.0

public import SoftmaxModels

extension TrainingHistory {
  /// A chart of the loss and one of the accuracy over the epochs, with validation curves if there was
  /// validation.
  package var charts: [LineChart] {
    [
      chart("Loss", "loss", epochs.map(\.loss), epochs.map { $0.validation?.loss }),
      chart("Accuracy", "accuracy", epochs.map(\.accuracy), epochs.map { $0.validation?.accuracy }),
    ]
  }

  private func chart(
    _ title: String, _ label: String, _ training: [Double], _ validation: [Double?]
  ) -> LineChart {
    let numbers = epochs.map { Double($0.number) }
    var series = [LineChart.Series(name: "training", x: numbers, y: training)]
    if validation.contains(where: { $0 != nil }) {
      series.append(.init(name: "validation", x: numbers, y: validation.map { $0 ?? .nan }))
    }
    return LineChart(title: title, xLabel: unit.rawValue, yLabel: label, series: series)
  }

  /// Returns the curves of loss and accuracy as an SVG document.
  public func svg() -> String {
    LineChart.svg(title: "Training", of: charts)
  }
}
