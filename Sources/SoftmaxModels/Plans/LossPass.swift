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
  private var termCount: Int {
    switch loss.kind {
    case .binaryCrossEntropy, .squared, .absolute, .huber, .multiClassHinge: outputCount
    case .crossEntropy, .custom: 1
    }
  }

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
    differentiate(
      outputs, targets: targets, labels: labels, masses: masses, scales: scales, losses: losses,
      gradient: gradient)
    predict(outputs, targets: targets, into: predictions)
  }

  private func differentiate(
    _ outputs: MatrixView, targets: MatrixView, labels: VectorView<Int32>,
    masses: VectorView<Float>, scales: VectorView<Float>, losses: VectorView<Float>,
    gradient: MatrixView
  ) {
    func ofEachOutput(_ function: Kernels.OutputLoss) {
      kernels.differentiate(
        function, outputs: outputs, targets: targets, scales: scales, losses: losses,
        gradient: gradient)
    }
    switch loss.kind {
    case .crossEntropy:
      kernels.crossEntropy(
        logits: outputs, weightedTargets: targets, masses: masses, scales: scales, losses: losses,
        gradient: gradient)
    case .binaryCrossEntropy: ofEachOutput(.binaryCrossEntropy)
    case .squared: ofEachOutput(.squared)
    case .absolute: ofEachOutput(.absolute)
    case .huber(let delta): ofEachOutput(.huber(delta: Float(delta)))
    case .multiClassHinge(let margin):
      kernels.multiClassHinge(
        outputs: outputs, labels: labels, margin: Float(margin), scales: scales, losses: losses,
        gradient: gradient)
    case .custom(let named):
      var rows = LossRows(
        outputs: outputs, targets: targets, labels: labels, losses: losses, gradient: gradient)
      named.function.differentiate(&rows)
      for row in 0..<outputs.rowCount {
        let scale = scales[row]
        if scale == 0 { losses[row] = 0 }
        for column in 0..<outputCount {
          gradient[row, column] = scale == 0 ? 0 : gradient[row, column] * scale
        }
      }
    }
  }

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
    let isCrossEntropy = loss.kind == .crossEntropy
    let spread = loss.labelSmoothing / Double(isCrossEntropy ? classCount : 2)
    let first = outputCount == 1 ? classCount - 1 : 0
    for row in 0..<targets.rowCount {
      var mass = 0.0
      for column in 0..<outputCount {
        var target = kept * Double(given[row, first + column]) + spread
        if isCrossEntropy, !loss.classWeights.isEmpty { target *= loss.classWeights[column] }
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

/// How much each sample counts in the sum of a batch's losses, and in what that is divided by.
private struct SampleWeights {
  /// Empty where all are 1.
  let inSum: [Double]
  let inDivisor: [Double]

  init(_ loss: Loss, of targets: Targets, labels: [Int], sampleWeights: [Float]?) {
    guard sampleWeights != nil || !loss.classWeights.isEmpty || loss.ignoredClass != nil else {
      inSum = []
      inDivisor = []
      return
    }
    var inSum = [Double](repeating: 1, count: labels.count)
    var inDivisor = inSum
    for sample in labels.indices {
      if let ignored = loss.ignoredClass, labels[sample] == ignored,
        targets.matrix.map({ $0[sample, ignored] == 1 }) ?? true
      {
        (inSum[sample], inDivisor[sample]) = (0, 0)
        continue
      }
      let weight = sampleWeights.map { Double($0[sample]) } ?? 1
      var ofClass = 1.0
      if !loss.classWeights.isEmpty {
        if let matrix = targets.matrix {
          ofClass = zip(matrix.row(sample), loss.classWeights).reduce(0) {
            $0 + Double($1.0) * $1.1
          }
        } else {
          ofClass = loss.classWeights[labels[sample]]
        }
      }
      inDivisor[sample] = weight * ofClass
      // Cross-entropy weighs each class's term; the weights are in its targets.
      inSum[sample] = loss.kind == .crossEntropy ? weight : weight * ofClass
    }
    self.inSum = inSum
    self.inDivisor = inDivisor
  }
}

/// The targets of a sample of each class, smoothed and for cross-entropy weighted.
private struct SmoothedTargets {
  /// What each output gets that is not the class's own.
  let base: [Float]
  /// What the class's own output gets.
  let peak: [Float]
  /// The sum of the targets of a sample of each class.
  let mass: [Float]

  init(_ loss: Loss, classCount: Int) {
    let smoothing = loss.labelSmoothing
    guard loss.kind == .crossEntropy else {
      base = Array(repeating: Float(smoothing / 2), count: classCount)
      peak = Array(repeating: Float(1 - smoothing + smoothing / 2), count: classCount)
      mass = Array(repeating: 1, count: classCount)
      return
    }
    let weights =
      loss.classWeights.isEmpty ? Array(repeating: 1.0, count: classCount) : loss.classWeights
    let spread = smoothing / Double(classCount)
    base = weights.map { Float($0 * spread) }
    peak = weights.map { Float($0 * (1 - smoothing + spread)) }
    let total = weights.reduce(0) { $0 + $1 * spread }
    mass = weights.map { Float(total + $0 * (1 - smoothing)) }
  }
}
