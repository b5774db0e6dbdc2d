// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A loss of one number, drawn with its gradient and its likelihood, as Dive into Deep Learning does.
///
/// The regression losses are drawn over the prediction y_hat for the target y = 0; cross-entropy over the
/// probability of the true class. The likelihood is exp(-loss): what of the data a model believes whose
/// negative log-likelihood the loss is, but for a constant factor.
///
/// ```swift
/// let picture = LossFigure.huber().svg()
/// print(LossFigure.squared.loss(3), LossFigure.squared.gradient(3))      // 4.5 3.0
/// ```
public struct LossFigure: Hashable, Sendable {
  private enum Kind: Hashable {
    case squared
    case absolute
    case huber(delta: Double)
    case crossEntropy
  }

  private let kind: Kind

  /// (y - y_hat)^2 / 2; its gradient is y_hat - y, which shrinks on the way to the target.
  public static let squared = LossFigure(kind: .squared)
  /// |y - y_hat|; its gradient is -1 or 1 however near the target is, and 0 at it.
  public static let absolute = LossFigure(kind: .absolute)
  /// -ln p, where p is the probability of the true class; its gradient is -1 / p.
  public static let crossEntropy = LossFigure(kind: .crossEntropy)

  /// Squared near the target, absolute far from it, and smooth in between.
  ///
  /// (y - y_hat)^2 / 2 where |y - y_hat| <= delta, else delta (|y - y_hat| - delta / 2). Source: Huber,
  /// "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.
  ///
  /// - Precondition: `delta` is greater than 0.
  public static func huber(delta: Double = 1) -> LossFigure {
    precondition(delta > 0 && delta.isFinite, "Huber's loss needs a delta above 0, not \(delta)")
    return LossFigure(kind: .huber(delta: delta))
  }

  /// What the loss is called.
  public var name: String {
    switch kind {
    case .squared: "Squared loss"
    case .absolute: "Absolute loss"
    case .huber(let delta): delta == 1 ? "Huber loss" : "Huber loss, delta \(delta)"
    case .crossEntropy: "Cross-entropy"
    }
  }

  /// The loss of a prediction for the target 0; of cross-entropy, of a probability.
  public func loss(_ x: Double) -> Double {
    switch kind {
    case .squared: x * x / 2
    case .absolute: abs(x)
    case .huber(let delta): abs(x) <= delta ? x * x / 2 : delta * (abs(x) - delta / 2)
    case .crossEntropy: -log(x)
    }
  }

  /// The loss's gradient to the prediction; of cross-entropy, to the probability.
  public func gradient(_ x: Double) -> Double {
    switch kind {
    case .squared: x
    case .absolute: x == 0 ? 0 : x < 0 ? -1 : 1
    case .huber(let delta): min(max(x, -delta), delta)
    case .crossEntropy: -1 / x
    }
  }

  /// exp(-loss).
  public func likelihood(_ x: Double) -> Double {
    kind == .crossEntropy ? x : exp(-loss(x))
  }

  /// The three curves.
  public var chart: LineChart {
    let isProbability = kind == .crossEntropy
    let x =
      isProbability ? (1...200).map { Double($0) / 200 } : (-150...150).map { Double($0) / 50 }
    // All on the same axes, so that they can be compared. Where the gradient jumps no line is drawn through.
    let gradients = x.map { kind == .absolute && $0 == 0 ? .nan : gradient($0) }
    return LineChart(
      title: name,
      xLabel: isProbability ? "probability of the true class" : "prediction, where the target is 0",
      yLabel: "value",
      series: [
        .init(name: "loss", x: x, y: x.map(loss)),
        .init(name: "gradient", x: x, y: gradients),
        .init(name: "likelihood", x: x, y: x.map(likelihood)),
      ],
      xRange: isProbability ? 0...1 : -3...3, yRange: isProbability ? -5...5 : -3...5)
  }

  /// Loss, gradient and likelihood as a picture that stands alone.
  public func svg() -> String { chart.svg() }
}
