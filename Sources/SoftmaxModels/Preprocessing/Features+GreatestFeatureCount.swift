// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension Features {
  /// Returns the greatest number of dense features that a network can have for these, before a pipeline is fitted.
  ///
  /// Words of texts become sparse columns, which are not counted before they are found.
  ///
  /// - Parameter isEncoded: whether numbers are encoded by ``PreprocessingStep/piecewiseLinear``.
  package func greatestFeatureCount(isEncoded: Bool) -> Int {
    let width = isEncoded ? PiecewiseLinearEncoding.greatestWidth : 1
    return table?.columns.reduce(0) { $0 + $1.greatestFeatureCount(numberWidth: width) }
      ?? columnCount
  }
}

extension Table.Column {
  fileprivate func greatestFeatureCount(numberWidth: Int) -> Int {
    let flagCount = missingCount > 0 ? 1 : 0
    return switch cells {
    case .numbers, .indicators: numberWidth + flagCount
    case .dates: DateParts.Parts.greatestCount * numberWidth + flagCount
    case .categories(_, let names): min(names.count + 2, OneHotEncoding.greatestCount)
    case .texts: 0
    }
  }
}
