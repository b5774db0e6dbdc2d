// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Objective {
  /// Computes the mean loss of some samples plus the penalties, and its gradient.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters at which to evaluate.
  ///   - rows: the rows of the samples in the data set, at most `batchSize`; a row may occur twice.
  ///   - step: the number of batches before this one, which selects the random numbers of ``Dropout``:
  ///     the same number drops the same units of the same rows.
  ///   - gradient: replaced by the gradient; an array of the right size is reused.
  /// - Throws: `shapeMismatch` for the wrong number of parameters; `invalidArgument` for no samples, too
  ///   many samples, or a negative step; `notFound` for a row that is not in the data set.
  /// - Complexity: one forward and backward pass over the samples. An array is allocated only if `gradient`
  ///   does not have the right size.
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

  /// Computes the mean loss of some samples plus the penalties, and its gradient.
  ///
  /// It is the same function for rows in an array instead of a slice.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], rows: [Int], step: Int = 0, into gradient: inout [Float]
  ) throws(SoftmaxError) -> Value {
    try valueAndGradient(at: parameters, rows: rows[...], step: step, into: &gradient)
  }

  /// Computes the mean loss of all samples plus the penalties, and its gradient.
  ///
  /// Blocks of `batchSize` rows are evaluated like batches. Their sums are added in double precision in
  /// the order of the rows, so the result does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters at which to evaluate.
  ///   - gradient: replaced by the gradient; an array of the right size is reused.
  /// - Throws: `shapeMismatch` for the wrong number of parameters; `unsupported` for a network whose
  ///   outputs depend on more than its parameters and one row: with ``Dropout``, or with a
  ///   ``BatchNormalization`` that is not frozen.
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

  /// Computes the mean loss of all samples plus the penalties, and its gradient, in double precision if the
  /// network is softmax regression.
  ///
  /// The double precision is there for cross-entropy on a single ``Dense`` layer that is not frozen and has no
  /// activation other than softmax. For other networks the parameters are rounded to floats.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters at which to evaluate.
  ///   - gradient: replaced by the gradient; an array of the right size is reused.
  /// - Throws: the errors of the evaluation at floats.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Double], into gradient: inout [Double]
  ) throws(SoftmaxError) -> Value {
    guard let regressionPlan else {
      return try valueAndGradient(at: parameters.map { Float($0) }, into: &gradient)
    }
    try validate(count: parameters.count)
    prepare(&gradient)
    let parameters = rounded(parameters)
    let totals = linearFeatures.withSource { features in
      regressionPlan.valueAndGradient(
        at: parameters, on: features, team: linearTeam, into: &gradient)
    }
    var (magnitudes, squares) = (0.0, 0.0)
    forEachPenalized { index, share in
      let w = parameters[index]
      let sign = w > 0 ? 1.0 : w < 0 ? -1 : 0
      gradient[index] += l1Penalty * sign + l2Penalty * share * w
      magnitudes += w.magnitude
      squares += share * w * w
    }
    return Value(
      totals: totals, penalty: l1Penalty * magnitudes + l2Penalty / 2 * squares)
  }

  /// Computes the mean loss of all samples plus the penalties.
  ///
  /// - Throws: those of the evaluation with a gradient.
  /// - Complexity: the same as with the gradient, which is computed too and discarded.
  public func value(at parameters: [Float]) throws(SoftmaxError) -> Value {
    var gradient: [Double] = []
    return try valueAndGradient(at: parameters, into: &gradient)
  }

  /// Computes the product of the Hessian of ``value(at:)`` with a vector.
  ///
  /// The Hessian is the matrix of the second derivatives. The product is computed from exact formulas,
  /// not from a difference of gradients. An L2 penalty adds l2 times the vector's elements, at the penalized
  /// parameters only. An L1 penalty adds nothing, because its second derivative is 0 wherever no weight
  /// is 0.
  ///
  /// ```swift
  /// var product: [Double] = []
  /// try objective.hessianVectorProduct(at: parameters, vector: gradient, into: &product)
  /// ```
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters at which to evaluate.
  ///   - vector: the vector, with the layout of the parameters.
  ///   - product: replaced by the product; an array of the right size is reused.
  /// - Throws: `shapeMismatch` for the wrong number of parameters or vector elements; `unsupported`
  ///   unless the loss is cross-entropy and the network is a single ``Dense`` layer that is not frozen
  ///   and has no activation other than softmax.
  /// - Complexity: the cost of the gradient at the parameters of the last evaluation, one and a half times that
  ///   at others, or if the probabilities of all rows take more than 256 MiB.
  public func hessianVectorProduct(
    at parameters: [Double], vector: [Double], into product: inout [Double]
  ) throws(SoftmaxError) {
    try validate(count: parameters.count)
    guard vector.count == parameterCount else {
      throw SoftmaxError(
        .shapeMismatch, "the network has \(parameterCount) parameters, the vector \(vector.count)",
        remedy: "lay the vector out as the objective's parameters")
    }
    guard let regressionPlan else {
      throw SoftmaxError(
        .unsupported,
        "products with the Hessian are there for cross-entropy on one dense layer that is not frozen, "
          + "not for \(loss.name) on \(network.layers.map(\.name))",
        remedy: "use a solver that needs gradients alone")
    }
    prepare(&product)
    linearFeatures.withSource { features in
      regressionPlan.hessianVectorProduct(
        at: rounded(parameters), vector: vector, on: features, team: linearTeam, into: &product)
    }
    guard l2Penalty != 0 else { return }
    forEachPenalized { index, share in product[index] += l2Penalty * share * vector[index] }
  }

  /// The assumed relative rounding error of the objective at parameters of type `Double`.
  var roundingError: Double {
    guard regressionPlan != nil else { return Double(Float.ulpOfOne) }
    // The errors of products in single precision differ from row to row and cancel mostly.
    return linearPlan?.precision == .single ? 0x1p-28 : 64 * Double.ulpOfOne
  }

  /// The rounding of the parameters of an evaluation of all rows at parameters of type `Double`.
  var rounding: ParameterRounding {
    sparsePlan != nil || linearPlan?.precision == .double ? .toThreeFloats : .toFloat
  }
}

extension Objective {
  /// Returns a factor of the Hessian at some parameters, estimated on at most `rowCount` rows.
  ///
  /// The last factor is kept.
  ///
  /// - Precondition: `hessianVectorProduct` is supported.
  func hessianFactor(
    _ form: HessianFactor.Form = .whole, at point: [Float], rowCount: Int
  ) throws(SoftmaxError) -> HessianFactor {
    if let hessianFactor, hessianFactor.point == point, hessianFactor.rowCount == rowCount,
      hessianFactor.form == form
    {
      return hessianFactor
    }
    // The next one may take the memory of the last, or needs it free.
    let previous = hessianFactor
    hessianFactor = nil
    guard let linearPlan else { preconditionFailure("the Hessian is that of one layer") }
    let factor = try HessianFactor(
      of: linearPlan, layout, on: linearFeatures, l2Penalty: l2Penalty, at: point,
      rowCount: rowCount, form: form, team: linearTeam, replacing: previous)
    hessianFactor = factor
    return factor
  }

  /// Whether the rows are sparse and evaluated as such.
  var isSparse: Bool { sparsePlan != nil }
}

// MARK: - Implementation

extension Objective {
  /// Calls `body` with the index of each penalized parameter and the share of the penalty that it has: 1 / m if its input
  /// stands for m columns.
  @inline(__always)
  private func forEachPenalized(_ body: (_ index: Int, _ share: Double) -> Void) {
    let shares = columnCounts.map { 1 / $0 }
    for segment in layout.segments where segment.isPenalized {
      guard !shares.isEmpty else {
        for index in segment.range { body(index, 1) }
        continue
      }
      for unit in 0..<segment.unitCount {
        for (input, share) in shares.enumerated() {
          body(segment.index(unit: unit, input: input), share)
        }
      }
    }
  }

  /// Returns l1 sum |W| + l2 / 2 ||W||^2 in double precision.
  private func penalty(at parameters: [Float]) -> Double {
    var sums = frozenWeights
    add(parameters, of: layout, to: &sums)
    return l1Penalty * sums.magnitudes + l2Penalty / 2 * sums.squares
  }

  /// Returns the sums over the weights of a network's frozen layers.
  func sumsOfFrozenWeights(of network: Sequential) -> WeightSums {
    var sums = WeightSums()
    guard l1Penalty != 0 || l2Penalty != 0 else { return sums }
    let frozen = ParameterLayout(network, frozen: true)
    add(frozen.values(of: network), of: frozen, to: &sums)
    return sums
  }

  /// Adds to `sums` the sums of |W| and W^2 over the penalized weights in flat parameters.
  ///
  /// The terms are added per unit in the order of the inputs, then the units' sums in the order of the
  /// units. The result therefore does not depend on the memory layout of the weights. Without an L1 penalty
  /// the sum of |W| is not computed, and without any penalty neither sum is.
  private func add(_ parameters: [Float], of layout: ParameterLayout, to sums: inout WeightSums) {
    guard l1Penalty != 0 || l2Penalty != 0 else { return }
    parameters.withFlatView { parameters in
      guard let parameters else { return }
      for segment in layout.segments where segment.isPenalized {
        let weight = segment.view(of: parameters)
        let (units, inputs) =
          segment.isTransposed
          ? (segment.columnCount, segment.rowCount) : (segment.rowCount, segment.columnCount)
        if sumsOfUnits.count < units { sumsOfUnits = Array(repeating: 0, count: units) }
        sumsOfUnits.withVectorView { ofUnits in
          guard let ofUnits = ofUnits?.elements(0..<units) else { return }
          execution.kernels.sumSquares(weight, ofColumns: segment.isTransposed, into: ofUnits)
          for unit in 0..<units { sums.squares += ofUnits[unit] }
        }
        guard l1Penalty != 0 else { continue }
        for unit in 0..<units {
          var ofUnit = 0.0
          for input in 0..<inputs {
            let w = segment.isTransposed ? weight[input, unit] : weight[unit, input]
            ofUnit += Double(w.magnitude)
          }
          sums.magnitudes += ofUnit
        }
      }
    }
  }

  private func prepare<Number: Numeric>(_ gradient: inout [Number]) {
    guard gradient.count != parameterCount else { return }
    gradient = Array(repeating: 0, count: parameterCount)
  }

  /// Calls `body` on each worker with some steps of a plan, the features and the targets.
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

  /// Computes the weighted mean of a plan's gradients over all rows.
  ///
  /// For each block, `step` computes the gradients in the plan's buffers. They are added block by block
  /// to `sums`, which is then divided by the total weight.
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
      // An operation that does nothing in prediction, such as dropout, draws random numbers in training.
      // An operation on columns that is not frozen, such as batch normalization, uses all rows of a
      // batch.
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
