// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

/// A network, a batch and a loss with its options, to be differentiated by the library and by the
/// reference in double precision.
///
/// To cover something new, give it a property with a default and add cases to a list.
struct GradientCase: Sendable, CustomTestStringConvertible {
  enum TargetKind: String, Sendable {
    case labels, soft, oneHot, multiLabel
  }

  enum LossKind: String, CaseIterable, Sendable {
    case crossEntropy, binaryCrossEntropy, oneVsRest, squared, absolute, huber, hinge, misgiving
  }

  var inputs = 4
  var hidden: [Int] = []
  var activation = "tanh"
  /// 1 for a single output that stands for two classes.
  var outputs = 3
  var rows = 7
  var targets = TargetKind.labels
  var loss = LossKind.crossEntropy
  var isSmoothed = false
  var hasClassWeights = false
  var ignoresClass = false
  var hasSampleWeights = false
  /// The factors of the penalties on the weights.
  var l1 = 0.0
  var l2 = 0.0

  var testDescription: String {
    let options = [
      isSmoothed ? "smoothing" : nil, hasClassWeights ? "class weights" : nil,
      ignoresClass ? "ignored class" : nil, hasSampleWeights ? "sample weights" : nil,
    ].compactMap(\.self)
    return "\(inputs)-\(hidden)-\(outputs) \(activation), \(rows) rows, \(targets.rawValue), "
      + "\(loss.rawValue) \(options), l1 \(l1), l2 \(l2)"
  }

  var classCount: Int { max(2, outputs) }
}

// MARK: - The lists

extension GradientCase {
  /// Every kind of network with plain cross-entropy.
  static let networks: [GradientCase] = {
    var result: [GradientCase] = []
    // Both weight layouts for every layer, widths around a vector's, one class pair to many.
    let shapes: [(Int, [Int], Int)] = [
      (5, [], 2), (7, [], 3), (20, [], 10), (3, [], 12), (70, [], 3), (6, [4], 3), (5, [17], 3),
      (9, [16], 10), (4, [40], 2), (18, [33, 5], 3), (6, [5, 36], 10), (3, [35, 34], 4),
    ]
    for (inputs, hidden, classes) in shapes {
      for activation in hidden.isEmpty ? ["relu"] : ["relu", "tanh", "sigmoid"] {
        for isSoft in [false, true] {
          result.append(
            GradientCase(
              inputs: inputs, hidden: hidden, activation: activation, outputs: classes,
              rows: isSoft ? 9 : 6, targets: isSoft ? .soft : .labels))
        }
      }
    }
    return result
  }()

  /// Every loss with either penalty, and with both.
  static let penalties: [GradientCase] = LossKind.allCases.flatMap { loss in
    [[], [5]].flatMap { hidden in
      [(0.03, 0), (0, 0.2), (0.03, 0.2)].map { l1, l2 in
        GradientCase(hidden: hidden, loss: loss, l1: l1, l2: l2)
      }
    }
  }

  /// Every loss with none, each, each pair and all of its options.
  static let losses: [GradientCase] = {
    var result: [GradientCase] = []
    for loss in LossKind.allCases {
      for outputs in [1, 2, 3, 10] where outputs > 1 || loss == .binaryCrossEntropy {
        for hidden in [[], [5]] {
          for targets in loss.targetKinds(outputs: outputs) {
            for options in 0..<16 where loss.takes(options: options, targets) {
              result.append(
                GradientCase(
                  hidden: hidden, outputs: outputs, targets: targets, loss: loss,
                  isSmoothed: options & 1 != 0, hasClassWeights: options & 2 != 0,
                  ignoresClass: options & 4 != 0, hasSampleWeights: options & 8 != 0))
            }
          }
        }
      }
    }
    return result
  }()
}

extension GradientCase.LossKind {
  fileprivate func targetKinds(outputs: Int) -> [GradientCase.TargetKind] {
    switch self {
    case .hinge: [.labels, .oneHot]
    case .misgiving: [.labels]
    case .binaryCrossEntropy where outputs > 1: [.labels, .soft, .multiLabel]
    default: [.labels, .soft]
    }
  }

  fileprivate func takes(options: Int, _ targets: GradientCase.TargetKind) -> Bool {
    let isSmoothed = options & 1 != 0
    if isSmoothed, self != .crossEntropy, self != .binaryCrossEntropy { return false }
    // Classes that go together have neither weights nor one that is ignored.
    if targets == .multiLabel { return options & 6 == 0 }
    // Pairs and all: three at a time add nothing.
    return options.nonzeroBitCount != 3
  }
}

// MARK: - The library's side and the reference's

extension GradientCase {
  private static func uniform(_ index: Int, seed: UInt64) -> Float {
    CounterBasedGenerator(seed: seed).uniform(at: UInt64(index))
  }

  func network() throws -> Sequential {
    let function = try #require(Activation(named: activation))
    var network = try Sequential(input: [inputs], seed: 7) {
      for width in hidden { Dense(width, activation: function) }
      Dense(outputs)
    }
    // Biases other than 0, so that an error in their gradient's path shows.
    for (index, layer) in network.layers.enumerated() {
      let weight = try #require(layer.weight)
      let bias = (0..<weight.rowCount).map { Self.uniform($0, seed: 3) - 0.4 }
      try network.setParameters(ofLayer: index, weight: weight, bias: bias)
    }
    return network
  }

  private var classWeights: [Double] {
    hasClassWeights ? (0..<classCount).map { 0.25 + Double($0 * 3 % 4) } : []
  }

  private var sampleWeights: [Float]? {
    // One of them counts nothing.
    hasSampleWeights ? (0..<rows).map { $0 == 2 ? 0 : 0.5 + Self.uniform($0, seed: 19) } : nil
  }

  private var targetRows: [[Float]] {
    (0..<rows).map { row in
      (0..<classCount).map { column -> Float in
        let uniform = Self.uniform(10_000 + row * classCount + column, seed: 11)
        return switch targets {
        case .labels, .oneHot: column == row * 5 % classCount ? 1 : 0
        case .soft: 3 * uniform
        case .multiLabel: uniform > 0.5 ? 1 : 0
        }
      }
    }
  }

  func batch() throws -> LabeledDataset {
    var features = Matrix(rowCount: rows, columnCount: inputs)
    for row in 0..<rows {
      for column in 0..<inputs {
        features[row, column] = 2 * Self.uniform(row * inputs + column, seed: 11) - 1
      }
    }
    let names = (0..<classCount).map { "class \($0)" }
    let matrix = try Matrix(targetRows)
    switch targets {
    case .labels:
      return try LabeledDataset(
        features: .floats(features), labels: (0..<rows).map { $0 * 5 % classCount },
        classNames: names, sampleWeights: sampleWeights)
    case .soft, .oneHot:
      var distributions = targets == .soft ? matrix.softmax() : matrix
      // One row that is its class alone, so that an ignored class finds it.
      for column in 0..<classCount { distributions[1, column] = column == 1 ? 1 : 0 }
      return try LabeledDataset(
        features: .floats(features), distributions: distributions, classNames: names,
        sampleWeights: sampleWeights)
    case .multiLabel:
      return try LabeledDataset(
        features: .floats(features), indicators: matrix, classNames: names,
        sampleWeights: sampleWeights)
    }
  }

  var libraryLoss: Loss {
    let smoothing = isSmoothed ? 0.15 : 0
    let ignored = ignoresClass ? 1 : nil
    return switch loss {
    case .crossEntropy:
      .crossEntropy(
        labelSmoothing: smoothing, classWeights: classWeights, ignoredClass: ignored)
    case .binaryCrossEntropy:
      .binaryCrossEntropy(
        labelSmoothing: smoothing, classWeights: classWeights, ignoredClass: ignored)
    case .oneVsRest: .oneVsRest(classWeights: classWeights, ignoredClass: ignored)
    case .squared: .squared(classWeights: classWeights, ignoredClass: ignored)
    case .absolute: .absolute(classWeights: classWeights, ignoredClass: ignored)
    case .huber: .huber(delta: 0.6, classWeights: classWeights, ignoredClass: ignored)
    case .hinge: .multiClassHinge(margin: 0.8, classWeights: classWeights, ignoredClass: ignored)
    case .misgiving: .custom(Misgiving(), classWeights: classWeights, ignoredClass: ignored)
    }
  }

  var referenceLoss: ReferenceLoss {
    let kind: ReferenceLoss.Kind =
      switch loss {
      case .crossEntropy: .crossEntropy
      case .binaryCrossEntropy: .binaryCrossEntropy
      case .oneVsRest: .oneVsRest
      case .squared: .squared
      case .absolute: .absolute
      case .huber: .huber(0.6)
      case .hinge: .hinge(0.8)
      case .misgiving: .misgiving
      }
    return ReferenceLoss(
      kind, labelSmoothing: isSmoothed ? 0.15 : 0, classWeights: classWeights,
      ignoredClass: ignoresClass ? 1 : nil)
  }
}

extension ReferenceLoss.Batch {
  /// A data set's targets and weights in double precision.
  init(_ dataset: LabeledDataset) {
    let classes = 0..<dataset.classCount
    let weights = dataset.sampleWeights?.map(Double.init)
    func rows(_ matrix: Matrix) -> [[Double]] {
      (0..<matrix.rowCount).map { matrix.row($0).map(Double.init) }
    }
    switch dataset.targets {
    case .labels(let labels):
      self.init(
        targets: labels.map { label in classes.map { $0 == label ? 1 : 0 } },
        sampleWeights: weights)
    case .distributions(let matrix): self.init(targets: rows(matrix), sampleWeights: weights)
    case .indicators(let matrix):
      self.init(targets: rows(matrix), isMultiLabel: true, sampleWeights: weights)
    }
  }
}

/// A loss of one's own: (1 - p of the right class)^2, from the logits.
struct Misgiving: LossFunction {
  let name = "misgiving"

  func differentiate(_ rows: inout LossRows) {
    for row in 0..<rows.rowCount {
      let p = softmax((0..<rows.outputCount).map { rows.output(row: row, $0) })
      let right = rows.label(row: row)
      rows.setLoss((1 - p[right]) * (1 - p[right]), row: row)
      for k in p.indices {
        let slope = p[right] * ((k == right ? 1 : 0) - p[k])
        rows.setGradient(-2 * (1 - p[right]) * slope, row: row, k)
      }
    }
  }
}
