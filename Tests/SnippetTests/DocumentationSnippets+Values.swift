// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The examples of the documentation comments of tables, arrays and teams.
extension DocumentationSnippets {
  static func namedColumns() throws -> Table {
    let table = try Table([
      .numbers([5.1, nil, 6.3], name: "petal length"),
      .categories(["setosa", "setosa", "virginica"], name: "species"),
    ])
    print(table.rowCount, table.columns[0].number(inRow: 1) as Any)  // 3 nil
    return table
  }

  static func dates() -> Table.Column {
    let joined = Table.Column.dates(secondsSince1970: [1_709_251_200, nil], name: "joined")
    print(joined.text(inRow: 0) ?? "")  // 2024-03-01
    return joined
  }

  static func features() throws -> Features {
    let points = try Features.floats(Matrix([[0, 0.5], [1, 0.25]]))
    print(points.rowCount, points.row(1))  // 2 [1.0, 0.25]
    return points
  }

  static func sparseMatrix() throws -> SparseMatrix {
    // [[0, 2, 0], [0, 0, 0], [1, 0, 4]]
    let words = try SparseMatrix(
      columnCount: 3, rowOffsets: [0, 1, 1, 3], columns: [1, 0, 2], values: [2, 1, 4])
    print(words.row(2))  // [1.0, 0.0, 4.0]
    return words
  }

  static func teamwork(_ logits: Matrix) throws -> Matrix {
    let team = try WorkerTeam(threads: 2)
    let probabilities = logits.softmax(on: team)
    return probabilities
  }

  static func cached() throws -> DatasetSplit {
    let fashion = try RemoteDataset.fashionMNIST.load(cache: DataCache(folder: "/scratch/softmax"))
    return fashion
  }

  static func predictedTable(_ predictor: Predictor) throws {
    let table = try Table([.numbers([5.1], name: "length"), .numbers([1.4], name: "width")])
    for prediction in try predictor.predictions(for: table) { print(prediction.label) }
  }

  // In the current folder.
  static func array() throws {
    try NPYArray(shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]).write(to: "x.npy")
    let array = try NPYArray.read("x.npy")
    print(array.shape, array.type, try array.floats())  // [2, 3] float32 [1.0, 2.0, 3.0, ...]
  }

  static func archive() throws {
    let x = try NPYArray(shape: [2, 2], floats: [0, 1, 1, 0])
    try NPZArchive.write([("x", x)], to: "arrays.npz")
    let archive = try NPZArchive("arrays.npz")
    print(archive.names, try archive.array("x").shape)  // ["x"] [2, 2]
  }
}
