// SPDX-License-Identifier: Apache-2.0

// What a data set says of its classes.
extension LabeledDataset {
  /// The classes that no sample has, in ascending order: a model cannot learn them.
  ///
  /// ```swift
  /// for index in dataset.missingClasses { print("no sample of", dataset.classNames[index]) }
  /// ```
  ///
  /// Of soft and multi-label targets those whose target is 0 throughout. Samples of weight 0 do not
  /// count.
  public var missingClasses: [Int] {
    classMasses.indices.filter { classMasses[$0] == 0 }
  }

  /// The weights that make every class count the same: samples / (classes * samples of the class).
  ///
  /// scikit-learn's `class_weight="balanced"`. Samples count with their weight, soft targets with each
  /// class's share. A class that no sample has counts neither as a class nor by a weight other than 0.
  public var balancedClassWeights: [Double] {
    let masses = classMasses
    let present = masses.count { $0 > 0 }
    let total = masses.reduce(0, +)
    return masses.map { $0 > 0 ? total / (Double(present) * $0) : 0 }
  }

  // The weight of the samples of each class.
  private var classMasses: [Double] {
    var masses = [Double](repeating: 0, count: classCount)
    for row in 0..<count {
      let weight = sampleWeights.map { Double($0[row]) } ?? 1
      guard weight > 0 else { continue }
      if let matrix = targets.matrix {
        for (index, target) in matrix.row(row).enumerated() {
          masses[index] += weight * Double(target)
        }
      } else {
        masses[labels[row]] += weight
      }
    }
    return masses
  }
}
