// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The weight of each sample in the sum of a batch's losses, and in the divisor of the mean.
///
/// Both arrays are empty if all weights are 1. They differ only if the loss multiplies its terms by class
/// weights.
struct SampleWeights {
  let inSum: [Double]
  let inDivisor: [Double]

  init(_ loss: Loss, of targets: Targets, labels: [Int], sampleWeights: [Float]?) {
    guard sampleWeights != nil || !loss.classWeights.isEmpty || loss.ignoredClass != nil else {
      inSum = []
      inDivisor = []
      return
    }
    var inSum = [Double](repeating: 1, count: labels.count)
    var inDivisor = inSum
    for sample in labels.indices {
      if let ignored = loss.ignoredClass, labels[sample] == ignored,
        targets.matrix.map({ $0[sample, ignored] == 1 }) ?? true
      {
        (inSum[sample], inDivisor[sample]) = (0, 0)
        continue
      }
      let weight = sampleWeights.map { Double($0[sample]) } ?? 1
      var ofClass = 1.0
      if !loss.classWeights.isEmpty {
        if let matrix = targets.matrix {
          ofClass = zip(matrix.row(sample), loss.classWeights).reduce(0) {
            $0 + Double($1.0) * $1.1
          }
        } else {
          ofClass = loss.classWeights[labels[sample]]
        }
      }
      inDivisor[sample] = weight * ofClass
      // If the terms are weighted, the targets already contain the class weights.
      inSum[sample] = loss.kind.weighsTerms ? weight : weight * ofClass
    }
    self.inSum = inSum
    self.inDivisor = inDivisor
  }

  /// Whether any sample has a weight above 0.
  var countsAny: Bool { inDivisor.isEmpty || inDivisor.contains { $0 > 0 } }
}
