// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// -(1 - p)^2 ln p of the right class: cross-entropy that counts samples less the better they are known.
///
/// Source: Lin et al., "Focal loss for dense object detection", 2017, with gamma = 2.
struct FocalLoss: LossFunction {
  let name = "focal"

  func differentiate(_ rows: inout LossRows) {
    for row in 0..<rows.rowCount {
      // From logits: the logarithm of a probability that rounds to 0 would be infinite.
      let logs = logSoftmax((0..<rows.outputCount).map { rows.output(row: row, $0) })
      let right = rows.label(row: row)
      let (log, p) = (logs[right], expf(logs[right]))
      rows.setLoss(-(1 - p) * (1 - p) * log, row: row)
      // By ln p, and from there by the logits: d ln p / d z_k = 1{k is right} - p_k.
      let slope = 2 * p * (1 - p) * log - (1 - p) * (1 - p)
      for k in logs.indices {
        rows.setGradient(slope * ((k == right ? 1 : 0) - expf(logs[k])), row: row, k)
      }
    }
  }
}
