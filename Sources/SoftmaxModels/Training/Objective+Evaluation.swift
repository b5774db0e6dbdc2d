// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Objective {
  /// The mean loss of some samples with the penalties, and its gradient.
  ///
  /// - Parameters:
  ///   - parameters: where.
  ///   - rows: the samples' rows in the data set, at most `batchSize`; one may occur twice.
  ///   - step: the number of batches before this one, from which ``Dropout`` draws: with the same
  ///     number the same units of the same rows are dropped again.
  ///   - gradient: becomes the gradient; memory of the right size is used again.
  /// - Throws: `shapeMismatch` for parameters of another number; `invalidArgument` for no samples, too
  ///   many, or a negative step; `notFound` for a row that the data set does not have.
  /// - Complexity: no allocation but for the first gradient.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], rows: ArraySlice<Int>, step: Int = 0, into gradient: inout [Float]
  ) throws(SoftmaxError) -> Value {
    try validate(parameters)
    try validate(rows)
    guard step >= 0 else {
      throw SoftmaxError(.invalidArgument, "the number of a step must be at least 0, got \(step)")
    }
    plan.schedule.setBatch(rows)
    plan.schedule.setNumber(of: 0, to: step)
    prepare(&gradient)
    parameters.withFlatView { parameters in
      gradient.withMutableFlatView { gradient in
        run(0..<1, of: plan) { [plan] steps, features, targets, worker in
          plan.load(parameters, worker: worker)
          plan.run(
            steps, features: features, targets: targets, isUpdating: false, worker: worker)
          guard let gradient else { return }
          plan.forEachPart(of: worker, afterStep: 0) { part in
            guard part.isOwned else { return }
            part.view(of: gradient).assign(part.gradient)
          }
        }
        guard let parameters, let gradient, l1Penalty != 0 || l2Penalty != 0 else { return }
        for segment in layout.segments where segment.isPenalized {
          execution.kernels.penalize(
            segment.view(of: gradient), of: segment.view(of: parameters), l1: Float(l1Penalty),
            l2: Float(l2Penalty))
        }
      }
    }
    return Value(totals: plan.schedule.result(of: 0), penalty: penalty(at: parameters))
  }

  /// The same of samples given as an array.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], rows: [Int], step: Int = 0, into gradient: inout [Float]
  ) throws(SoftmaxError) -> Value {
    try valueAndGradient(at: parameters, rows: rows[...], step: step, into: &gradient)
  }

  /// The mean loss of all samples with the penalties, and its gradient.
  ///
  /// Blocks of `batchSize` rows are computed as batches are; their sums are added in double, in the order
  /// of the rows whatever the threads.
  ///
  /// - Parameters:
  ///   - parameters: where.
  ///   - gradient: becomes the gradient; memory of the right size is used again.
  /// - Throws: `shapeMismatch` for parameters of another number; `unsupported` for a network that is no
  ///   function of its parameters and a row alone, with ``Dropout`` or a ``BatchNormalization`` that is
  ///   not frozen.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], into gradient: inout [Double]
  ) throws(SoftmaxError) -> Value {
    try validate(parameters)
    try validateRowsAreIndependent()
    sumOverRows(of: plan, at: parameters, into: &gradient) { [plan] in
      plan.run(
        $0..<$0 + 1, features: $1, targets: $2, isUpdating: false, worker: $3)
    }
    var totals = LossTotals()
    plan.schedule.add(0..<plan.schedule.stepCount, to: &totals)
    if l1Penalty != 0 || l2Penalty != 0 {
      for segment in layout.segments where segment.isPenalized {
        for index in segment.range {
          let w = Double(parameters[index])
          let sign = w > 0 ? 1.0 : w < 0 ? -1 : 0
          gradient[index] += l1Penalty * sign + l2Penalty * w
        }
      }
    }
    return Value(totals: totals, penalty: penalty(at: parameters))
  }

  /// The mean loss of all samples with the penalties.
  ///
  /// - Throws: as ``valueAndGradient(at:into:)``.
  /// - Complexity: that of the gradient too, which comes along.
  public func value(at parameters: [Float]) throws(SoftmaxError) -> Value {
    var gradient: [Double] = []
    return try valueAndGradient(at: parameters, into: &gradient)
  }

  /// The product of the Hessian, the matrix of the second derivatives of ``value(at:)``, with a vector.
  ///
  /// Exact: nothing is a difference of gradients. An L2 penalty adds l2 times the vector's weights, an L1
  /// penalty nothing, as its slope does not change where no weight is 0.
  ///
  /// ```swift
  /// var product: [Double] = []
  /// try objective.hessianVectorProduct(at: parameters, vector: gradient, into: &product)
  /// ```
  ///
  /// - Parameters:
  ///   - parameters: where.
  ///   - vector: what the Hessian is multiplied by, laid out as the parameters; rounded to floats.
  ///   - product: becomes the product; memory of the right size is used again.
  /// - Throws: `shapeMismatch` for parameters or a vector of another number; `unsupported` for anything
  ///   but cross-entropy on one ``Dense`` layer that is not frozen, without an activation but a softmax.
  /// - Complexity: one and a half times that of the gradient; the first call lays memory out.
  public func hessianVectorProduct(
    at parameters: [Float], vector: [Double], into product: inout [Double]
  ) throws(SoftmaxError) {
    try validate(parameters)
    guard vector.count == parameterCount else {
      throw SoftmaxError(
        .shapeMismatch, "the network has \(parameterCount) parameters, the vector \(vector.count)",
        remedy: "lay the vector out as the objective's parameters")
    }
    guard let curvature else {
      throw SoftmaxError(
        .unsupported,
        "products with the Hessian are there for cross-entropy on one dense layer that is not frozen, "
          + "not for \(loss.name) on \(network.layers.map(\.name))",
        remedy: "use a solver that needs gradients alone")
    }
    curvature.setDirection(layout.network(network, with: vector.map { Float($0) }))
    sumOverRows(of: curvature.plan, at: parameters, into: &product) {
      curvature.run($0, features: $1, targets: $2, worker: $3)
    }
    guard l2Penalty != 0 else { return }
    for segment in layout.segments where segment.isPenalized {
      for index in segment.range { product[index] += l2Penalty * vector[index] }
    }
  }
}

// MARK: - How

extension Objective {
  /// l1 sum |W| + l2 / 2 ||W||^2, in double: the weights of a unit ascending, then the units.
  private func penalty(at parameters: [Float]) -> Double {
    guard l1Penalty != 0 || l2Penalty != 0 else { return 0 }
    var (sum, squares) = (0.0, 0.0)
    for segment in layout.segments where segment.isPenalized {
      let (units, inputs) = (segment.shape[0], segment.shape[1])
      let (ofUnit, ofInput) = segment.isTransposed ? (1, units) : (inputs, 1)
      for unit in 0..<units {
        var (ofThis, squaresOfThis) = (0.0, 0.0)
        for input in 0..<inputs {
          let w = Double(parameters[segment.offset + unit * ofUnit + input * ofInput])
          ofThis += w.magnitude
          squaresOfThis += w * w
        }
        sum += ofThis
        squares += squaresOfThis
      }
    }
    return l1Penalty * sum + l2Penalty / 2 * squares
  }

  private func prepare<Number: Numeric>(_ gradient: inout [Number]) {
    guard gradient.count != parameterCount else { return }
    gradient = Array(repeating: 0, count: parameterCount)
  }

  /// Calls `body` with some steps of a plan, the features and the targets on each worker.
  private func run(
    _ steps: Range<Int>, of plan: any TrainingPlan,
    _ body: @escaping @Sendable (Range<Int>, FeatureSource, FeatureSource?, Worker) -> Void
  ) {
    dataset.withSources { features, targets in
      team.run(steps, prepare: plan.prepare) { worker, steps in
        body(steps, features, targets, worker)
      }
    }
  }

  /// The weighted mean over all rows of what `step` leaves as a plan's gradients, block by block.
  private func sumOverRows(
    of plan: any TrainingPlan, at parameters: [Float], into sums: inout [Double],
    _ step: @escaping @Sendable (Int, FeatureSource, FeatureSource?, Worker) -> Void
  ) {
    plan.schedule.setOrder(Array(0..<dataset.count))
    prepare(&sums)
    for index in sums.indices { sums[index] = 0 }
    parameters.withFlatView { parameters in
      sums.withVectorView { sums in
        run(0..<plan.schedule.stepCount, of: plan) { steps, features, targets, worker in
          plan.load(parameters, worker: worker)
          for index in steps {
            step(index, features, targets, worker)
            let weight = plan.weight(of: index)
            guard let sums, weight > 0 else { continue }
            plan.forEachPart(of: worker, afterStep: index) { part in
              guard part.isOwned else { return }
              part.gradient.add(times: weight, to: sums, at: part.offset, stride: part.stride)
            }
          }
        }
      }
    }
    let weight = (0..<plan.schedule.stepCount).reduce(0) { $0 + plan.weight(of: $1) }
    guard weight > 0 else { return }
    for index in sums.indices { sums[index] /= weight }
  }

  private func validateRowsAreIndependent() throws(SoftmaxError) {
    for operation in LoweredNetwork(network).operations {
      // What does nothing in prediction draws in training; a column is one of the whole batch.
      let traits = operation.traits
      let looksAtOthers = traits.form == .columns && !operation.isFrozen
      guard !traits.actsInPrediction || looksAtOthers else { continue }
      throw SoftmaxError(
        .unsupported,
        "layer \(network.layers[operation.layer].name) draws, or looks at all rows of a batch: with it "
          + "the loss of all rows is no function of the parameters alone",
        remedy: "train by batches, or leave the layer out")
    }
  }
}
