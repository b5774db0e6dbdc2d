// SPDX-License-Identifier: Apache-2.0

/// A kind of calibration that can be fitted, with its penalty.
///
/// All minimize the mean log loss of the calibrated probabilities. That of a temperature has no penalty. The others add
/// 5e-7 times the squared distance of their parameters to the calibration that changes nothing, so that there is
/// always a minimum.
public struct CalibrationMethod: Hashable, Sendable {
  /// The shape of the matrix A.
  enum Form: Hashable, Sendable {
    case scale
    case diagonal
    case matrix
  }

  /// The name, such as "temperature".
  public let name: String
  /// The factor of the penalty on off-diagonal elements and intercepts; nil if there is none.
  public let penalty: Double?
  let form: Form

  /// One temperature for all classes: A = I / T, with log(1 / T) in -10...10.
  ///
  /// It does not change which class is the most probable. (scikit-learn's
  /// `CalibratedClassifierCV(method="temperature")`.)
  public static let temperature = CalibrationMethod(name: "temperature", penalty: nil, form: .scale)

  /// A scale and an intercept for each class: A is diagonal.
  public static let vector = CalibrationMethod(name: "vector", penalty: nil, form: .diagonal)

  /// A whole matrix and an intercept for each class, with the penalty on off-diagonal elements and intercepts (ODIR).
  ///
  /// The penalty of K classes is penalty (sum over i != j of A_ij^2 / (K (K - 1)) + sum of b_i^2 / K).
  ///
  /// - Parameter penalty: the factor of the penalty, finite and at least 0.
  public static func dirichlet(penalty: Double = 0.1) -> CalibrationMethod {
    CalibrationMethod(name: "dirichlet", penalty: penalty, form: .matrix)
  }

  /// The methods among which is chosen if nothing else is said, from the fewest parameters to the most.
  public static let all: [CalibrationMethod] =
    [.temperature, .vector] + [10, 1, 0.1, 0.01].map { .dirichlet(penalty: $0) }

  /// The names of the methods, each once.
  package static var names: [String] {
    all.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The number of parameters of a calibration of so many classes.
  func parameterCount(ofClasses count: Int) -> Int {
    switch form {
    case .scale: 1
    case .diagonal: 2 * count
    case .matrix: (count + 1) * count
    }
  }
}
