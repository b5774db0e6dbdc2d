// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct EqualColumnsTests {
  /// Returns a matrix from its columns.
  private func matrix(_ columns: [[Float]]) throws -> SparseMatrix {
    var (indices, values, offsets) = ([Int32](), [Float](), [0])
    for row in columns[0].indices {
      for (column, elements) in columns.enumerated() where elements[row] != 0 {
        indices.append(Int32(column))
        values.append(elements[row])
      }
      offsets.append(values.count)
    }
    return try SparseMatrix(
      columnCount: columns.count, rowOffsets: offsets, columns: indices, values: values)
  }

  @Test func aColumnIsNamedByTheFirstOneWithTheSameEntries() throws {
    let a: [Float] = [1, 0, 2]
    let b: [Float] = [0, 3, 0]
    let columns = try matrix([a, b, a, [0, 0, 0], b, a, [1, 0, 0], [1, 0, 3], [0, 1, 2]])
    #expect(columns.firstEqualColumns == [0, 1, 0, -1, 1, 0, 6, 7, 8])
  }

  @Test func theFirstEqualOfManyColumnsIsTheFirstOfTheirValues() throws {
    // Each of 16 columns by 4 binary digits, three times in another order.
    let columns = (0..<48).map { index in (0..<4).map { Float((index * 7 % 16) >> $0 & 1) } }
    let expected = columns.map { column in
      column.allSatisfy { $0 == 0 } ? -1 : Int32(columns.firstIndex(of: column) ?? -1)
    }
    #expect(try matrix(columns).firstEqualColumns == expected)
  }
}
