// SPDX-License-Identifier: Apache-2.0

/// The weight of the batches whose gradients have been added up for the next step.
///
/// Several batches stand for one large batch: the sum of their gradients, each times the weight of its
/// samples, divided by their common weight. Weights are counted in units of the greatest of them, so
/// that batches of equal weight are added as they are and no factor is above 1.
package struct AccumulatedWeight: Hashable, Sendable, Codable {
  /// The greatest weight of a batch.
  package private(set) var greatest: Double
  /// The sum of the weights, in units of the greatest.
  package private(set) var sum: Double

  /// The weight of some batches that weigh the same.
  package init(of batchCount: Int, each weight: Double) {
    greatest = weight
    sum = Double(batchCount)
  }

  /// Whether batches can weigh as much.
  package var isValid: Bool { 0..<Double.infinity ~= greatest && 0..<Double.infinity ~= sum }

  /// Counts a batch, and says how its gradient joins the sum of those before.
  mutating func add(_ weight: Double) -> GradientShare {
    if weight > greatest {
      let kept = greatest / weight
      greatest = weight
      sum = sum * kept + 1
      return GradientShare(kept: Float(kept), added: 1, divisor: Float(sum))
    }
    // Where no sample counted so far, the gradients are those of penalties alone and weigh the same.
    let added = weight == greatest ? 1 : weight / greatest
    sum += added
    return GradientShare(kept: 1, added: Float(added), divisor: Float(sum))
  }
}

/// How the gradient of a batch joins the sum of those of its step.
struct GradientShare: Sendable, BitwiseCopyable {
  /// What the sum so far is multiplied by; 0 where it begins anew.
  let kept: Float
  /// What the batch's gradient is multiplied by.
  let added: Float
  /// What the sum is divided by where no batch is to come.
  let divisor: Float

  /// The share of a batch that makes a step by itself.
  static let whole = GradientShare(kept: 0, added: 1, divisor: 1)
}
