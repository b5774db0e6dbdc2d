// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

/// Optima by scikit-learn in a golden file.
struct GoldenOptima<Optimum: Decodable>: Decodable {
  private let optima: [Optimum]

  static func load(_ name: String) throws -> [Optimum] {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url)).optima
  }
}

/// An optimum of softmax regression (Tests/golden/make-optima.py, make-sparse-optima.py).
///
/// With an L1 penalty and two classes `weight` and `bias` have one row, the difference of the classes.
struct GoldenOptimum: Decodable {
  let name: String
  private let l1: Double?
  let l2: Double
  let classes: Int
  let labels: [Int]
  let features: [[Float]]
  let objective: Double
  let weight: [[Double]]
  let bias: [Double]

  var l1Penalty: Double { l1 ?? 0 }
  /// The factor l2 of the penalty of the weights of both outputs, for two classes with an L1 penalty.
  var l2OfOutputs: Double { classes == 2 && l1 != nil ? 2 * l2 : l2 }

  static func load(_ file: String = "optima") throws -> [GoldenOptimum] {
    try GoldenOptima.load(file)
  }

  func dataset(times factor: Float = 1) throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix(features.map { $0.map { $0 * factor } })), labels: labels,
      classNames: (0..<classes).map { "\($0)" })
  }
}
