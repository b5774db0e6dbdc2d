// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct MonitorTests {
  private func network() throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      Dense(12, activation: .relu)
      Dense(3, activation: .softmax)
    }
  }

  @Test func earlyStoppingHandsBackTheBestEpochByAnyMetric() throws {
    let training = try triangle(count: 60)
    let validation = try triangle(count: 50, seed: 8)
    for metric in try ["macro_f1", "log_loss", "brier_score"].map(Metric.named) {
      let witness = Witness()
      var network = try network()
      let monitor = try TrainingMonitor.validation(metric)
      let history = try network.fit(
        to: training, optimizer: .adam(learningRate: 0.05), epochs: 12, batchSize: 16,
        validation: .data(validation),
        callbacks: [witness, .earlyStopping(patience: 3, monitor: monitor)])
      let values = try witness.networks.map {
        try #require(
          metric.value(
            of: Classifier(network: $0, trainedOn: training).evaluation(on: validation)))
      }
      let best = try #require(metric.isGreaterBetter == true ? values.max() : values.min())
      let place = try #require(values.firstIndex(of: best))
      #expect(network == witness.networks[place])
      #expect(history.epochs.count == min(12, place + 4))
      if history.epochs.count < 12 {
        #expect(history.stopReason?.hasPrefix("val_\(metric.name) has not improved") == true)
      }
    }
  }

  @Test func theLogLossOfAMonitorIsTheValidationLoss() throws {
    let training = try triangle(count: 60)
    var stops: [TrainingHistory] = []
    for monitor in [TrainingMonitor.validationLoss, try .validation(.named("log_loss"))] {
      var network = try network()
      stops.append(
        try network.fit(
          to: training, optimizer: .adam(learningRate: 0.1), epochs: 20, batchSize: 8,
          validation: .fraction(0.3), callbacks: [.earlyStopping(patience: 2, monitor: monitor)]))
    }
    #expect(stops[0].epochs.map(\.loss) == stops[1].epochs.map(\.loss))
  }

  @Test func whatCannotBeWatchedIsAnError() throws {
    let uncertainty = try Metric.named("brier_uncertainty")
    #expect(throws: SoftmaxError.self) { try TrainingMonitor.validation(uncertainty) }
    let monitor = try TrainingMonitor.validation(.named("roc_auc_macro"))
    var network = try network()
    #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: triangle(count: 30), epochs: 1,
        callbacks: [.earlyStopping(patience: 2, monitor: monitor)])
    }
    let whole = try triangle(count: 30)
    let first = try #require(whole.labels.indices.first { whole.labels[$0] == 1 })
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: whole, epochs: 1, validation: .data(whole.selecting(rows: [first])),
        callbacks: [.earlyStopping(patience: 2, monitor: monitor)])
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("val_roc_auc_macro, which is undefined"))
  }

  @Test func aNameThatIsNoMetricIsAnErrorThatNamesTheNearest() throws {
    let error = #expect(throws: SoftmaxError.self) { try Metric.named("macro-f1") }
    #expect("\(error.map { "\($0)" } ?? "")".contains("did you mean macro_f1?"))
    #expect(throws: SoftmaxError.self) { try Metric.named("\u{1b}[31m") }
  }
}
