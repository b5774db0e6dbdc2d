// SPDX-License-Identifier: Apache-2.0

/// Memory that a plan sets aside up front: aligned to cache lines, zeroed, freed with the arena.
///
/// The views stay valid as long as the arena lives; whoever holds a view holds the arena too.
/// Which worker writes what between two barriers is the plan's business, hence the unchecked
/// conformance.
@safe
package final class Arena: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  package init() {}

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  /// A matrix of zeros whose rows begin on multiples of 16 floats; the gaps are zero too.
  package func matrix(rowCount: Int, columnCount: Int) -> MatrixView {
    let stride = (columnCount + 15) / 16 * 16
    let base = unsafe allocate(rowCount * stride, of: Float.self)
    return unsafe MatrixView(
      base: base, rowCount: rowCount, columnCount: columnCount, stride: stride,
      padding: stride - columnCount)
  }

  /// A row of zeros.
  package func vector<Element: ArenaElement>(
    count: Int, of type: Element.Type = Element.self
  ) -> VectorView<Element> {
    unsafe VectorView(base: allocate(count, of: type), count: count)
  }

  private func allocate<Element: ArenaElement>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    let block = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64)
    unsafe blocks.append(block)
    let typed = unsafe block.bindMemory(to: type, capacity: count)
    unsafe typed.initialize(repeating: 0, count: count)
    return unsafe typed
  }
}

/// A matrix of floats in an arena, or some of its rows and columns.
@safe
package struct MatrixView: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  let stride: Int
  /// The zero columns behind the last, up to a multiple of 16, which products may run over.
  let padding: Int

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "no such rows")
    return unsafe MatrixView(
      base: base + range.lowerBound * stride, rowCount: range.count, columnCount: columnCount,
      stride: stride, padding: padding)
  }

  /// Some of the columns.
  package func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columnCount, "no such columns")
    return unsafe MatrixView(
      base: base + range.lowerBound, rowCount: rowCount, columnCount: range.count, stride: stride,
      padding: range.upperBound == columnCount ? padding : 0)
  }

  /// One element.
  package subscript(row: Int, column: Int) -> Float {
    get {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      return unsafe base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      unsafe base[row * stride + column] = newValue
    }
  }

  /// Takes the elements of a matrix of the same shape, or of its transpose.
  package func assign(_ matrix: Matrix, transposed: Bool = false) {
    let (rows, columns) =
      transposed
      ? (matrix.columnCount, matrix.rowCount) : (matrix.rowCount, matrix.columnCount)
    precondition(rows == rowCount && columns == columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        unsafe base[row * stride + column] =
          matrix.elements[transposed ? column * rowCount + row : row * columnCount + column]
      }
    }
  }

  /// Takes the elements of another view of the same shape.
  package func assign(_ other: MatrixView) {
    precondition(other.rowCount == rowCount && other.columnCount == columnCount, "shapes differ")
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(from: other.base + row * other.stride, count: columnCount)
    }
  }

  /// The elements as a matrix of its own, or as the transpose of one.
  package func matrix(transposed: Bool = false) -> Matrix {
    var result =
      transposed
      ? Matrix(rowCount: columnCount, columnCount: rowCount)
      : Matrix(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result.elements[transposed ? column * rowCount + row : row * columnCount + column] =
          unsafe base[row * stride + column]
      }
    }
    return result
  }
}

/// What an arena holds beside matrices.
package protocol ArenaElement: BitwiseCopyable, ExpressibleByIntegerLiteral {}
extension Double: ArenaElement {}
extension Float: ArenaElement {}
extension Int32: ArenaElement {}
extension Int64: ArenaElement {}

/// A row of numbers in an arena.
@safe
package struct VectorView<Element: ArenaElement>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  package let count: Int

  package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Some of the elements.
  package func elements(_ range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such elements")
    return unsafe VectorView(base: base + range.lowerBound, count: range.count)
  }
}
