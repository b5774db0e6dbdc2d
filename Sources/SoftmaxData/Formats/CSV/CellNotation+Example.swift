// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension CellNotation.DateOrder {
  /// The order with day and month exchanged.
  var other: CellNotation.DateOrder {
    switch self {
    case .yearFirst: .yearFirst
    case .dayFirst: .monthFirst
    case .monthFirst: .dayFirst
    }
  }
}

extension CellNotation {
  /// What a cell holds, for messages, such as `a number like 1,234.5`.
  var example: String {
    switch dateOrder {
    case .yearFirst: return "a date like 2024-03-31"
    case .dayFirst: return "a date like 31/03/2024"
    case .monthFirst: return "a date like 03/31/2024"
    case nil: break
    }
    let separator =
      switch thousands {
      case .comma: ","
      case .point: "."
      case .space: " "
      case .apostrophe: "'"
      case nil: ""
      }
    let mark = decimalMark == .comma ? "," : "."
    let isRate = isPercent == true
    let digits = isRate ? "12\(mark)5%" : "1\(separator)234\(mark)5"
    return "\(isRate ? "a percentage" : "a number") like \(currency ?? "")\(digits)"
  }
}
