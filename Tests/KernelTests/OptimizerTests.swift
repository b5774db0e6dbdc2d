// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Testing

/// Half an ulp, relatively.
private let unit = 0x1p-24

@Suite("Optimizers")
struct OptimizerTests {
  let specification = Specification()

  @Test(
    "SGD subtracts rate times the gradient, with the penalty's in it",
    arguments: [0, 1e-4, 0.5] as [Float])
  func sgd(_ l2: Float) {
    var sample = SampleValues(seed: 31)
    let gradient = sample.array(200)
    let before = sample.array(200)
    var weight = before
    specification.sgd(rate: 0.1, l2: l2, gradient: gradient, weight: &weight)
    for (index, w) in before.enumerated() {
      let g = l2 == 0 ? gradient[index] : gradient[index].addingProduct(l2, w)
      #expect(weight[index] == w.addingProduct(-0.1, g))
      let slope = Double(gradient[index]) + Double(l2) * Double(w)
      let exact = Double(w) - Double(Float(0.1)) * slope
      #expect(abs(Double(weight[index]) - exact) <= unit * (abs(exact) + abs(slope)))
    }
  }

  @Test(
    "Momentum adds the gradient to the velocity and the velocity to the weights",
    arguments: [0, 0.01] as [Float])
  func momentum(_ l2: Float) {
    var sample = SampleValues(seed: 32)
    var weight = sample.array(200)
    var velocity = [Float](repeating: 0, count: 200)
    var expected = weight
    var expectedVelocity = velocity
    for _ in 0..<5 {
      let gradient = sample.array(200)
      specification.sgd(
        rate: 0.1, momentum: 0.9, l2: l2, gradient: gradient, weight: &weight, velocity: &velocity)
      for index in expected.indices {
        let g = l2 == 0 ? gradient[index] : gradient[index].addingProduct(l2, expected[index])
        expectedVelocity[index] = g.addingProduct(0.9, expectedVelocity[index])
        expected[index] = expected[index].addingProduct(-0.1, expectedVelocity[index])
      }
    }
    #expect(bits(weight) == bits(expected))
    #expect(bits(velocity) == bits(expectedVelocity))
  }

  @Test("SGD without a velocity is SGD with a momentum of 0")
  func withoutVelocity() {
    var sample = SampleValues(seed: 33)
    let gradient = sample.array(50)
    var weight = sample.array(50)
    var other = weight
    var velocity = [Float](repeating: 0, count: 50)
    specification.sgd(rate: 0.3, l2: 0.1, gradient: gradient, weight: &weight)
    specification.sgd(
      rate: 0.3, momentum: 0, l2: 0.1, gradient: gradient, weight: &other, velocity: &velocity)
    #expect(bits(weight) == bits(other))
  }

  @Test(
    "Adam follows Kingma and Ba's formulas in double precision",
    arguments: [1, 2, 10, 100_000], [0, 0.01] as [Float])
  func adam(_ time: Int, _ l2: Float) {
    var sample = SampleValues(seed: 34)
    let count = 200
    let gradient = sample.array(count)
    let before = (weight: sample.array(count), first: sample.array(count, scale: 0.1))
    let second = sample.array(count, scale: 0.01).map(abs)
    var after = (weight: before.weight, first: before.first, second: second)
    let (step, corrections) = step(time)
    specification.adam(
      step, l2: l2, gradient: gradient, weight: &after.weight, first: &after.first,
      second: &after.second)
    for index in 0..<count {
      let g = Double(gradient[index]) + Double(l2) * Double(before.weight[index])
      let kept = (first: 0.9 * Double(before.first[index]), second: 0.999 * Double(second[index]))
      let m = kept.first + 0.1 * g
      let v = kept.second + 0.001 * g * g
      let update = 0.001 * (m / corrections.first) / ((v / corrections.second).squareRoot() + 1e-8)
      let w = Double(before.weight[index]) - update
      // The betas are floats, and 1 - beta is rounded from double: up to a unit each.
      let ofFirst = 3 * unit * (abs(kept.first) + abs(0.1 * g) + 0.1 * Double(l2))
      #expect(abs(Double(after.first[index]) - m) <= ofFirst)
      #expect(abs(Double(after.second[index]) - v) <= 8 * unit * v)
      let ofUpdate = abs(update) * (ofFirst / max(abs(m), ofFirst) + 12 * unit)
      #expect(abs(Double(after.weight[index]) - w) <= ofUpdate + unit * abs(w))
    }
  }

  @Test("Adam's roundings are those of fused multiply-add, one after the other")
  func adamOrder() {
    var sample = SampleValues(seed: 35)
    var weight = sample.array(100)
    var first = sample.array(100)
    // As small as what is added, so that each of its roundings shows.
    var second = sample.array(100, scale: 0x1p-12).map(abs)
    let gradient = sample.array(100)
    let (step, _) = step(3)
    let expected = weight.indices.map { index -> (w: Float, m: Float, v: Float) in
      let g = gradient[index].addingProduct(0.01, weight[index])
      let m = (step.one_minus_beta1 * g).addingProduct(step.beta1, first[index])
      let v = (step.one_minus_beta2 * g * g).addingProduct(step.beta2, second[index])
      let divisor = step.epsilon.addingProduct(step.scale, v.squareRoot())
      return (weight[index].addingProduct(-step.rate, m / divisor), m, v)
    }
    specification.adam(
      step, l2: 0.01, gradient: gradient, weight: &weight, first: &first, second: &second)
    #expect(bits(first) == bits(expected.map(\.m)))
    #expect(bits(second) == bits(expected.map(\.v)))
    #expect(bits(weight) == bits(expected.map(\.w)))
  }

  @Test("Adam's moments below 2^-100 in magnitude become zero, and none above")
  func smallMomentsBecomeZero() {
    // Betas of 1 keep the moments, so that only the flush can change them.
    let step = softmax_adam(
      beta1: 1, one_minus_beta1: 0, beta2: 1, one_minus_beta2: 0, rate: 1, scale: 1, epsilon: 1,
      least_gradient: 0, keep: 1)
    let limit: Float = 0x1p-100
    let moments: [Float] = [
      limit, limit.nextDown, -limit, -limit.nextDown, .leastNonzeroMagnitude,
      -.leastNonzeroMagnitude, .leastNormalMagnitude, -.leastNormalMagnitude, 0, -0, 1, -1, 1e-30,
    ]
    var first = moments
    var second = moments.map(abs)
    var weight = [Float](repeating: 0, count: moments.count)
    specification.adam(
      step, gradient: weight, weight: &weight, first: &first, second: &second)
    let kept: [Float] = [limit, 0, -limit, 0, 0, 0, 0, 0, 0, 0, 1, -1, 1e-30]
    #expect(bits(first) == bits(kept))
    #expect(bits(second) == bits(kept.map(abs)))
  }

  @Test("A gradient whose share of the second moment would be subnormal adds nothing to it")
  func subnormalSharesAreZero() {
    let (step, _) = step(1000)
    let least = step.least_gradient
    #expect((step.one_minus_beta2 * least.nextDown * least.nextDown).isSubnormal)
    #expect(!(step.one_minus_beta2 * least.nextUp * least.nextUp).isSubnormal)
    // Moments so small that the share, an eighth of their last place, shows in one of eight.
    let moments = (0..<64).map { 0x1p-99 + Float($0) * 0x1p-106 }
    for (gradient, isCounted) in [
      (least.nextDown, false), (-least.nextDown, false), (least.nextUp, true),
    ] {
      var weight = [Float](repeating: 0, count: moments.count)
      var first = weight
      var second = moments
      specification.adam(
        step, gradient: moments.map { _ in gradient }, weight: &weight, first: &first,
        second: &second)
      let share = isCounted ? step.one_minus_beta2 * gradient * gradient : 0
      #expect(second == moments.map { share.addingProduct(step.beta2, $0) })
      #expect(isCounted == (second != moments.map { step.beta2 * $0 }))
    }
  }

  @Test("Adam's decaying moments end at zero, never among the subnormals")
  func decayEndsAtZero() {
    let (step, _) = step(1000)
    var weight: [Float] = [1, 1]
    var first: [Float] = [1, -1]
    var second: [Float] = [1, 1]
    let gradient: [Float] = [0, 0]
    var steps = 0
    while first != [0, 0], steps < 2000 {
      specification.adam(
        step, gradient: gradient, weight: &weight, first: &first, second: &second)
      steps += 1
      #expect(first.allSatisfy { !$0.isSubnormal } && second.allSatisfy { !$0.isSubnormal })
    }
    // 0.9^t falls below 2^-100 at t = 658.
    #expect((655...661).contains(steps))
  }

  @Test("RMSprop's decaying state ends at zero, never among the subnormals")
  func stateOfRMSpropEndsAtZero() {
    var step = softmax_rmsprop(
      rho: 0.9, one_minus_rho: 0.1, rate: 0.01, momentum: 0.9, inner_epsilon: 0,
      outer_epsilon: 1e-8, least_gradient: Float((0x1p-126 / (1 - 0.9)).squareRoot()))
    var weight: [Float] = [1, 1]
    var square: [Float] = [1, 1]
    var momentum: [Float] = [1, -1]
    var mean: [Float] = [1, -1]
    let gradient: [Float] = [0, 0]
    for _ in 0..<2000 {
      unsafe specification.kernels.rmsprop(
        2, &step, 0, gradient, &weight, &square, &momentum, &mean)
      #expect((square + momentum + mean).allSatisfy { !$0.isSubnormal })
    }
    #expect(square + momentum + mean == [0, 0, 0, 0, 0, 0])
  }

  @Test("AMSGrad steps as Adam while the last moment is the largest, and never by a smaller one")
  func amsGradBesideAdam() {
    var sample = SampleValues(seed: 36)
    let gradient = sample.array(100)
    var weight = sample.array(100)
    var first = sample.array(100)
    var second = sample.array(100).map(abs)
    var (w, m, v) = (weight, first, second)
    var largest = [Float](repeating: 0, count: 100)
    var (step, _) = step(3)
    specification.adam(
      step, l2: 0.01, gradient: gradient, weight: &weight, first: &first, second: &second)
    unsafe specification.kernels.amsgrad(100, &step, 0.01, gradient, &w, &m, &v, &largest)
    #expect(bits(w) == bits(weight))
    #expect(bits(m) == bits(first))
    #expect(bits(v) == bits(second))
    #expect(bits(largest) == bits(second))
    largest = [Float](repeating: .infinity, count: 100)
    let before = w
    unsafe specification.kernels.amsgrad(100, &step, 0.01, gradient, &w, &m, &v, &largest)
    #expect(w == before, "a step divided by infinity")
  }

  @Test("A weight that decays beside its step keeps its share before the step")
  func decayBesideTheStep() {
    var (step, _) = step(1)
    step.keep = 0.75
    var weight: [Float] = [4, -8, 0]
    var first: [Float] = [0, 0, 0]
    var second: [Float] = [0, 0, 0]
    specification.adam(
      step, l2: 0, gradient: [0, 0, 0], weight: &weight, first: &first, second: &second)
    #expect(weight == [3, -6, 0])
  }

  @Test("The L1 penalty's slope is the sign of a weight, and 0 at 0")
  func penaltyOfSigns() {
    var gradient: [Float] = [1, 1, 1, 1, -0]
    let weight: [Float] = [2, -2, 0, -0, 1]
    unsafe specification.kernels.penalize(5, 0.25, 0, weight, &gradient)
    #expect(gradient == [1.25, 0.75, 1, 1, 0.25])
    unsafe specification.kernels.penalize(5, 0, 0.5, weight, &gradient)
    #expect(gradient == [2.25, -0.25, 1, 1, 0.75])
  }

  @Test("Clipping keeps what lies within, and NaN")
  func clipping() {
    var gradient: [Float] = [0.5, -0.5, 0.625, -7, .infinity, -.infinity, -0, .nan]
    unsafe specification.kernels.clip(8, 0.5, &gradient)
    #expect(bits(Array(gradient[..<7])) == bits([0.5, -0.5, 0.5, -0.5, 0.5, -0.5, -0]))
    #expect(gradient[7].isNaN)
  }

  @Test("Squares are summed one after the other, in double, along rows and columns")
  func sumsOfSquares() {
    var sample = SampleValues(seed: 37)
    let rows = sample.array(10 * 33)
    var expected = [Double](repeating: 0, count: 10)
    for row in 0..<10 {
      for column in 0..<33 {
        expected[row] += Double(rows[row * 33 + column]) * Double(rows[row * 33 + column])
      }
    }
    var columns = [Float](repeating: 0, count: rows.count)
    for row in 0..<10 {
      for column in 0..<33 { columns[column * 10 + row] = rows[row * 33 + column] }
    }
    for (matrix, stride, step) in [(rows, 33, 1), (columns, 1, 10)] {
      var sums = [Double](repeating: -1, count: 10)
      unsafe specification.kernels.sum_of_squares(10, 33, matrix, stride, step, &sums)
      #expect(sums.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  /// The constants of step `time` of Adam, and its two corrections of the bias.
  private func step(
    _ time: Int
  ) -> (step: softmax_adam, corrections: (first: Double, second: Double)) {
    var power = (first: 1.0, second: 1.0)
    for _ in 0..<time { power = (power.first * 0.9, power.second * 0.999) }
    let corrections = (first: 1 - power.first, second: 1 - power.second)
    let step = softmax_adam(
      beta1: 0.9, one_minus_beta1: Float(1 - 0.9), beta2: 0.999, one_minus_beta2: Float(1 - 0.999),
      rate: Float(0.001 / corrections.first), scale: Float(1 / corrections.second.squareRoot()),
      epsilon: 1e-8, least_gradient: Float((0x1p-126 / (1 - 0.999)).squareRoot()),
      keep: 1)
    return (step, corrections)
  }
}
