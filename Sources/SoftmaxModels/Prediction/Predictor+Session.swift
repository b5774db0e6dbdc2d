// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Predictor {
  /// One thread's way to predict row by row: no call allocates memory or takes a lock.
  ///
  /// ```swift
  /// var session = predictor.session()
  /// var probabilities = [Float](repeating: 0, count: predictor.classCount)
  /// let best = try session.probabilities(for: row, into: &probabilities)
  /// ```
  ///
  /// Sessions of one predictor share its weights, and each has memory for the values in between.
  public struct Session: ~Copyable, Sendable {
    /// What the session predicts with.
    public let predictor: Predictor
    private let arena: Arena
    private let pass: PredictionPass
    private let computations: [@Sendable (inout [Double]) -> Void]
    // The row on its way through the pipeline, and as the network takes it.
    private var values: [Double] = []
    private var row: [Float] = []

    init(of predictor: Predictor) {
      self.predictor = predictor
      arena = Arena()
      pass = PredictionPass(
        predictor.network, rowCapacity: 1, kernels: predictor.execution.kernels, in: arena)
      computations = predictor.pipeline.computations
      guard !computations.isEmpty else { return }
      values.reserveCapacity(predictor.featureCount)
      row.reserveCapacity(predictor.featureCount)
    }

    /// Writes the probability of each class for one row of numbers.
    ///
    /// - Parameters:
    ///   - row: a number for each feature, in the order in which they were learnt from.
    ///   - probabilities: as long as there are classes.
    /// - Returns: the index of the most probable class.
    /// - Throws: `shapeMismatch`; `nonFiniteValue` naming the column of a feature that is NaN or
    ///   infinite, or the class of a logit that overflowed.
    @discardableResult
    public mutating func probabilities(
      for row: [Float], into probabilities: inout [Float]
    ) throws(SoftmaxError) -> Int {
      var span = probabilities.mutableSpan
      return try run(row.span, .probabilities, into: &span)
    }

    /// The same for a row that lies elsewhere.
    @discardableResult
    public mutating func probabilities(
      for row: Span<Float>, into probabilities: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try run(row, .probabilities, into: &probabilities)
    }

    /// Writes the probability of each class for one row of bytes, multiplied with the scale of the bytes
    /// that were learnt from.
    ///
    /// - Returns: the index of the most probable class.
    /// - Throws: as for numbers; `invalidArgument` where no bytes were learnt from.
    @discardableResult
    public mutating func probabilities(
      for row: [UInt8], into probabilities: inout [Float]
    ) throws(SoftmaxError) -> Int {
      var span = probabilities.mutableSpan
      return try run(row.span, .probabilities, into: &span)
    }

    /// The same for a row that lies elsewhere.
    @discardableResult
    public mutating func probabilities(
      for row: Span<UInt8>, into probabilities: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try run(row, .probabilities, into: &probabilities)
    }

    /// Writes the logits for one row of numbers, as many as the predictor has outputs.
    ///
    /// - Returns: the index of the most probable class.
    /// - Throws: as ``probabilities(for:into:)-([Float],_)``.
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
      guard !computations.isEmpty else { return try runAsIs(row, output, into: &result) }
      values.removeAll(keepingCapacity: true)
      for column in row.indices { values.append(Double(row[column])) }
      guard compute() else { return try checkedClass(ofRaw: .floats(row.matrix())) }
      return try runComputed(output, into: &result)
    }

    private mutating func run(
      _ row: Span<UInt8>, _ output: PredictionPass.Output, into result: inout MutableSpan<Float>
    ) throws(SoftmaxError) -> Int {
      try validate(featureCount: row.count, resultCount: result.count, output)
      guard let scale = predictor.pipeline.scaleOfBytes else {
        throw SoftmaxError(
          .invalidArgument, "the predictor does not know what a byte stands for",
          remedy: "predict with a model that was trained on bytes, or pass numbers")
      }
      guard computations.isEmpty else {
        values.removeAll(keepingCapacity: true)
        for column in row.indices { values.append(Double(Float(row[column]) * scale)) }
        guard compute() else { return try checkedClass(ofRaw: .bytes(row.matrix(scale: scale))) }
        return try runComputed(output, into: &result)
      }
      let found = result.withRowView { view -> Int? in
        row.withRowSource(scale: scale) { best(of: $0, output, into: view) }
      }
      if let found { return found }
      return try checkedClass(of: .bytes(try row.matrix(scale: scale)))
    }

    // Takes the values through the pipeline; false where one does not end as a finite Float.
    private mutating func compute() -> Bool {
      for step in computations { step(&values) }
      row.removeAll(keepingCapacity: true)
      for value in values { row.append(Float(value)) }
      return row.allSatisfy(\.isFinite)
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

    // The greatest logit's class; nil where something may not be finite.
    private func best(
      of source: FeatureSource, _ output: PredictionPass.Output, into view: MatrixView?
    ) -> Int? {
      guard let view, pass.run(source, rows: 0..<1, output, into: view) else { return nil }
      return pass.mostProbableClass
    }

    private func validate(
      featureCount: Int, resultCount: Int, _ output: PredictionPass.Output
    ) throws(SoftmaxError) {
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

    // The same for a row as it was handed in, which the pipeline cannot take.
    private func checkedClass(ofRaw features: Features) throws(SoftmaxError) -> Int {
      try checkedClass(of: predictor.pipeline.apply(to: features))
    }

    // Names what is not finite; where only a sum in between was not, the result stands.
    private func checkedClass(of features: Features) throws(SoftmaxError) -> Int {
      try features.validateFinite()
      try predictor.validateFinite(pass.logits.rows(0..<1).matrix())
      return pass.mostProbableClass
    }
  }

  /// A way for one thread to predict row by row.
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
