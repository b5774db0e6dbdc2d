// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A named array of values of a layer, such as its weight, its bias or a running mean.
public struct LayerTensor: Hashable, Sendable {
  /// The name within the layer, such as "weight".
  public let name: String
  /// The dimensions, such as [outputs, inputs] for the weight of a dense layer.
  public let shape: [Int]
  /// Whether training updates the values by their gradient; false for running means and variances.
  public let isTrained: Bool
  /// The values in row-major order.
  public internal(set) var values: [Float]

  /// Creates a tensor.
  ///
  /// - Precondition: the number of values is the product of the shape's dimensions.
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

  /// The values as a matrix: one row for a shape of one dimension, [rows, columns] for a shape of two.
  var matrix: Matrix {
    var matrix = Matrix(
      rowCount: shape.count == 1 ? 1 : shape[0], columnCount: shape.count == 1 ? shape[0] : shape[1]
    )
    matrix.elements = values
    return matrix
  }
}

/// The name and shape of a tensor that a layer requires, without values.
package struct LayerTensorShape: Hashable, Sendable {
  package let name: String
  package let shape: [Int]
  package let isTrained: Bool

  init(_ name: String, _ shape: [Int], isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.isTrained = isTrained
  }

  /// The number of values.
  var valueCount: Int { shape.reduce(1, *) }

  /// Returns a tensor of the shape with the given values.
  func tensor(values: [Float]) -> LayerTensor {
    LayerTensor(name: name, shape: shape, values: values, isTrained: isTrained)
  }

  /// Returns a tensor of the shape with the same value everywhere.
  func tensor(repeating value: Float) -> LayerTensor {
    tensor(values: Array(repeating: value, count: valueCount))
  }

  /// Whether negative values are invalid because the values are variances.
  package var isNeverNegative: Bool { name == "running_variance" && !isTrained }
}

extension [LayerTensor] {
  /// Returns the tensor of a name; nil if there is none.
  subscript(name: String) -> LayerTensor? { first { $0.name == name } }

  /// Returns the tensor of a name as a matrix; nil if there is none or it does not have one or two
  /// dimensions.
  func matrix(_ name: String) -> Matrix? {
    self[name].flatMap { 1...2 ~= $0.shape.count ? $0.matrix : nil }
  }
}
