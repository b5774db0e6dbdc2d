// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Predictor {
  /// A predictor of single rows for one thread.
  ///
  /// ```swift
  /// var session = predictor.session()
  /// var probabilities = [Float](repeating: 0, count: predictor.classCount)
  /// let best = try session.probabilities(for: row, into: &probabilities)
  /// ```
  ///
  /// Calls allocate no memory and take no lock, except to report an error, and except that an average of several
  /// networks and a calibration allocate their rows. The sessions of a predictor share
  /// its weights; each session has separate memory for intermediate values.
  public struct Session: ~Copyable, Sendable {
    /// The predictor that the session belongs to.
    public let predictor: Predictor
    private let arena: Arena
    // One for each member, whose logits are averaged if there are several.
    private let passes: [PredictionPass]
    private let average: SessionAverage?
    private let computations: [@Sendable (inout [Double]) -> Void]
    // The row during the pipeline's computations, and the result as input of the network.
    private var values: [Double] = []
    private var row: [Float] = []

    private var pass: PredictionPass { passes[0] }

    init(of predictor: Predictor) {
      self.predictor = predictor
      let arena = Arena()
      self.arena = arena
      passes = predictor.members.map {
        PredictionPass(
          $0.network, rowCapacity: 1, kernels: predictor.execution.kernels, in: arena)
      }
      let isSingle = passes.count == 1
      computations = isSingle ? predictor.pipeline.computations : []
      average = isSingle ? nil : SessionAverage(predictor, passes, in: arena)
      guard !computations.isEmpty else { return }
      values.reserveCapacity(predictor.featureCount)
      row.reserveCapacity(predictor.featureCount)
    }

    /// Writes the probability of each class for one row of numbers.
    ///
    /// - Parameters:
    ///   - row: the value of each feature, in the order of the training data.
    ///   - probabilities: receives the probabilities; its count must be the number of classes.
    /// - Returns: the index of the most probable class.
    /// - Throws: `shapeMismatch`; `nonFiniteValue` with the column of a feature that is NaN or infinite, or
    ///   the class of a logit that overflowed.
    @discardableResult
    public mutating func probabilities(
      for row: [Float], into probabilities: inout [Float]
    ) throws(SoftmaxError) -> Int {
      var span = probabilities.mutableSpan
      return try run(row.span, .probabilities, into: &span)
    }

    /// Writes the probability of each class for one row of numbers, given as a span.
    @discardableResult
    public mutating func probabilities(
      for row: Span<Float>, into probabilities: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try run(row, .probabilities, into: &probabilities)
    }

    /// Writes the probability of each class for one row of bytes.
    ///
    /// Each byte is multiplied by the scale that the bytes of the training data had.
    ///
    /// - Returns: the index of the most probable class.
    /// - Throws: the errors for rows of numbers; `invalidArgument` if the model was not trained on bytes.
    @discardableResult
    public mutating func probabilities(
      for row: [UInt8], into probabilities: inout [Float]
    ) throws(SoftmaxError) -> Int {
      var span = probabilities.mutableSpan
      return try run(row.span, .probabilities, into: &span)
    }

    /// Writes the probability of each class for one row of bytes, given as a span.
    @discardableResult
    public mutating func probabilities(
      for row: Span<UInt8>, into probabilities: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try run(row, .probabilities, into: &probabilities)
    }

    /// Writes the logits for one row of numbers.
    ///
    /// The count of `logits` must be the number of outputs of the predictor.
    ///
    /// - Returns: the index of the most probable class.
    /// - Throws: the errors of ``probabilities(for:into:)-([Float],_)``.
    @discardableResult
    public mutating func logits(
      for row: [Float], into logits: inout [Float]
    ) throws(SoftmaxError) -> Int {
      var span = logits.mutableSpan
      return try run(row.span, .logits, into: &span)
    }

    private mutating func run(
      _ row: Span<Float>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try validate(featureCount: row.count, resultCount: result.count, output)
      guard let calibration = predictor.calibration else {
        return try runUncalibrated(row, output, into: &result)
      }
      var logits = [Float](repeating: 0, count: pass.network.outputCount)
      var span = logits.mutableSpan
      _ = try runUncalibrated(row, .logits, into: &span)
      return try calibrate(logits, calibration, output, into: &result)
    }

    private mutating func runUncalibrated(
      _ row: Span<Float>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      if computations.isEmpty, average == nil { return try runAsIs(row, output, into: &result) }
      values.removeAll(keepingCapacity: true)
      for column in row.indices { values.append(Double(row[column])) }
      if average != nil { return try runMembers(output, into: &result) }
      guard compute() else { return try checkedClass(ofRaw: .floats(row.matrix())) }
      return try runComputed(output, into: &result)
    }

    private mutating func run(
      _ row: Span<UInt8>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try validate(featureCount: row.count, resultCount: result.count, output)
      guard let calibration = predictor.calibration else {
        return try runUncalibrated(row, output, into: &result)
      }
      var logits = [Float](repeating: 0, count: pass.network.outputCount)
      var span = logits.mutableSpan
      _ = try runUncalibrated(row, .logits, into: &span)
      return try calibrate(logits, calibration, output, into: &result)
    }

    private mutating func runUncalibrated(
      _ row: Span<UInt8>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      guard let scale = predictor.pipeline.scaleOfBytes else {
        throw SoftmaxError(
          .invalidArgument, "the predictor does not know what a byte stands for",
          remedy: "predict with a model that was trained on bytes, or pass numbers")
      }
      guard computations.isEmpty, average == nil else {
        values.removeAll(keepingCapacity: true)
        for column in row.indices { values.append(Double(Float(row[column]) * scale)) }
        if average != nil { return try runMembers(output, into: &result) }
        guard compute() else { return try checkedClass(ofRaw: .bytes(row.matrix(scale: scale))) }
        return try runComputed(output, into: &result)
      }
      let found = result.withRowView { view -> Int? in
        row.withRowSource(scale: scale) { best(of: $0, output, into: view) }
      }
      if let found { return found }
      return try checkedClass(of: .bytes(try row.matrix(scale: scale)))
    }

    // Writes what a calibration makes of the logits of the networks, and returns the most probable class.
    private func calibrate(
      _ logits: [Float], _ calibration: Calibration, _ output: PredictionPass.Output,
      into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      let row = try Matrix(rowCount: 1, columnCount: logits.count, elements: logits)
      let calibrated = try calibration.logits(of: row, pass.network.outputFunction)
      let written = output == .logits ? calibrated : calibrated.softmax()
      for column in result.indices { result[column] = written[0, column] }
      return calibrated.mostLikelyClasses()[0]
    }

    // Applies the pipeline to the values; returns false if a result is not a finite Float.
    private mutating func compute() -> Bool {
      for step in computations { step(&values) }
      row.removeAll(keepingCapacity: true)
      for value in values { row.append(Float(value)) }
      return row.allSatisfy(\.isFinite)
    }

    // Averages the members. A row that one of them cannot predict goes the way of a batch, whose error says why.
    private mutating func runMembers(
      _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      guard let average, let best = average.run(values, output, into: &result) else {
        let features = Features.floats(
          try Matrix(rowCount: 1, columnCount: values.count, elements: values.map { Float($0) }))
        let logits = try predictor.logits(for: features)
        return logits.mostLikelyClasses()[0]
      }
      return best
    }

    private func runComputed(
      _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try runAsIs(row.span, output, into: &result)
    }

    private func runAsIs(
      _ row: Span<Float>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      let found = result.withRowView { view -> Int? in
        row.withRowSource { best(of: $0, output, into: view) }
      }
      if let found { return found }
      return try checkedClass(of: .floats(try row.matrix()))
    }

    // Returns the most probable class; nil if a feature or a logit may not be finite.
    private func best(
      of source: FeatureSource, _ output: PredictionPass.Output, into view: MatrixView?
    ) -> Int? {
      guard let view, pass.run(source, rows: 0..<1, output, into: view) else { return nil }
      return pass.mostProbableClass
    }

    private func validate(
      featureCount: Int, resultCount: Int, _ output: PredictionPass.Output
    ) throws(SoftmaxError) {
      guard predictor.takesRows else {
        throw SoftmaxError(
          .unsupported, "the model takes the columns of a table, of which steps make others",
          remedy: "use predictions(for:) with a table")
      }
      try predictor.validate(featureCount: featureCount)
      let (wanted, what) =
        switch output {
        case .logits: (predictor.outputCount, "logits")
        case .probabilities: (predictor.classCount, "classes")
        }
      guard resultCount == wanted else {
        throw SoftmaxError(
          .shapeMismatch, "\(wanted) \(what) do not fit into \(resultCount) numbers")
      }
    }

    // Throws the error of a row for which the pipeline gives no finite result.
    private func checkedClass(ofRaw features: Features) throws(SoftmaxError) -> Int {
      try checkedClass(of: predictor.pipeline.apply(to: features))
    }

    // Throws for a feature or logit that is not finite. If only an intermediate sum was not finite, the
    // result is valid.
    private func checkedClass(of features: Features) throws(SoftmaxError) -> Int {
      try features.validateFinite()
      try predictor.members[0].validateFinite(pass.logits.rows(0..<1).matrix())
      return pass.mostProbableClass
    }
  }

  /// Creates a session, with which one thread predicts row by row.
  public func session() -> Session { Session(of: self) }
}

extension Span<Float> {
  fileprivate func matrix() throws(SoftmaxError) -> Matrix {
    var elements: [Float] = []
    for index in indices { elements.append(self[index]) }
    return try Matrix(rowCount: 1, columnCount: count, elements: elements)
  }
}

extension Span<UInt8> {
  fileprivate func matrix(scale: Float) throws(SoftmaxError) -> ByteMatrix {
    var bytes: [UInt8] = []
    for index in indices { bytes.append(self[index]) }
    return try ByteMatrix(rowCount: 1, columnCount: count, bytes: bytes, scale: scale)
  }
}
