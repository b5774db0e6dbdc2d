// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A loss with its options in double precision and plain loops: the formulas of `docs/losses.md` as
/// they stand there.
public struct ReferenceLoss: Sendable {
  /// What a row costs.
  public enum Kind: Hashable, Sendable {
    case crossEntropy, binaryCrossEntropy, oneVsRest, squared, absolute
    case huber(Double)
    case hinge(Double)
    /// (1 - p of the right class)^2, the tests' loss of their own.
    case misgiving
  }

  /// What a row costs.
  public var kind: Kind
  /// How much of a target is spread.
  public var labelSmoothing: Double
  /// The weights of the classes; empty where all are 1.
  public var classWeights: [Double]
  /// The class that counts nothing.
  public var ignoredClass: Int?

  /// Creates a loss.
  public init(
    _ kind: Kind, labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) {
    self.kind = kind
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
    self.ignoredClass = ignoredClass
  }

  /// The rows of a batch.
  public struct Batch: Sendable {
    /// What each sample should be, [rows][classes]: one-hot, soft or of several classes.
    public var targets: [[Double]]
    /// Whether a sample may have several classes.
    public var isMultiLabel: Bool
    /// How much each sample counts.
    public var sampleWeights: [Double]

    /// Creates a batch.
    public init(targets: [[Double]], isMultiLabel: Bool = false, sampleWeights: [Double]? = nil) {
      self.targets = targets
      self.isMultiLabel = isMultiLabel
      self.sampleWeights = sampleWeights ?? targets.map { _ in 1 }
    }
  }

  // MARK: The mean over a batch

  private func classWeight(_ t: [Double]) -> Double {
    classWeights.isEmpty ? 1 : zip(classWeights, t).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func sampleWeight(_ batch: Batch, _ row: Int) -> Double {
    if let ignoredClass, batch.targets[row][ignoredClass] == 1 { return 0 }
    return batch.sampleWeights[row]
  }

  // What a row's loss is multiplied with in the sum. Cross-entropy has the classes' weights within.
  private func factor(_ batch: Batch, _ row: Int) -> Double {
    let weight = sampleWeight(batch, row)
    return kind == .crossEntropy ? weight : weight * classWeight(batch.targets[row])
  }

  private func divisor(_ batch: Batch) -> Double {
    batch.targets.indices.reduce(0) {
      $0 + sampleWeight(batch, $1) * (batch.isMultiLabel ? 1 : classWeight(batch.targets[$1]))
    }
  }

  /// The loss of a batch of outputs, [rows][outputs].
  public func value(_ outputs: [[Double]], _ batch: Batch) -> Double {
    let sum = outputs.indices.reduce(0.0) {
      $0 + factor(batch, $1) * row(outputs[$1], batch.targets[$1]).loss
    }
    return sum / divisor(batch)
  }

  /// Its gradient to the outputs.
  public func gradient(_ outputs: [[Double]], _ batch: Batch) -> [[Double]] {
    let divisor = divisor(batch)
    return outputs.indices.map { index in
      row(outputs[index], batch.targets[index]).gradient.map {
        factor(batch, index) * $0 / divisor
      }
    }
  }

  // MARK: One row

  private func row(_ z: [Double], _ classTargets: [Double]) -> (loss: Double, gradient: [Double]) {
    // One output stands for class 1 of two.
    let t = z.count == 1 ? [classTargets[1]] : classTargets
    let n = Double(z.count)
    switch kind {
    case .crossEntropy:
      let p = softmax(z)
      let w = classWeights.isEmpty ? z.map { _ in 1 } : classWeights
      let soft = t.indices.map { w[$0] * ((1 - labelSmoothing) * t[$0] + labelSmoothing / n) }
      let loss = zip(soft, p).reduce(0) { $0 - $1.0 * log($1.1) }
      let sum = soft.reduce(0, +)
      return (loss, zip(soft, p).map { sum * $1 - $0 })
    case .binaryCrossEntropy, .oneVsRest:
      let count = kind == .oneVsRest ? 1 : n
      let soft = t.map { (1 - labelSmoothing) * $0 + labelSmoothing / 2 }
      let p = z.map { 1 / (1 + exp(-$0)) }
      let terms = zip(soft, p).map { -$0 * log($1) - (1 - $0) * log(1 - $1) }
      return (terms.reduce(0, +) / count, zip(soft, p).map { ($1 - $0) / count })
    case .squared:
      let e = zip(z, t).map { $0 - $1 }
      return (e.reduce(0) { $0 + $1 * $1 / 2 } / n, e.map { $0 / n })
    case .absolute:
      let e = zip(z, t).map { $0 - $1 }
      return (e.reduce(0) { $0 + abs($1) } / n, e.map { ($0 > 0 ? 1 : -1) / n })
    case .huber(let delta):
      let e = zip(z, t).map { $0 - $1 }
      let loss = e.reduce(0) {
        $0 + (abs($1) <= delta ? $1 * $1 / 2 : delta * (abs($1) - delta / 2))
      }
      return (loss / n, e.map { max(-delta, min(delta, $0)) / n })
    case .hinge(let margin):
      let y = t.firstIndex(of: 1) ?? 0
      var loss = 0.0
      var gradient = z.map { _ in 0.0 }
      for j in z.indices where j != y && margin - z[y] + z[j] > 0 {
        loss += margin - z[y] + z[j]
        gradient[j] += 1 / n
        gradient[y] -= 1 / n
      }
      return (loss / n, gradient)
    case .misgiving:
      let y = t.firstIndex(of: t.max() ?? 0) ?? 0
      let p = softmax(z)
      return (
        (1 - p[y]) * (1 - p[y]),
        p.indices.map { -2 * (1 - p[y]) * p[y] * (($0 == y ? 1 : 0) - p[$0]) }
      )
    }
  }

  private func softmax(_ z: [Double]) -> [Double] {
    let m = z.max() ?? 0
    let e = z.map { exp($0 - m) }
    let sum = e.reduce(0, +)
    return e.map { $0 / sum }
  }
}
