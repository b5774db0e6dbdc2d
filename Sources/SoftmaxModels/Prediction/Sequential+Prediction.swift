// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// A network made ready to predict again and again.
  ///
  /// - Parameter threads: the number of threads; without it the machine's processors.
  /// - Throws: `invalidArgument` for a number of threads that makes no sense.
  public func predictor(threads: Int? = nil) throws(SoftmaxError) -> Predictor {
    try predictor(execution: Execution(threads: threads))
  }

  /// A network made ready to predict as `execution` says.
  package func predictor(execution: Execution) throws(SoftmaxError) -> Predictor {
    try Predictor(self, execution: execution)
  }

  /// The logits of each sample: [samples, outputs].
  ///
  /// A sample's logits have the same bits alone and in any company. Who predicts more than once
  /// makes a ``Predictor``.
  ///
  /// - Parameters:
  ///   - features: a row for each sample.
  ///   - threads: the number of threads; without it the machine's processors.
  /// - Throws: `shapeMismatch`; `nonFiniteValue` naming row and column of a feature that is NaN or
  ///   infinite, or row and class of a logit that overflowed.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).logits(for: features)
  }

  /// The probability of each class for each sample: [samples, classes].
  ///
  /// By the network's ``outputFunction``; a single sigmoid has the classes no and yes.
  ///
  /// - Throws: as ``logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).probabilities(for: features)
  }
}
