// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Coordinates of softmax regression in which features have means of 0 and comparable scales.
///
/// The coordinate of a weight w of an input with a mean and a scale is v = w / scale. If there are biases, the
/// coordinate of a bias is its change at constant v, and a change of v changes the bias by -scale mean v. So a
/// column whose mean or scale is large does not make the Hessian ill-conditioned.
///
/// Two classes have one set of coordinates: w is the difference of the two classes' weights, which become w / 2
/// and -w / 2. Among the pairs with this difference, this one has the least L2 norm, and no other has a lesser L1
/// norm.
///
/// The coordinates of an output follow each other: one for each input, and last the bias if there is one.
struct LinearCoordinates: Sendable {
  /// The outputs that have coordinates: all, or of two the second.
  let outputs: Range<Int>
  /// The number of coordinates of an output.
  let width: Int
  let inputCount: Int
  /// The mean of each input; 0 without biases.
  let means: [Float]
  /// The scale of each input, 1 / sqrt(variance + l2).
  let scales: [Double]
  private let weight: ParameterLayout.Segment
  private let bias: ParameterLayout.Segment?

  /// The number of coordinates.
  var count: Int { outputs.count * width }
  var hasBias: Bool { bias != nil }
  private var isDifference: Bool { weight.shape[0] == 2 }

  /// Creates coordinates.
  ///
  /// - Parameters:
  ///   - layout: the parameters of a network that is one dense layer.
  ///   - moments: those of the features of the samples; nil to take the features as they are.
  ///   - l2Penalty: the factor l2 of the penalty.
  init(_ layout: ParameterLayout, _ moments: ColumnMoments?, l2Penalty: Double) {
    weight = layout.segments[0]
    bias = layout.segments.dropFirst().first
    inputCount = weight.shape[1]
    width = inputCount + (bias == nil ? 0 : 1)
    outputs = weight.shape[0] == 2 ? 1..<2 : 0..<weight.shape[0]
    let hasBias = bias != nil
    means =
      moments?.means.map { hasBias ? Float($0) : 0 } ?? Array(repeating: 0, count: inputCount)
    scales =
      moments?.scales(l2Penalty: l2Penalty, isCentred: hasBias)
      ?? Array(repeating: 1, count: inputCount)
  }

  /// Returns the output and the input of a coordinate; the input is nil for a bias.
  func place(of coordinate: Int) -> (output: Int, input: Int?) {
    let (unit, column) = coordinate.quotientAndRemainder(dividingBy: width)
    return (outputs.lowerBound + unit, column < inputCount ? column : nil)
  }

  /// Returns the coordinates of some parameters; those of biases are 0.
  func values(of parameters: [Double]) -> [Double] {
    map { output, input in
      guard let input else { return 0 }
      return difference(parameters, output, input) / scales[input]
    }
  }

  /// Returns the derivatives with respect to the coordinates from those with respect to the parameters.
  func slopes(of gradient: [Double]) -> [Double] {
    func slope(_ index: (Int) -> Int, _ output: Int) -> Double {
      isDifference
        ? (gradient[index(1)] - gradient[index(0)]) / 2 : gradient[index(output)]
    }
    let ofBiases = outputs.map { output in
      bias.map { bias in slope({ bias.offset + $0 }, output) } ?? 0
    }
    return map { output, input in
      let ofBias = ofBiases[output - outputs.lowerBound]
      guard let input else { return ofBias }
      let ofWeight = slope({ weight.index(unit: $0, input: input) }, output)
      return (ofWeight - Double(means[input]) * ofBias) * scales[input]
    }
  }

  /// Returns the factor of the magnitude of each coordinate in an L1 penalty, which is 0 for biases.
  func thresholds(l1Penalty: Double) -> [Double] {
    map { _, input in input.map { l1Penalty * scales[$0] } ?? 0 }
  }

  /// Returns the second derivative of an L2 penalty with respect to a coordinate.
  func curvature(ofPenalty l2Penalty: Double, at coordinate: Int) -> Double {
    guard let input = place(of: coordinate).input else { return 0 }
    // (l2 / 2) ((w / 2)^2 + (w / 2)^2) has the second derivative l2 / 2.
    return l2Penalty * scales[input] * scales[input] * (isDifference ? 0.5 : 1)
  }

  /// Returns parameters whose given coordinates have changed from `old` to `new`.
  ///
  /// A weight whose coordinate is 0 becomes exactly 0.
  func moved(
    _ parameters: [Double], _ coordinates: [Int], from old: [Double], to new: [Double]
  ) -> [Double] {
    var result = parameters
    func set(_ output: Int, _ input: Int, to w: Double) {
      result[weight.index(unit: output, input: input)] = isDifference ? w / 2 : w
      if isDifference { result[weight.index(unit: 0, input: input)] = -w / 2 }
    }
    if isDifference {
      for input in 0..<inputCount { set(1, input, to: difference(parameters, 1, input)) }
    }
    var ofBiases = [Double](repeating: 0, count: weight.shape[0])
    for (index, coordinate) in coordinates.enumerated() where new[index] != old[index] {
      let (output, input) = place(of: coordinate)
      let change = new[index] - old[index]
      guard let input else {
        ofBiases[output] += change
        continue
      }
      ofBiases[output] -= change * scales[input] * Double(means[input])
      set(output, input, to: new[index] * scales[input])
    }
    guard let bias else { return result }
    if isDifference { ofBiases = [-ofBiases[1] / 2, ofBiases[1] / 2] }
    for (output, change) in ofBiases.enumerated() { result[bias.offset + output] += change }
    return result
  }

  /// Returns the matrix [outputs, columns] of the weights for features minus their means.
  ///
  /// - Parameter columnCount: the number of columns, of which the one after the inputs holds the biases.
  func centeredWeights(
    of parameters: [Double], columnCount: Int, in arena: Arena
  ) -> DoubleMatrixView {
    let matrix = arena.doubles(rowCount: weight.shape[0], columnCount: columnCount)
    for output in 0..<weight.shape[0] {
      var shift = 0.0
      for input in 0..<inputCount {
        let w = parameters[weight.index(unit: output, input: input)]
        matrix[output, input] = w
        shift += w * Double(means[input])
      }
      if let bias { matrix[output, inputCount] = parameters[bias.offset + output] + shift }
    }
    return matrix
  }

  private func map(_ body: (_ output: Int, _ input: Int?) -> Double) -> [Double] {
    (0..<count).map { coordinate in
      let (output, input) = place(of: coordinate)
      return body(output, input)
    }
  }

  private func difference(_ parameters: [Double], _ output: Int, _ input: Int) -> Double {
    let w = parameters[weight.index(unit: output, input: input)]
    return isDifference ? w - parameters[weight.index(unit: 0, input: input)] : w
  }
}
