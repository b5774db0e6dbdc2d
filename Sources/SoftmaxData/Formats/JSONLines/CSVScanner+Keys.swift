// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension CSVScanner {
  /// Takes the columns of JSON lines that are known before the first line is read.
  ///
  /// - Parameters:
  ///   - columns: those of all lines; nil if they were not read yet.
  ///   - schema: the table of a model. What may be missing there need not be among the first lines.
  func take(_ columns: JSONColumns?, _ schema: TableSchema?) throws(SoftmaxError) {
    guard isOfObjects else { return }
    var known = columns ?? JSONColumns()
    for feature in schema?.features ?? [] where feature.hasGaps {
      guard let name = feature.name else { continue }
      do throws(JSONFault) {
        try known.column(name)
      } catch {
        throw SoftmaxError(
          .unsupported, error.message, remedy: error.remedy, at: .file(path: path, offset: nil))
      }
    }
    keys = known
  }
}
