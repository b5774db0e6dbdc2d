// SPDX-License-Identifier: Apache-2.0

// Statistics of the classes.
extension LabeledDataset {
  /// The indices of the classes that no sample has, in ascending order.
  ///
  /// A model cannot learn these classes.
  ///
  /// ```swift
  /// for index in dataset.missingClasses { print("no sample of", dataset.classNames[index]) }
  /// ```
  ///
  /// With soft or multi-label targets, they are the classes whose target is 0 in every sample. Samples of
  /// weight 0 are ignored.
  public var missingClasses: [Int] {
    classWeightSums.indices.filter { classWeightSums[$0] == 0 }
  }

  /// The class weights that give every class the same total: samples / (classes * samples of the class).
  ///
  /// It corresponds to scikit-learn's `class_weight="balanced"`. A sample counts with its sample weight,
  /// and a soft or multi-label target counts for each class with the class's target. Classes that no
  /// sample has are not counted as classes, and their weight is 0.
  public var balancedClassWeights: [Double] {
    let sums = classWeightSums
    let present = sums.count { $0 > 0 }
    let total = sums.reduce(0, +)
    return sums.map { $0 > 0 ? total / (Double(present) * $0) : 0 }
  }

  // The sum of the sample weights times the targets of each class.
  private var classWeightSums: [Double] {
    var sums = [Double](repeating: 0, count: classCount)
    for row in 0..<count {
      let weight = sampleWeights.map { Double($0[row]) } ?? 1
      guard weight > 0 else { continue }
      if let matrix = targets.matrix {
        for (index, target) in matrix.row(row).enumerated() {
          sums[index] += weight * Double(target)
        }
      } else {
        sums[labels[row]] += weight
      }
    }
    return sums
  }
}

// Two data sets can have the same classes in a different order, or one can have more classes.
extension LabeledDataset {
  /// Returns the same samples with the classes of a model or of another data set, in the order of `names`.
  ///
  /// Classes are matched by name. If no class name of this data set is among `names`, its class names are
  /// "0", "1", ..., and there are not more of them than `names`, they are interpreted as indices of `names`.
  /// A class without samples need not be among `names`.
  ///
  /// ```swift
  /// let matched = try test.matching(classNames: training.classNames)
  /// ```
  ///
  /// - Parameter names: the class names of the result, by index.
  /// - Throws: `invalidArgument` if a sample has a class that is not among `names`, or if the targets are
  ///   not labels and any class is not among `names`.
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

  // Returns the data set with class i moved to indices[i]. An index may be nil only for a class without
  // samples, and only if the targets are labels.
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
