// SPDX-License-Identifier: Apache-2.0

// The orders of the sums, written down a second time and another way than in the kernels.

/// The sum of a row of chunks: the largest power of two of them, then the rest.
func treeTotal(_ sums: ArraySlice<Float>) -> Float {
  guard sums.count > 1 else { return sums.first ?? 0 }
  var half = 1
  while half * 2 < sums.count { half *= 2 }
  return treeTotal(sums.prefix(half)) + treeTotal(sums.dropFirst(half))
}

/// The sum of the virtual lanes: each of the first half with its partner in the second.
func laneTotal(_ lanes: [Float]) -> Float {
  guard lanes.count > 1 else { return lanes[0] }
  let half = lanes.count / 2
  return laneTotal((0..<half).map { lanes[$0] + lanes[$0 + half] })
}

/// The numbers of the steps of each chunk; one empty chunk where there is no step.
func chunks(of steps: Int, length: Int) -> [Range<Int>] {
  guard steps > 0 else { return [0..<0] }
  return stride(from: 0, to: steps, by: length).map { $0..<min($0 + length, steps) }
}

/// A dot product in ascending order inside chunks.
func ascendingDot(_ a: [Float], _ b: [Float], chunk: Int) -> Float {
  let sums = chunks(of: a.count, length: chunk).map { steps in
    steps.reduce(Float(0)) { $0.addingProduct(a[$1], b[$1]) }
  }
  return treeTotal(sums[...])
}

/// A dot product in 16 virtual lanes inside chunks.
func laneDot(_ a: [Float], _ b: [Float], chunk: Int) -> Float {
  let sums = chunks(of: a.count, length: chunk).map { steps in
    var lanes = [Float](repeating: 0, count: 16)
    for step in steps {
      let lane = (step - steps.lowerBound) % 16
      lanes[lane] = lanes[lane].addingProduct(a[step], b[step])
    }
    return laneTotal(lanes)
  }
  return treeTotal(sums[...])
}

/// A sum in 16 virtual lanes.
func laneSum(_ values: [Float]) -> Float {
  var lanes = [Float](repeating: 0, count: 16)
  for (index, value) in values.enumerated() { lanes[index % 16] += value }
  return laneTotal(lanes)
}
