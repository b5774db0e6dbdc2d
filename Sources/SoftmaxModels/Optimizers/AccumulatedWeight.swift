// SPDX-License-Identifier: Apache-2.0

/// The total weight of the batches whose gradients are accumulated for the next update.
///
/// Accumulated batches act as one large batch: the update uses the weighted mean of their gradients,
/// where the weight of a batch is the sum of its samples' weights. Weights are stored relative to the
/// greatest of them. Thus gradients of equally weighted batches are added without a multiplication, and
/// no factor exceeds 1.
package struct AccumulatedWeight: Hashable, Sendable, Codable {
  /// The greatest weight of a batch.
  package private(set) var greatest: Double
  /// The sum of the weights, divided by the greatest.
  package private(set) var sum: Double

  /// Creates the weight of several batches of equal weight.
  package init(of batchCount: Int, each weight: Double) {
    greatest = weight
    sum = Double(batchCount)
  }

  /// Whether both values are finite and not negative, as they may come from a file.
  package var isValid: Bool { 0..<Double.infinity ~= greatest && 0..<Double.infinity ~= sum }

  /// Adds a batch; returns how its gradient is combined with the sum of the previous ones.
  mutating func add(_ weight: Double) -> GradientShare {
    if weight > greatest {
      let kept = greatest / weight
      greatest = weight
      sum = sum * kept + 1
      return GradientShare(kept: Float(kept), added: 1, divisor: Float(sum))
    }
    // If all weights so far are 0, the gradients consist of penalties alone and count equally.
    let added = weight == greatest ? 1 : weight / greatest
    sum += added
    return GradientShare(kept: 1, added: Float(added), divisor: Float(sum))
  }
}

/// The factors that combine the gradient of a batch with the sum of the previous gradients.
struct GradientShare: Sendable, BitwiseCopyable {
  /// The factor of the sum so far; 0 for the first batch of an update.
  let kept: Float
  /// The factor of the batch's gradient.
  let added: Float
  /// The divisor that turns the sum into the mean if this batch is the last of the update.
  let divisor: Float

  /// The factors for a batch that makes an update by itself.
  static let whole = GradientShare(kept: 0, added: 1, divisor: 1)
}
