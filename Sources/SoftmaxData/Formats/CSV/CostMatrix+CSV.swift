// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
public import SoftmaxModels

extension CostMatrix {
  /// Reads costs from a table: a column for each decision, named in the first line, and a row for each true class, named in
  /// the first column, in any order.
  ///
  /// - Parameters:
  ///   - path: the file; cells are separated by commas, semicolons or tabs.
  ///   - classNames: the names of the classes.
  /// - Throws: the errors of reading a table; `invalidData` unless each class has one row; the errors of
  ///   a matrix of other costs.
  public init(csv path: String, classNames: [String]) throws(SoftmaxError) {
    let table = try Table(csv: path, as: CSVFormat(hasHeader: true, columnTypes: ["1": .category]))
    func failure(_ message: String) -> SoftmaxError {
      SoftmaxError(
        .invalidData, message,
        remedy:
          "write a first line with the names of the decisions, and a line with the name of each class and its costs",
        at: .file(path: path, offset: nil))
    }
    guard table.columns.count >= 2 else { throw failure("has no columns of costs") }
    var rows: [String: Int] = [:]
    for row in 0..<table.rowCount {
      let name = table.columns[0].text(inRow: row)
      guard let name, classNames.contains(name) else {
        throw failure("has a row of \(name?.debugDescription ?? "no name"), which is no class")
      }
      guard rows.updateValue(row, forKey: name) == nil else {
        throw failure("has two rows of the class \(name.debugDescription)")
      }
    }
    let costs = try classNames.map { name throws(SoftmaxError) in
      guard let row = rows[name] else {
        throw failure("has no row of the class \(name.debugDescription)")
      }
      return try table.columns.dropFirst().map { column throws(SoftmaxError) -> Double in
        // The last column may be read as names, since it is that of the classes in other tables.
        let text = column.text(inRow: row)?.replacing(",", with: ".")
        guard let cost = column.number(inRow: row) ?? text.flatMap({ Double($0) }), cost.isFinite
        else {
          throw failure("has a cost that is no number, in the row of \(name.debugDescription)")
        }
        return cost
      }
    }
    let decisions = table.columns.dropFirst().enumerated().map { place, column in
      column.name ?? "decision \(place + 1)"
    }
    try self.init(costs, decisions: decisions)
  }
}
