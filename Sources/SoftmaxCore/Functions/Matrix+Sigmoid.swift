// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

extension Matrix {
  /// Returns the logistic function 1 / (1 + exp(-x)) of each element.
  ///
  /// It is computed from exp(-|x|), so it never overflows.
  public func sigmoid() -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, unchecked: elements.sigmoid())
  }
}

/// Returns the logistic function 1 / (1 + exp(-x)) of each element of a vector.
///
/// ```swift
/// sigmoid([0, 2, -1000])                    // 0.5, 0.88, 0
/// ```
public func sigmoid(_ logits: [Float]) -> [Float] { logits.sigmoid() }

extension [Float] {
  fileprivate func sigmoid() -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: count) { y, initialized in
      unsafe withUnsafeBufferPointer { x in
        unsafe Kernels.best.table.pointee.sigmoid(count, x.baseAddress, y.baseAddress)
      }
      initialized = count
    }
  }
}
