// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How the learning rate changes while training: a factor for each step.
///
/// ```swift
/// let schedule = LearningRateSchedule.cosine(over: .epochs(10), warmup: .steps(500))
/// print(schedule.factor(atStep: 0, stepsPerEpoch: 1875))     // 1 / 501
/// ```
///
/// A factor depends on the number of steps before and on the steps of an epoch alone, and is computed
/// in double from operations that give the same bits on every machine.
public struct LearningRateSchedule: Hashable, Sendable, Codable {
  /// A length of training.
  public enum Span: Hashable, Sendable, Codable {
    /// So many steps of the optimizer.
    case steps(Int)
    /// So many passes over the data.
    case epochs(Int)
  }

  package enum Kind: Hashable, Sendable, Codable {
    case constant
    case step(factor: Double, every: Span)
    case exponential(factor: Double, per: Span)
    case cosine(over: Span, warmup: Span, floor: Double)
    case oneCycle(over: Span, warmupFraction: Double, initialDivisor: Double, finalDivisor: Double)
  }

  package let kind: Kind

  /// The learning rate as it is.
  public static let constant = LearningRateSchedule(kind: .constant)

  /// Times `factor` after each span: factor^floor(t / span) in step t.
  ///
  /// PyTorch's `StepLR`; with a span of one epoch also its `ExponentialLR`.
  public static func step(factor: Double = 0.1, every span: Span) -> LearningRateSchedule {
    LearningRateSchedule(kind: .step(factor: factor, every: span))
  }

  /// Times `factor` for each span, evenly spread over its steps: factor^(t / span) in step t.
  ///
  /// Keras' `ExponentialDecay`; with a span of one step PyTorch's `ExponentialLR`.
  public static func exponential(
    factor: Double, per span: Span = .epochs(1)
  ) -> LearningRateSchedule {
    LearningRateSchedule(kind: .exponential(factor: factor, per: span))
  }

  /// Up in a line, then down along half a cosine.
  ///
  /// For W steps of warm-up and T steps in all the factor of step t is (t + 1) / (W + 1) before step
  /// W, then floor + (1 - floor) (1 + cos(pi (t - W) / (T - W))) / 2, and from step T on the floor.
  /// That is PyTorch's `CosineAnnealingLR` of T - W steps behind a `LinearLR` from 1 / (W + 1).
  ///
  /// Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
  ///
  /// - Parameters:
  ///   - span: T, all of the training.
  ///   - warmup: W.
  ///   - floor: the last factor, in 0...1.
  public static func cosine(
    over span: Span, warmup: Span = .steps(0), floor: Double = 0
  ) -> LearningRateSchedule {
    LearningRateSchedule(kind: .cosine(over: span, warmup: warmup, floor: floor))
  }

  /// One cycle: up along half a cosine, then down along another, far below where it began.
  ///
  /// The optimizer's learning rate is the greatest. From 1 / initialDivisor to 1, then to
  /// 1 / (initialDivisor finalDivisor), as PyTorch's `OneCycleLR` without its cycle of momentums; a
  /// training that goes on stays there.
  ///
  /// Source: Smith and Topin, "Super-convergence: very fast training of neural networks using large
  /// learning rates", 2018.
  ///
  /// - Parameters:
  ///   - span: all of the training.
  ///   - warmupFraction: which part of it goes up, in 0...1.
  ///   - initialDivisor: by how much the first rate is smaller.
  ///   - finalDivisor: by how much the last rate is smaller than the first.
  public static func oneCycle(
    over span: Span, warmupFraction: Double = 0.3, initialDivisor: Double = 25,
    finalDivisor: Double = 1e4
  ) -> LearningRateSchedule {
    LearningRateSchedule(
      kind: .oneCycle(
        over: span, warmupFraction: warmupFraction, initialDivisor: initialDivisor,
        finalDivisor: finalDivisor))
  }

  private init(kind: Kind) { self.kind = kind }
}

extension LearningRateSchedule {
  /// Whether any of its spans is counted in epochs.
  var usesEpochs: Bool {
    switch kind {
    case .constant: false
    case .step(_, let span), .exponential(_, let span), .oneCycle(let span, _, _, _):
      span.isEpochs
    case .cosine(let span, let warmup, _): span.isEpochs || warmup.isEpochs
    }
  }

  /// The settings by name, as a saved model has them.
  var settings: [String: Double] {
    switch kind {
    case .constant: return [:]
    case .step(let factor, let span):
      return ["step_factor": factor, "step_\(span.unit)": span.value]
    case .exponential(let factor, let span):
      return ["exponential_factor": factor, "exponential_\(span.unit)": span.value]
    case .cosine(let span, let warmup, let floor):
      var settings = ["cosine_\(span.unit)": span.value, "cosine_floor": floor]
      if warmup.count > 0 { settings["cosine_warmup_\(warmup.unit)"] = warmup.value }
      return settings
    case .oneCycle(let span, let warmup, let initial, let final):
      return [
        "one_cycle_\(span.unit)": span.value, "one_cycle_warmup_fraction": warmup,
        "one_cycle_initial_divisor": initial, "one_cycle_final_divisor": final,
      ]
    }
  }

  func validate() throws(SoftmaxError) {
    func check(
      _ name: String, _ value: Double, _ range: String, _ isValid: Bool
    ) throws(SoftmaxError) {
      guard value.isFinite, isValid else {
        throw SoftmaxError(.invalidArgument, "\(name) must be \(range), got \(value)")
      }
    }
    func check(_ name: String, _ span: Span, atLeast least: Int = 1) throws(SoftmaxError) {
      guard (least...Int(Int32.max)).contains(span.count) else {
        throw SoftmaxError(
          .invalidArgument,
          "\(name) must be \(least) to \(Int32.max) \(span.unit), got \(span.count)")
      }
    }
    switch kind {
    case .constant: break
    case .step(let factor, let span), .exponential(let factor, let span):
      try check(
        "a schedule's factor", factor, "greater than 0 and at most 1", factor > 0 && factor <= 1)
      try check("a schedule's span", span)
    case .cosine(let span, let warmup, let floor):
      try check("a schedule's span", span)
      try check("a schedule's warm-up", warmup, atLeast: 0)
      try check("a schedule's floor", floor, "in 0...1", (0...1).contains(floor))
      guard span.unit != warmup.unit || warmup.count < span.count else {
        throw SoftmaxError(
          .invalidArgument,
          "a warm-up of \(warmup.count) \(warmup.unit) leaves nothing of a schedule of "
            + "\(span.count)", remedy: "make it shorter than the schedule")
      }
    case .oneCycle(let span, let warmup, let initial, let final):
      try check("a schedule's span", span)
      try check("a cycle's warm-up", warmup, "in 0...1", (0...1).contains(warmup))
      try check("a cycle's initial divisor", initial, "at least 1", initial >= 1)
      try check("a cycle's final divisor", final, "at least 1", final >= 1)
    }
  }
}

extension LearningRateSchedule.Span {
  var isEpochs: Bool { if case .epochs = self { true } else { false } }

  var unit: String { isEpochs ? "epochs" : "steps" }

  var count: Int {
    switch self {
    case .steps(let count), .epochs(let count): count
    }
  }

  var value: Double { Double(count) }

  /// The number of steps.
  func stepCount(stepsPerEpoch: Int) -> Double {
    isEpochs ? value * Double(stepsPerEpoch) : value
  }
}
