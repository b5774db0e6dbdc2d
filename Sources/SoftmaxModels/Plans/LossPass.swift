// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The way from a batch's outputs to the rows' losses and their gradients, with memory for what lies in
/// between: for every loss but plain cross-entropy without weights, which needs nothing in between.
///
/// A row's loss depends on that row alone, so workers share a pass by rows. What all rows depend on is
/// the sum of the batch's weights, which each worker takes for itself in the same order.
struct LossPass: Sendable {
  private let loss: Loss
  private let kernels: Kernels
  private let classCount: Int
  private let outputCount: Int
  /// Whether an output is a question by itself rather than one of several answers.
  private let isMultiLabel: Bool
  /// How much each sample's loss counts in its batch's sum, and how much it adds to what the sum is
  /// divided by; none where all count 1.
  private let sampleWeights: VectorView<Double>
  private let divisorWeights: VectorView<Double>
  /// The targets of a sample of each class: what every output gets, and what the class's own gets.
  private let base: VectorView<Float>
  private let peak: VectorView<Float>
  /// The sum of those targets, for each class.
  private let peakMass: VectorView<Float>
  // Of the batch: the given rows [rows, classes], the targets [rows, outputs], their sums, the scales.
  private let given: MatrixView
  private let targets: MatrixView
  private let masses: VectorView<Float>
  private let scales: VectorView<Float>

  /// Lays out memory for batches of some samples.
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
    peakMass = arena.vector(copying: smoothed.mass)
    self.given = arena.matrix(
      rowCount: given.matrix == nil ? 0 : batchSize, columnCount: classCount)
    targets = arena.matrix(rowCount: batchSize, columnCount: outputCount)
    masses = arena.vector(count: batchSize)
    scales = arena.vector(count: batchSize)
  }

  // MARK: Weights

  /// How much a sample's loss counts in its batch's sum.
  private func weight(of sample: Int64) -> Double {
    sampleWeights.count == 0 ? 1 : sampleWeights[Int(sample)]
  }

  /// What the sum of a batch's losses is divided by.
  func divisor(of samples: VectorView<Int64>) -> Double {
    guard divisorWeights.count > 0 else { return Double(samples.count) }
    return sumOverRows(0..<samples.count) { divisorWeights[Int(samples[$0])] }
  }

  /// The terms whose mean a row's loss is, where the kernels give their sum.
  private var termCount: Int { loss.kind.isMeanOverOutputs ? outputCount : 1 }

  // MARK: Losses and gradients

  /// Computes some rows' losses, and the gradient of the batch's loss to their outputs.
  ///
  /// - Parameters:
  ///   - rows: the rows of the batch; what follows is those rows' alone.
  ///   - samples: the samples of the whole batch.
  ///   - labels: the rows' classes.
  ///   - source: the rows of targets of all samples, unless they are labels.
  ///   - predictions: takes the rows' most probable classes, of multi-label targets how many are right.
  func differentiate(
    _ rows: Range<Int>, of samples: VectorView<Int64>, labels: VectorView<Int32>,
    source: FeatureSource?, outputs: MatrixView, losses: VectorView<Float>,
    gradient: MatrixView, predictions: VectorView<Int32>
  ) {
    let divisor = divisor(of: samples)
    let targets = targets.rows(rows)
    let masses = masses.elements(rows)
    let scales = scales.elements(rows)
    for (index, row) in rows.enumerated() {
      let weight = weight(of: samples[row])
      let share = weight / (divisor * Double(termCount))
      scales[index] = weight > 0 && divisor > 0 ? Float(share) : 0
    }
    if let source {
      let given = given.rows(rows)
      kernels.gather(source, rows: samples.elements(rows), into: given)
      writeTargets(from: given, into: targets, masses)
    } else {
      writeTargets(from: labels, into: targets, masses)
    }
    loss.kind.differentiate(
      LossPart(
        outputs: outputs, targets: targets, masses: masses, labels: labels, scales: scales,
        losses: losses, gradient: gradient), with: kernels)
    predict(outputs, targets: targets, into: predictions)
  }

  /// What the second derivatives of a row's cross-entropy are multiplied by, once the row is differentiated.
  func curvatureScale(ofRow row: Int) -> Float { scales[row] * masses[row] }

  /// What a batch gave, from its rows' losses and predictions.
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
    from labels: VectorView<Int32>, into targets: MatrixView, _ masses: VectorView<Float>
  ) {
    for row in 0..<targets.rowCount {
      let label = Int(labels[row])
      masses[row] = peakMass[label]
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
    from given: MatrixView, into targets: MatrixView, _ masses: VectorView<Float>
  ) {
    let kept = 1 - loss.labelSmoothing
    let spread = loss.spread(classCount: classCount)
    let weights = loss.kind.weighsTerms ? loss.classWeights : []
    let first = outputCount == 1 ? classCount - 1 : 0
    for row in 0..<targets.rowCount {
      var mass = 0.0
      for column in 0..<outputCount {
        var target = kept * Double(given[row, first + column]) + spread
        if !weights.isEmpty { target *= weights[column] }
        targets[row, column] = Float(target)
        mass += target
      }
      masses[row] = Float(mass)
    }
  }

  // MARK: Predictions

  private func predict(
    _ outputs: MatrixView, targets: MatrixView, into predictions: VectorView<Int32>
  ) {
    if isMultiLabel {
      // A probability above one half is a logit above 0.
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

/// The targets of a sample of each class, smoothed, with the weights of their terms.
private struct SmoothedTargets {
  /// What each output gets that is not the class's own.
  let base: [Float]
  /// What the class's own output gets.
  let peak: [Float]
  /// The sum of the targets of a sample of each class.
  let mass: [Float]

  init(_ loss: Loss, classCount: Int) {
    let smoothing = loss.labelSmoothing
    let spread = loss.spread(classCount: classCount)
    let isWeighted = loss.kind.weighsTerms && !loss.classWeights.isEmpty
    let weights = isWeighted ? loss.classWeights : Array(repeating: 1.0, count: classCount)
    base = weights.map { Float($0 * spread) }
    peak = weights.map { Float($0 * (1 - smoothing + spread)) }
    let total = weights.reduce(0) { $0 + $1 * spread }
    mass = weights.map { Float(total + $0 * (1 - smoothing)) }
  }
}

extension Loss {
  /// What smoothing gives to every target.
  fileprivate func spread(classCount: Int) -> Double {
    switch kind.smoothing {
    case .overClasses: labelSmoothing / Double(classCount)
    case .overYesAndNo: labelSmoothing / 2
    case nil: 0
    }
  }
}
