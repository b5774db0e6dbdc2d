// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Some values of a layer under a name: its weight, its bias, a running mean.
public struct LayerTensor: Hashable, Sendable {
  /// The name within the layer, such as "weight".
  public let name: String
  /// The extents: [outputs, inputs] of a dense layer's weight.
  public let shape: [Int]
  /// Whether training changes the values along their gradient.
  public let isTrained: Bool
  /// The values, the last extent's running fastest.
  public internal(set) var values: [Float]

  /// Creates a tensor.
  ///
  /// - Precondition: there are as many values as the shape has room for.
  public init(name: String, shape: [Int], values: [Float], isTrained: Bool = true) {
    precondition(
      shape.product == values.count, "\(values.count) values do not fill the shape \(shape)")
    self.name = name
    self.shape = shape
    self.isTrained = isTrained
    self.values = values
  }

  /// The values as one row.
  var row: Matrix {
    var matrix = Matrix(rowCount: 1, columnCount: values.count)
    matrix.elements = values
    return matrix
  }

  /// The values as a matrix: [rows, columns] as they are, [n] as one row.
  var matrix: Matrix {
    var matrix = Matrix(
      rowCount: shape.count == 1 ? 1 : shape[0], columnCount: shape.count == 1 ? shape[0] : shape[1]
    )
    matrix.elements = values
    return matrix
  }
}

/// A tensor without its values: what a layer asks for.
package struct LayerTensorShape: Hashable, Sendable {
  package let name: String
  package let shape: [Int]
  package let isTrained: Bool

  init(_ name: String, _ shape: [Int], isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.isTrained = isTrained
  }

  /// A tensor of the shape.
  func tensor(values: [Float]) -> LayerTensor {
    LayerTensor(name: name, shape: shape, values: values, isTrained: isTrained)
  }

  /// A tensor of the shape that holds one value everywhere.
  func tensor(repeating value: Float) -> LayerTensor {
    tensor(values: Array(repeating: value, count: shape.reduce(1, *)))
  }

  /// Whether the values are variances.
  package var isNeverNegative: Bool { name == "running_variance" && !isTrained }
}

extension [LayerTensor] {
  /// The tensor of a name.
  subscript(name: String) -> LayerTensor? { first { $0.name == name } }

  /// The matrix of a name; nil where there is none, or one of more than two extents.
  func matrix(_ name: String) -> Matrix? {
    self[name].flatMap { 1...2 ~= $0.shape.count ? $0.matrix : nil }
  }
}
