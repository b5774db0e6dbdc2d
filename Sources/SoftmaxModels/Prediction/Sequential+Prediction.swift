// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// Returns the network prepared for repeated prediction.
  ///
  /// - Parameter threads: the maximum number of threads; by default the number of processors.
  /// - Throws: `invalidArgument` for an invalid number of threads.
  public func predictor(threads: Int? = nil) throws(SoftmaxError) -> Predictor {
    try predictor(execution: Execution(threads: threads))
  }

  /// Returns the network prepared for prediction with the threads and instruction set of `execution`.
  package func predictor(execution: Execution) throws(SoftmaxError) -> Predictor {
    try Predictor(self, execution: execution)
  }

  /// Returns the logits of each sample: [samples, outputs].
  ///
  /// The bits of a sample's logits do not depend on the other samples. Each call packs the weights anew; use
  /// a ``Predictor`` to predict repeatedly.
  ///
  /// - Parameters:
  ///   - features: one row for each sample.
  ///   - threads: the maximum number of threads; by default the number of processors.
  /// - Throws: `invalidArgument` for an invalid number of threads; `shapeMismatch`; `nonFiniteValue` with row
  ///   and column of a feature that is NaN or infinite, or row and class of a logit that overflowed.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).logits(for: features)
  }

  /// Returns the probability of each class for each sample: [samples, classes].
  ///
  /// The network's ``outputFunction`` turns logits into probabilities. A single sigmoid output has two
  /// classes: no, then yes.
  ///
  /// - Throws: the errors of ``logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    try predictor(threads: threads).probabilities(for: features)
  }
}
