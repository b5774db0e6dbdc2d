// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A loss as a function of one variable, drawn with its gradient and likelihood as in Dive into Deep
/// Learning.
///
/// It serves figures only; training has separate loss types. The regression losses are functions of the
/// prediction y_hat for the target y = 0; cross-entropy is a function of the probability of the true class.
/// The likelihood is exp(-loss): up to a constant factor, the probability density of a model whose negative
/// log-likelihood is the loss.
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

  /// The squared loss (y - y_hat)^2 / 2; its gradient y_hat - y shrinks towards the target.
  public static let squared = LossFigure(kind: .squared)
  /// The absolute loss |y - y_hat|; its gradient is -1 or 1 at any distance from the target, and 0 at the
  /// target.
  public static let absolute = LossFigure(kind: .absolute)
  /// Cross-entropy -ln p, where p is the probability of the true class; its gradient is -1 / p.
  public static let crossEntropy = LossFigure(kind: .crossEntropy)

  /// Returns Huber's loss: quadratic near the target, linear far from it, with a continuous gradient.
  ///
  /// It is (y - y_hat)^2 / 2 if |y - y_hat| <= delta, otherwise delta (|y - y_hat| - delta / 2). Source:
  /// Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.
  ///
  /// - Precondition: `delta` is finite and greater than 0.
  public static func huber(delta: Double = 1) -> LossFigure {
    precondition(delta > 0 && delta.isFinite, "Huber's loss needs a delta above 0, not \(delta)")
    return LossFigure(kind: .huber(delta: delta))
  }

  /// The name of the loss.
  public var name: String {
    switch kind {
    case .squared: "Squared loss"
    case .absolute: "Absolute loss"
    case .huber(let delta): delta == 1 ? "Huber loss" : "Huber loss, delta \(delta)"
    case .crossEntropy: "Cross-entropy"
    }
  }

  /// Returns the loss of a prediction for the target 0; for cross-entropy, the loss of a probability.
  public func loss(_ x: Double) -> Double {
    switch kind {
    case .squared: x * x / 2
    case .absolute: abs(x)
    case .huber(let delta): abs(x) <= delta ? x * x / 2 : delta * (abs(x) - delta / 2)
    case .crossEntropy: -log(x)
    }
  }

  /// Returns the gradient with respect to the prediction; for cross-entropy, with respect to the
  /// probability.
  public func gradient(_ x: Double) -> Double {
    switch kind {
    case .squared: x
    case .absolute: x == 0 ? 0 : x < 0 ? -1 : 1
    case .huber(let delta): min(max(x, -delta), delta)
    case .crossEntropy: -1 / x
    }
  }

  /// Returns exp(-loss).
  public func likelihood(_ x: Double) -> Double {
    kind == .crossEntropy ? x : exp(-loss(x))
  }

  /// A chart of loss, gradient and likelihood.
  public var chart: LineChart {
    let isProbability = kind == .crossEntropy
    let x =
      isProbability ? (1...200).map { Double($0) / 200 } : (-150...150).map { Double($0) / 50 }
    // All losses have the same axes, so their charts can be compared. A gap keeps a line from being drawn
    // through the jump of the absolute loss's gradient.
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

  /// Returns loss, gradient and likelihood as an SVG document.
  public func svg() -> String { chart.svg() }
}
