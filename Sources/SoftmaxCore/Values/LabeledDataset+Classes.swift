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

// Two data sets may know the same classes in another order, or one of them more.
extension LabeledDataset {
  /// The same samples with the classes of a model, or of another data set, in its order.
  ///
  /// Classes are matched by name. Only where none of the names is known, and they are nothing but "0", "1",
  /// ..., they are taken for indices. A class without samples need not be known.
  ///
  /// ```swift
  /// let matched = try test.matching(classNames: training.classNames)
  /// ```
  ///
  /// - Parameter names: the names to match, by index.
  /// - Throws: `invalidArgument` for samples of classes that are not among the names, or targets that are
  ///   not labels and have other classes.
  public func matching(classNames names: [String]) throws(SoftmaxError) -> LabeledDataset {
    guard names != classNames else { return self }
    let places = Dictionary(
      names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var indices = classNames.map { places[$0] }
    let isNumbered = classNames.enumerated().allSatisfy { $0.element == "\($0.offset)" }
    if isNumbered, indices.allSatisfy({ $0 == nil }), classCount <= names.count {
      indices = classNames.indices.map { $0 }
    }
    guard let unknown = Set(labels).filter({ indices[$0] == nil }).min() else {
      return try replacing(classes: indices, of: names)
    }
    throw SoftmaxError(
      .invalidArgument,
      "there are samples of the class \(classNames[unknown].debugDescription), which is unknown; known "
        + "are \(names.prefix(20))",
      remedy: "use data with the same classes, or leave those samples out")
  }

  // The class of each index, where samples have it, under its new index.
  private func replacing(
    classes indices: [Int?], of names: [String]
  ) throws(SoftmaxError) -> LabeledDataset {
    if case .labels(let labels) = targets {
      return try replacing(labels: labels.map { indices[$0] ?? 0 }, classNames: names)
    }
    guard let matrix = targets.matrix, indices.allSatisfy({ $0 != nil }) else {
      throw SoftmaxError(
        .invalidArgument,
        "the samples have targets for the classes \(classNames.prefix(20)); known are "
          + "\(names.prefix(20))", remedy: "use data with the same classes")
    }
    var moved = Matrix(rowCount: count, columnCount: names.count)
    for row in 0..<count {
      for (target, place) in zip(matrix.row(row), indices) {
        if let place { moved[row, place] = target }
      }
    }
    if case .indicators = targets { return try replacing(indicators: moved, classNames: names) }
    return try LabeledDataset(
      features: features, distributions: moved, classNames: names, featureShape: featureShape,
      sampleWeights: sampleWeights
    ).described(as: self)
  }
}
