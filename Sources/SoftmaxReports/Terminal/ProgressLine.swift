// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

/// The progress of training as a line with the fields of Keras.
package struct ProgressLine: Sendable {
  package var epoch: Int
  package var epochCount: Int
  package var step: Int
  package var stepCount: Int
  /// The time since the epoch began.
  package var seconds: Double
  package var loss: Double
  package var accuracy: Double
  /// The metrics on the validation samples; nil until the epoch is complete, and without validation.
  package var validation: TrainingHistory.Metrics?
  /// Whether an epoch is a pass over the data or an iteration of a solver.
  package var unit: TrainingHistory.Unit

  package init(
    epoch: Int, epochCount: Int, step: Int, stepCount: Int, seconds: Double, loss: Double,
    accuracy: Double, validation: TrainingHistory.Metrics? = nil,
    unit: TrainingHistory.Unit = .epoch
  ) {
    self.epoch = epoch
    self.epochCount = epochCount
    self.step = step
    self.stepCount = stepCount
    self.seconds = seconds
    self.loss = loss
    self.accuracy = accuracy
    self.validation = validation
    self.unit = unit
  }

  package init(_ progress: TrainingProgress, unit: TrainingHistory.Unit = .epoch) {
    self.init(
      epoch: progress.epoch, epochCount: progress.epochCount, step: progress.step,
      stepCount: progress.stepCount, seconds: progress.seconds, loss: progress.loss,
      accuracy: progress.accuracy, validation: progress.validation, unit: unit)
  }

  /// The line above the bar, such as `Epoch 3/10`.
  ///
  /// For an iteration it is without the number of iterations: a solve usually ends long before its limit.
  package var title: String {
    switch unit {
    case .epoch: "Epoch \(epoch)/\(epochCount)"
    case .iteration: "Iteration \(epoch)"
    }
  }

  /// The line for a complete epoch without a bar, for output to a file.
  package var plain: String {
    let times =
      unit == .epoch
      ? "\(NumberText.duration(seconds)) - \(stepTime)" : NumberText.seconds(seconds)
    return "\(title) - \(times) - \(metrics)"
  }

  /// Returns the line with its bar, and a second line for the validation metrics if they do not fit.
  package func bars(columns: Int, isColored: Bool) -> [String] {
    guard let validation else { return [bar(columns: columns, isColored: isColored)] }
    let counter = "\(stepCount)/\(stepCount) "
    let least = counter.count + 6 + timed(NumberText.duration(seconds)).count
    guard least > columns else { return [bar(columns: columns, isColored: isColored)] }
    var first = self
    first.validation = nil
    let second = String(repeating: " ", count: counter.count) + Self.text(of: validation)
    return [first.bar(columns: columns, isColored: isColored), String(second.prefix(columns))]
  }

  /// Returns the line with its bar, at most `columns` wide: `1875/1875 ━━━━ 0.2s 96us/step - loss: ...`.
  ///
  /// During the epoch the time is the estimated remaining time, afterwards the elapsed time. If the line is
  /// too long, the bar is shortened, then omitted, then the line is truncated.
  package func bar(columns: Int, isColored: Bool) -> String {
    let total = String(stepCount)
    let counter = PrintableText.rightAligned(String(step), to: total.count) + "/" + total
    let left = step > 0 ? seconds / Double(step) * Double(stepCount - step) : 0
    let time = NumberText.duration(step == stepCount ? seconds : left)
    let rest = timed(time)
    // Reserves the typical widths of the times, so the bar keeps its length while they change.
    let spare = max(0, 4 - time.count) + max(0, 10 - stepTime.count)
    let room = columns - counter.count - rest.count - spare - 2
    guard room >= 5 else { return String("\(counter) \(rest)".prefix(max(0, columns))) }
    return "\(counter) \(ProgressBar.text(step, of: stepCount, columns: min(20, room), isColored)) "
      + rest
  }

  // The metrics after the time, and after the time of a step unless an iteration is one.
  private func timed(_ time: String) -> String {
    (unit == .epoch ? "\(time) \(stepTime)" : time) + " - \(metrics)"
  }

  private var stepTime: String { NumberText.perStep(seconds / Double(max(1, step))) }

  private var metrics: String {
    let training =
      "loss: \(NumberText.metric(loss)) - accuracy: \(NumberText.metric(accuracy))"
    return training + (validation.map { " - " + Self.text(of: $0) } ?? "")
  }

  private static func text(of validation: TrainingHistory.Metrics) -> String {
    "val_loss: \(NumberText.metric(validation.loss)) - "
      + "val_accuracy: \(NumberText.metric(validation.accuracy))"
  }
}
