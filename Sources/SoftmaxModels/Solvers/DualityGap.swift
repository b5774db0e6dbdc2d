// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A bound on the distance of an objective to its minimum, for a linear model with an L1 or L2 penalty.
///
/// The objective is f(W, b) = loss + R(W) with R(W) = l1 ||W||_1 + l2 / 2 ||W||^2, where the loss is the sum of
/// s_i times the cross-entropy of row i, with the targets t_i. Its dual is to maximize, over distributions p_i
/// with sum over i of s_i (t_i - p_i) = 0, the sum of s_i H(p_i) minus R*(V), where H is the entropy and V the
/// sum over i of s_i (t_i - p_i) x_i^T. The conjugate R*(V) is the sum of max(0, |v| - l1)^2 / (2 l2); without
/// an L2 penalty it is 0 if no |v| exceeds l1, and else infinite. The constraint is there because biases have no
/// penalty. Each dual value is at most the minimum of f. Source: Shalev-Shwartz and Zhang, "Stochastic dual
/// coordinate ascent methods for regularized loss minimization", JMLR 14, 2013.
///
/// The probabilities of the model miss the constraint by the gradient h of f with respect to the biases, so
/// they are mixed with one distribution q for all rows: (1 - a) p_i + a q, with the least a for which q is a
/// distribution. With the sums s of s_i, T of s_i t_i x_i^T and S of s_i x_i, and the gradient G of the loss with
/// respect to the weights, V is then a (T - q S^T) - (1 - a) G, and f exceeds its minimum by at most
///
///     R(W) + R*(V) - <V, W> + a <T - q S^T, W> + (1 - a) <h, b> + a (loss - s H(q)),
///
/// because the entropy is concave. Where V exceeds l1, mixing with the targets t_i shrinks it to c V, and the
/// bound becomes R(W) + R*(c V) - <c V, W> + c times the rest + (1 - c) loss. If the targets of a row do not sum
/// to 1, s_i stands for s_i times their sum, and t_i for their shares. So the bound needs two gradients, for T and
/// S, and then no further pass.
///
/// For one class against the rest each class has distributions over yes and no, with the probabilities p and 1 - p,
/// and the rest is the same. One a serves all classes, so the bound is the sum of those of the classes.
struct DualityGap {
  private let isOneVsRest: Bool
  private let l1Penalty: Double
  private var l2Penalty: Double
  // The number m of columns of each input; empty if all are 1.
  private let columnCounts: [Double]
  private let weight: ParameterLayout.Segment
  private let bias: ParameterLayout.Segment?
  // T [classes x inputs], S [inputs], and the same with 1 in place of x: each class' share of s, and s.
  private var targets: [Double] = []
  private var sums: [Double] = []
  private var shares: [Double] = []
  private var total = 0.0

  private var classCount: Int { weight.shape[0] }
  private var inputCount: Int { weight.shape[1] }

  /// Computes T and S; nil unless the objective is a `LinearLoss` on one dense layer with a penalty.
  ///
  /// - Parameter start: a state of the objective, which spares a gradient if its parameters are 0.
  init?(_ objective: Objective, from start: SolverState? = nil) throws(SoftmaxError) {
    guard objective.regressionPlan != nil, objective.l2Penalty > 0 || objective.l1Penalty > 0,
      let weight = objective.layout.segments.first
    else { return nil }
    isOneVsRest = objective.loss.isOneVsRest
    l1Penalty = objective.l1Penalty
    l2Penalty = objective.l2Penalty
    columnCounts = objective.columnCounts
    self.weight = weight
    bias = objective.layout.segments.dropFirst().first
    guard let bias else { return }
    // The gradient is e S - T if all probabilities are e: 1 / K of K classes, or 1 / 2 for yes and no. If the first
    // class has the probability 1, the gradient with respect to its weights is S - T.
    var parameters = [Double](repeating: 0, count: objective.parameterCount)
    var uniform: [Double] = []
    var first: [Double] = []
    if let start, start.parameters == parameters {
      uniform = start.gradient
    } else {
      try objective.valueAndGradient(at: parameters, into: &uniform)
    }
    parameters[bias.offset] = 1e4
    try objective.valueAndGradient(at: parameters, into: &first)
    let even = isOneVsRest ? 0.5 : 1 / Double(classCount)
    sums = (0..<inputCount).map { input in
      let place = weight.index(unit: 0, input: input)
      return (first[place] - uniform[place]) / (1 - even)
    }
    targets = (0..<classCount).flatMap { unit in
      (0..<inputCount).map { sums[$0] * even - uniform[weight.index(unit: unit, input: $0)] }
    }
    total = (first[bias.offset] - uniform[bias.offset]) / (1 - even)
    shares = (0..<classCount).map { [total] in total * even - uniform[bias.offset + $0] }
  }

  /// Returns the bound for another penalty greater than 0; T and S stay the same.
  func with(l2Penalty: Double) -> DualityGap {
    var gap = self
    gap.l2Penalty = l2Penalty
    return gap
  }

  /// Returns the bound at the parameters of a state; nil if no dual point is near.
  func bound(at state: SolverState) -> Double? {
    if bias == nil, l1Penalty == 0 {
      return state.squaredGradientNorm / (2 * l2Penalty)
    }
    let slopes = (0..<classCount).map { unit in bias.map { state.gradient[$0.offset + unit] } ?? 0 }
    // For a class without a target, no distribution q makes up for its probability.
    var mixing = 0.0
    for (slope, share) in zip(slopes, shares) where slope > 0 {
      mixing = max(mixing, slope / (share + slope))
    }
    if isOneVsRest {
      for (slope, share) in zip(slopes, shares) where slope < 0 {
        mixing = max(mixing, -slope / (total - share - slope))
      }
    }
    guard mixing < 0.5 else { return nil }
    let point = DualPoint(
      state: state, slopes: slopes, mixing: mixing,
      q: zip(slopes, shares).map { slope, share in
        // Rounding alone makes it more than 1.
        min(1, max(0, mixing > 0 ? share - (1 - mixing) / mixing * slope : share) / total)
      })
    guard l1Penalty > 0 else { return bound(at: point, scale: 1) }
    var greatest = 0.0
    for unit in 0..<classCount {
      for input in 0..<inputCount {
        let (w, rest, _) = element(of: point, unit, input)
        greatest = max(greatest, (l2Penalty * w - rest).magnitude)
      }
    }
    let scaled = bound(at: point, scale: min(1, l1Penalty / greatest))
    return l2Penalty > 0 ? min(scaled, bound(at: point, scale: 1)) : scaled
  }

  /// The mixed probabilities of a state.
  private struct DualPoint {
    let state: SolverState
    /// The gradient h.
    let slopes: [Double]
    let mixing: Double
    let q: [Double]
  }

  private func columnCount(ofInput input: Int) -> Double {
    columnCounts.isEmpty ? 1 : columnCounts[input]
  }

  // Returns a weight w with its element of l2 W - V and of T - q S^T. The weight of an input that stands for several
  // columns is that of each of them; its derivative is theirs.
  private func element(
    of point: DualPoint, _ unit: Int, _ input: Int
  ) -> (w: Double, rest: Double, target: Double) {
    let place = weight.index(unit: unit, input: input)
    let w = point.state.parameters[place] / columnCount(ofInput: input)
    let slope =
      point.state.gradient[place] - l1Penalty * (w > 0 ? 1 : w < 0 ? -1 : 0)
    guard bias != nil else { return (w, slope, 0) }
    let target = targets[unit * inputCount + input] - point.q[unit] * sums[input]
    return (w, slope - point.mixing * (target + (slope - l2Penalty * w)), target)
  }

  // Returns the bound of the dual point whose V is multiplied by `scale`.
  private func bound(at point: DualPoint, scale: Double) -> Double {
    let mixing = point.mixing
    var bound = 0.0
    for unit in 0..<classCount {
      if let bias {
        bound +=
          scale * (1 - mixing) * point.slopes[unit] * point.state.parameters[bias.offset + unit]
        let q = point.q[unit]
        for share in isOneVsRest ? [q, 1 - q] : [q] where share > 0 {
          bound += scale * mixing * total * share * ElementaryFunctions.logarithm(share)
        }
      }
      for input in 0..<inputCount {
        let (w, rest, target) = element(of: point, unit, input)
        let ofColumn = penaltyGap(w, rest, scale: scale) + scale * mixing * target * w
        bound += columnCount(ofInput: input) * ofColumn
      }
    }
    return bound + (scale * mixing + (1 - scale)) * point.state.value.totals.loss
  }

  // Returns R(w) + R*(v) - v w, which is at least 0, for v = scale (l2 w - rest).
  private func penaltyGap(_ w: Double, _ rest: Double, scale: Double) -> Double {
    guard l1Penalty > 0 else { return rest * rest / (2 * l2Penalty) }
    let v = scale * (l2Penalty * w - rest)
    let ofMagnitudes = l1Penalty * w.magnitude
    guard l2Penalty > 0, v.magnitude > l1Penalty else {
      // Without an L2 penalty only rounding can make v exceed l1.
      return max(0, ofMagnitudes - v * w) + l2Penalty / 2 * w * w
    }
    let excess = v > 0 ? v - l1Penalty : v + l1Penalty
    let difference = excess - l2Penalty * w
    return difference * difference / (2 * l2Penalty) + ofMagnitudes
      - (v > 0 ? l1Penalty : -l1Penalty) * w
  }
}
