// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A bound on the distance of an objective to its minimum, for softmax regression with an L2 penalty.
///
/// The objective is f(W, b) = loss + l2 / 2 ||W||^2, where the loss is the sum of s_i times the cross-entropy
/// of row i, with the targets t_i. Its dual is to maximize, over distributions p_i with sum over i of
/// s_i (t_i - p_i) = 0, the sum of s_i H(p_i) minus ||sum over i of s_i (t_i - p_i) x_i^T||^2 / (2 l2),
/// where H is the entropy. The constraint is there because biases have no penalty. Each dual value is at most
/// the minimum of f. Source: Shalev-Shwartz and Zhang, "Stochastic dual coordinate ascent methods for
/// regularized loss minimization", JMLR 14, 2013.
///
/// The probabilities of the model miss the constraint by the gradient h of f with respect to the biases, so
/// they are mixed with one distribution q for all rows: (1 - a) p_i + a q, with the least a for which q is a
/// distribution. With the sums s of s_i, T of s_i t_i x_i^T and S of s_i x_i, the gradients g of f and G of
/// the loss with respect to the weights, and d = a (T + G - q S^T), f exceeds its minimum by at most
///
///     ||g - d||^2 / (2 l2) + a <T - q S^T, W> + (1 - a) <h, b> + a (loss - s H(q)),
///
/// because the entropy is concave. If the targets of a row do not sum to 1, s_i stands for s_i times their sum, and
/// t_i for their shares. So the bound needs two gradients, for T and S, and then no further pass.
struct DualityGap {
  private var l2Penalty: Double
  private let weight: ParameterLayout.Segment
  private let bias: ParameterLayout.Segment?
  // T [classes x inputs], S [inputs], and the same with 1 in place of x: each class' share of s, and s.
  private var targets: [Double] = []
  private var sums: [Double] = []
  private var shares: [Double] = []
  private var total = 0.0

  private var classCount: Int { weight.shape[0] }
  private var inputCount: Int { weight.shape[1] }

  /// Computes T and S; nil unless the objective is cross-entropy on one dense layer with an L2 penalty alone.
  init?(_ objective: Objective) throws(SoftmaxError) {
    guard objective.regressionPlan != nil, objective.l2Penalty > 0, objective.l1Penalty == 0,
      let weight = objective.layout.segments.first
    else { return nil }
    l2Penalty = objective.l2Penalty
    self.weight = weight
    bias = objective.layout.segments.dropFirst().first
    guard let bias else { return }
    // The gradient is S / K - T if all K probabilities are equal. If the first class has the probability 1,
    // the gradient with respect to its weights is S - T.
    var parameters = [Double](repeating: 0, count: objective.parameterCount)
    var uniform: [Double] = []
    var first: [Double] = []
    try objective.valueAndGradient(at: parameters, into: &uniform)
    parameters[bias.offset] = 1e4
    try objective.valueAndGradient(at: parameters, into: &first)
    let classes = Double(classCount)
    sums = (0..<inputCount).map { input in
      let place = weight.index(unit: 0, input: input)
      return (first[place] - uniform[place]) / (1 - 1 / classes)
    }
    targets = (0..<classCount).flatMap { unit in
      (0..<inputCount).map { sums[$0] / classes - uniform[weight.index(unit: unit, input: $0)] }
    }
    total = (first[bias.offset] - uniform[bias.offset]) / (1 - 1 / classes)
    shares = (0..<classCount).map { [total] in total / classes - uniform[bias.offset + $0] }
  }

  /// Returns the bound for another penalty greater than 0; T and S stay the same.
  func with(l2Penalty: Double) -> DualityGap {
    var gap = self
    gap.l2Penalty = l2Penalty
    return gap
  }

  /// Returns the bound at the parameters of a state; nil if no dual point is near.
  func bound(at state: SolverState) -> Double? {
    guard let bias else {
      let squares = weight.range.reduce(0) { $0 + state.gradient[$1] * state.gradient[$1] }
      return squares / (2 * l2Penalty)
    }
    // For a class without a target, no distribution q makes up for its probability.
    let slopes = (0..<classCount).map { state.gradient[bias.offset + $0] }
    var mixing = 0.0
    for (slope, share) in zip(slopes, shares) where slope > 0 {
      mixing = max(mixing, slope / (share + slope))
    }
    guard mixing < 0.5 else { return nil }
    let q = zip(slopes, shares).map { slope, share in
      max(0, mixing > 0 ? share - (1 - mixing) / mixing * slope : share) / total
    }
    var bound = 0.0
    for unit in 0..<classCount {
      bound +=
        (1 - mixing) * slopes[unit] * state.parameters[bias.offset + unit]
      if q[unit] > 0 {
        bound += mixing * total * q[unit] * ElementaryFunctions.logarithm(q[unit])
      }
      for input in 0..<inputCount {
        let place = weight.index(unit: unit, input: input)
        let w = state.parameters[place]
        let target = targets[unit * inputCount + input] - q[unit] * sums[input]
        let slopeOfLoss = state.gradient[place] - l2Penalty * w
        let rest = state.gradient[place] - mixing * (target + slopeOfLoss)
        bound += rest * rest / (2 * l2Penalty) + mixing * target * w
      }
    }
    return bound + mixing * state.value.totals.loss
  }
}
