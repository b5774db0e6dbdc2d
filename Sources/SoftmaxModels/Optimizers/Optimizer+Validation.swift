// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Optimizer {
  /// Throws `invalidArgument` for settings with which no training can go on.
  ///
  /// Numbers are judged as the steps use them, in single precision.
  package func validate() throws(SoftmaxError) {
    func check(
      _ name: String, _ value: Double, _ range: String, _ isValid: (Float) -> Bool
    ) throws(SoftmaxError) {
      guard Float(value).isFinite, isValid(Float(value)) else {
        throw SoftmaxError(.invalidArgument, "\(name) must be \(range), got \(value)")
      }
    }
    func checkPositive(_ name: String, _ value: Double) throws(SoftmaxError) {
      try check(name, value, "a float greater than 0") { $0 > 0 }
    }
    func checkShare(_ name: String, _ value: Double) throws(SoftmaxError) {
      try check(name, value, "in 0..<1") { $0 < 1 && value >= 0 }
    }
    try checkPositive("the learning rate", learningRate)
    switch rule {
    case .sgd(let rule):
      try checkShare("the momentum", rule.momentum)
      guard !rule.isNesterov || rule.momentum > 0 else {
        throw SoftmaxError(
          .invalidArgument, "Nesterov's momentum needs a momentum, got \(rule.momentum)",
          remedy: "use one such as 0.9, or leave nesterov out")
      }
    case .adagrad(let rule):
      try check("the initial accumulator", rule.initialAccumulator, "a float of at least 0") {
        $0 >= 0
      }
      try checkPositive("epsilon", rule.epsilon)
    case .rmsprop(let rule):
      try checkShare("rho", rule.rho)
      try checkShare("the momentum", rule.momentum)
      try checkPositive("epsilon", rule.epsilon)
    case .adam(let rule):
      try checkShare("beta1", rule.beta1)
      try checkShare("beta2", rule.beta2)
      try checkPositive("epsilon", rule.epsilon)
    }
    try check("the weight decay", weightDecay, "a float of at least 0") { $0 >= 0 }
    if let clipNorm { try checkPositive("the norm to clip to", clipNorm) }
    if let clipValue { try checkPositive("the value to clip to", clipValue) }
    guard (1...Int(Int32.max)).contains(accumulatedBatches) else {
      throw SoftmaxError(
        .invalidArgument,
        "a step takes at least 1 batch, and at most \(Int32.max), got \(accumulatedBatches)")
    }
    try schedule.validate()
  }
}
