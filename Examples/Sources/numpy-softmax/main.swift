// SPDX-License-Identifier: Apache-2.0
//
// Softmax as NumPy's users write it: of a vector, of each row of a matrix, of each column.
//
//   def softmax(X):        exps = np.exp(X);  return exps / np.sum(exps)
//   def predict(X, W):     return softmax(X @ W)

import SoftmaxKit
import Statements

// The worked example: scores 3, 1, -3 -> exp 20, 2.7, 0.05 -> 0.88, 0.12, 0.00.
let exponentials = try SoftmaxWalkthrough.workedExample().naive.exponentials.row(0)
state(
  "exp of 3, 1, -3 is 20, 2.7, 0.05",
  zip(exponentials, [0, 1, 2]).map { $0.text($1) } == ["20", "2.7", "0.05"])
let probabilities = softmax([3, 1, -3])
print("softmax(3, 1, -3) =", probabilities.map { $0.text(2) })
state("it is 0.88, 0.12, 0.00", probabilities.map { $0.text(2) } == ["0.88", "0.12", "0.00"])

// The article's exp(1000) is infinite, and its quotient no number. Ours shifts by the maximum.
let large = softmax([1000, 1001, 1002])
print("softmax(1000, 1001, 1002) =", large.map { $0.text(2) })
state("nothing overflows: 0.09, 0.24, 0.67", large.map { $0.text(2) } == ["0.09", "0.24", "0.67"])

let small = softmax([-1000, -1001, -1002])
state("nor underflows: 0.67, 0.24, 0.09", small.map { $0.text(2) } == ["0.67", "0.24", "0.09"])

// "a_1 depends only on z_1", says one article. It depends on all: move z_3 and a_1 moves.
let moved = softmax([3, 1, 2])
state("a_1 depends on every score", moved[0] < probabilities[0] - 0.1)

// predict(X, W): a sample a row, softmax along the classes.
let x = try Matrix([[1, 2], [0, 1], [3, -1]])
let w = try Matrix([[0.5, -1, 0.25], [1, 0.5, -0.75]])
let predicted = try x.multiplied(by: w).softmax()
for row in 0..<predicted.rowCount { print(predicted.row(row).map { $0.text(3) }) }
// [1, 2] times W is [2.5, 0, -1.25].
state("row 0 is the softmax of its scores", Array(predicted.row(0)) == softmax([2.5, 0, -1.25]))
state("each row sums to 1", predicted.sums().allSatisfy { abs($0 - 1) < 1e-6 })

// Along the other axis each column sums to 1.
let columns = try x.multiplied(by: w).softmax(along: .columns)
state("each column sums to 1", columns.sums(along: .columns).allSatisfy { abs($0 - 1) < 1e-6 })
