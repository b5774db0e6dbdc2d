// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How much each class counts, as in `balanced` or `cat=2,dog=0.5`.
enum ClassWeights: ExpressibleByArgument {
  /// Every class as much as every other.
  case balanced
  /// Some classes by name; the others count 1.
  case named([(name: String, weight: Double)])

  init?(argument: String) {
    if argument == "balanced" {
      self = .balanced
      return
    }
    var named: [(name: String, weight: Double)] = []
    for piece in argument.split(separator: ",", omittingEmptySubsequences: false) {
      // A name may hold an equals sign, a number does not.
      guard let sign = piece.lastIndex(of: "="), sign > piece.startIndex,
        let weight = Double(piece[piece.index(after: sign)...])
      else { return nil }
      named.append((String(piece[..<sign]), weight))
    }
    self = .named(named)
  }

  /// The weights in the order of a data set's classes.
  func weights(for dataset: LabeledDataset) throws(SoftmaxError) -> [Double] {
    switch self {
    case .balanced: return dataset.balancedClassWeights
    case .named(let named):
      var weights = [Double](repeating: 1, count: dataset.classCount)
      var seen: Set<String> = []
      for (name, weight) in named {
        guard let index = dataset.classNames.firstIndex(of: name) else {
          throw SoftmaxError(
            .invalidArgument,
            "--class-weights names \(name.debugDescription), the classes are "
              + "\(dataset.classNames.prefix(20))")
        }
        guard seen.insert(name).inserted else {
          throw SoftmaxError(
            .invalidArgument, "--class-weights names \(name.debugDescription) twice")
        }
        weights[index] = weight
      }
      return weights
    }
  }
}
