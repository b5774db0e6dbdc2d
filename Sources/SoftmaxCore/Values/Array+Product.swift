// SPDX-License-Identifier: Apache-2.0

extension [Int] {
  /// The number of elements of a shape; nil unless all extents are positive and it fits into an `Int`.
  package var product: Int? {
    var result = 1
    for extent in self {
      let (product, overflow) = result.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { return nil }
      result = product
    }
    return result
  }
}
