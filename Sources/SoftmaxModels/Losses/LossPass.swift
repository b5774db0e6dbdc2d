// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The computation from a batch's outputs to the losses of the rows and their gradients, with its memory.
///
/// It serves every loss except plain cross-entropy (without label smoothing, class weights and sample
/// weights), whose kernels need no memory. A row's loss depends on that row alone, so the workers divide a
/// batch by rows. The sum of the batch's weights depends on all rows; each worker computes it separately,
/// in the same order.
struct LossPass: Sendable {
  private let loss: Loss
  private let kernels: Kernels
  private let classCount: Int
  private let outputCount: Int
  /// Whether each output is an independent yes-or-no question, instead of one of several exclusive classes.
  private let isMultiLabel: Bool
  /// The weight of each sample's loss in the sum of its batch, and its contribution to the divisor of that
  /// sum; empty if all are 1.
  private let sampleWeights: VectorView<Double>
  private let divisorWeights: VectorView<Double>
  /// The smoothed targets of a labelled sample: output j has `base[j]`, or `peak[j]` if j is the sample's
  /// class.
  private let base: VectorView<Float>
  private let peak: VectorView<Float>
  /// The sum of the targets of a sample, by its class.
  private let targetSumOfClass: VectorView<Float>
  // Memory for a batch: the given targets [rows, classes], the weighted targets [rows, outputs], their sums
  // per row, and the scale of each row's gradient.
  private let given: MatrixView
  private let targets: MatrixView
  private let targetSums: VectorView<Float>
  private let scales: VectorView<Float>

  /// Lays out memory for batches of at most `batchSize` samples.
  init(
    _ loss: Loss, of given: Targets, labels: [Int], sampleWeights: [Float]?, classCount: Int,
    outputCount: Int, batchSize: Int, kernels: Kernels, in arena: Arena
  ) {
    self.loss = loss
    self.kernels = kernels
    self.classCount = classCount
    self.outputCount = outputCount
    if case .indicators = given { isMultiLabel = true } else { isMultiLabel = false }
    let weights = SampleWeights(loss, of: given, labels: labels, sampleWeights: sampleWeights)
    self.sampleWeights = arena.vector(copying: weights.inSum)
    divisorWeights = arena.vector(copying: weights.inDivisor)
    let smoothed = SmoothedTargets(loss, classCount: classCount)
    base = arena.vector(copying: smoothed.base)
    peak = arena.vector(copying: smoothed.peak)
    targetSumOfClass = arena.vector(copying: smoothed.sum)
    self.given = arena.matrix(
      rowCount: given.matrix == nil ? 0 : batchSize, columnCount: classCount)
    targets = arena.matrix(rowCount: batchSize, columnCount: outputCount)
    targetSums = arena.vector(count: batchSize)
    scales = arena.vector(count: batchSize)
  }

  // MARK: Weights

  /// Returns the weight of a sample's loss in the sum of its batch.
  private func weight(of sample: Int64) -> Double {
    sampleWeights.count == 0 ? 1 : sampleWeights[Int(sample)]
  }

  /// Returns the divisor of the sum of a batch's losses.
  func divisor(of samples: VectorView<Int64>) -> Double {
    guard divisorWeights.count > 0 else { return Double(samples.count) }
    return sumOverRows(0..<samples.count) { divisorWeights[Int(samples[$0])] }
  }

  /// The number of terms whose mean is a row's loss; the kernels compute their sum.
  private var termCount: Int { loss.kind.isMeanOverOutputs ? outputCount : 1 }

  // MARK: Losses and gradients

  /// Computes the losses of some rows, and the gradient of the batch's loss with respect to their outputs.
  ///
  /// - Parameters:
  ///   - rows: the rows in the batch; all parameters but `samples` and `source` hold these rows only.
  ///   - samples: the samples of the whole batch.
  ///   - labels: the classes of the rows.
  ///   - source: the targets of all samples; nil if the targets are labels.
  ///   - predictions: receives the most probable class of each row; for multi-label targets the number of
  ///     outputs that are correct.
  func differentiate(
    _ rows: Range<Int>, of samples: VectorView<Int64>, labels: VectorView<Int32>,
    source: FeatureSource?, outputs: MatrixView, losses: VectorView<Float>,
    gradient: MatrixView, predictions: VectorView<Int32>
  ) {
    let divisor = divisor(of: samples)
    let targets = targets.rows(rows)
    let targetSums = targetSums.elements(rows)
    let scales = scales.elements(rows)
    for (index, row) in rows.enumerated() {
      let weight = weight(of: samples[row])
      let share = weight / (divisor * Double(termCount))
      scales[index] = weight > 0 && divisor > 0 ? Float(share) : 0
    }
    if let source {
      let given = given.rows(rows)
      kernels.gather(source, rows: samples.elements(rows), into: given)
      writeTargets(from: given, into: targets, targetSums)
    } else {
      writeTargets(from: labels, into: targets, targetSums)
    }
    loss.kind.differentiate(
      LossPart(
        outputs: outputs, targets: targets, targetSums: targetSums, labels: labels, scales: scales,
        losses: losses, gradient: gradient), with: kernels)
    predict(outputs, targets: targets, into: predictions)
  }

  /// Returns the totals of a batch, from the losses and predictions of its rows.
  func total(
    of samples: VectorView<Int64>, labels: VectorView<Int32>, losses: VectorView<Float>,
    predictions: VectorView<Int32>
  ) -> LossTotals {
    let divisor = divisor(of: samples)
    let rows = 0..<samples.count
    guard divisor > 0 else { return LossTotals(emptyStepCount: 1) }
    let sum = sumOverRows(rows) {
      let weight = weight(of: samples[$0])
      return weight > 0 ? weight * Double(losses[$0]) : 0
    }
    var totals = LossTotals(lossSum: sum / Double(termCount), weightSum: divisor)
    for row in rows where weight(of: samples[row]) > 0 {
      totals.correctCount +=
        isMultiLabel ? Int(predictions[row]) : predictions[row] == labels[row] ? 1 : 0
      totals.predictionCount += isMultiLabel ? outputCount : 1
    }
    return totals
  }

  // MARK: Targets

  private func writeTargets(
    from labels: VectorView<Int32>, into targets: MatrixView, _ targetSums: VectorView<Float>
  ) {
    for row in 0..<targets.rowCount {
      let label = Int(labels[row])
      targetSums[row] = targetSumOfClass[label]
      if outputCount == 1, classCount == 2 {
        targets[row, 0] = label == 1 ? peak[1] : base[1]
        continue
      }
      for column in 0..<outputCount {
        targets[row, column] = column == label ? peak[column] : base[column]
      }
    }
  }

  private func writeTargets(
    from given: MatrixView, into targets: MatrixView, _ targetSums: VectorView<Float>
  ) {
    let kept = 1 - loss.labelSmoothing
    let spread = loss.spread(classCount: classCount)
    let weights = loss.kind.weighsTerms ? loss.classWeights : []
    let first = outputCount == 1 ? classCount - 1 : 0
    for row in 0..<targets.rowCount {
      var sum = 0.0
      for column in 0..<outputCount {
        var target = kept * Double(given[row, first + column]) + spread
        if !weights.isEmpty { target *= weights[column] }
        targets[row, column] = Float(target)
        sum += target
      }
      targetSums[row] = Float(sum)
    }
  }

  // MARK: Predictions

  private func predict(
    _ outputs: MatrixView, targets: MatrixView, into predictions: VectorView<Int32>
  ) {
    if isMultiLabel {
      // A logit above 0 is a probability above one half.
      for row in 0..<outputs.rowCount {
        predictions[row] = Int32(
          (0..<outputCount).count { (outputs[row, $0] > 0) == (targets[row, $0] > 0.5) })
      }
    } else if outputCount == 1, classCount == 2 {
      for row in 0..<outputs.rowCount { predictions[row] = outputs[row, 0] > 0 ? 1 : 0 }
    } else {
      kernels.argmax(outputs, into: predictions)
    }
  }
}

/// The smoothed targets of labelled samples, multiplied by the weights of their terms.
private struct SmoothedTargets {
  /// The target of each output for samples of another class.
  let base: [Float]
  /// The target of each class's output for samples of that class.
  let peak: [Float]
  /// The sum of a sample's targets, by its class.
  let sum: [Float]

  init(_ loss: Loss, classCount: Int) {
    let smoothing = loss.labelSmoothing
    let spread = loss.spread(classCount: classCount)
    let isWeighted = loss.kind.weighsTerms && !loss.classWeights.isEmpty
    let weights = isWeighted ? loss.classWeights : Array(repeating: 1.0, count: classCount)
    base = weights.map { Float($0 * spread) }
    peak = weights.map { Float($0 * (1 - smoothing + spread)) }
    let total = weights.reduce(0) { $0 + $1 * spread }
    sum = weights.map { Float(total + $0 * (1 - smoothing)) }
  }
}

extension Loss {
  /// Returns the amount that label smoothing adds to every target.
  fileprivate func spread(classCount: Int) -> Double {
    switch kind.smoothing {
    case .overClasses: labelSmoothing / Double(classCount)
    case .overYesAndNo: labelSmoothing / 2
    case nil: 0
    }
  }
}
