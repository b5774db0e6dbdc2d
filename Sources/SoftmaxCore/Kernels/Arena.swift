// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory that a plan sets aside up front: aligned to cache lines, zeroed, freed with the arena.
///
/// The views stay valid as long as the arena lives; whoever holds a view holds the arena too.
/// Which worker writes what between two barriers is the plan's business, hence the unchecked
/// conformance.
@safe
package final class Arena: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []
  private var free = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var nextBlock = 1 << 16
  private var objects: [AnyObject] = []

  // What a huge page holds; of blocks that large the system is asked for one.
  private static let hugePage = 1 << 21

  package init() {}

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  /// A matrix of zeros whose rows begin on multiples of 16 floats; the gaps are zero too.
  ///
  /// Long rows lie an odd number of cache lines apart: at a large power of two a column's elements
  /// would all fall into the same few sets of the cache.
  package func matrix(rowCount: Int, columnCount: Int) -> MatrixView {
    let padded = (columnCount + 15) / 16 * 16
    let stride = padded >= 128 && padded % 32 == 0 ? padded + 16 : padded
    let base = unsafe allocate(rowCount * stride, of: Float.self)
    return unsafe MatrixView(
      base: base, rowCount: rowCount, columnCount: columnCount, stride: stride,
      padding: padded - columnCount)
  }

  /// A row of zeros.
  package func vector<Element: ArenaElement>(
    count: Int, of type: Element.Type = Element.self
  ) -> VectorView<Element> {
    unsafe VectorView(base: allocate(count, of: type), count: count)
  }

  /// A copy of some plain values: reading one from a plan's step counts no references.
  package func vector<Element: BitwiseCopyable>(copying elements: [Element]) -> VectorView<Element>
  {
    let base = unsafe reserve(elements.count, of: Element.self)
    // At once: element by element the generic form would ask for memory for each of them.
    unsafe elements.withUnsafeBufferPointer { elements in
      guard let first = elements.baseAddress else { return }
      unsafe base.initialize(from: first, count: elements.count)
    }
    return unsafe VectorView(base: base, count: elements.count)
  }

  /// Keeps an object as long as the arena: a step that uses it counts no references.
  package func keep<Object: AnyObject & Sendable>(_ object: Object) -> KeptObject<Object> {
    objects.append(object)
    return unsafe KeptObject(pointer: Unmanaged.passUnretained(object).toOpaque())
  }

  private func allocate<Element: ArenaElement>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    let base = unsafe reserve(count, of: type)
    unsafe base.initialize(repeating: 0, count: count)
    return unsafe base
  }

  private func reserve<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    let size = (max(count, 1) * MemoryLayout<Element>.stride + 63) / 64 * 64
    if unsafe free.count < size { addBlock(of: size) }
    guard let base = unsafe free.baseAddress else { preconditionFailure("a block has an address") }
    unsafe free = UnsafeMutableRawBufferPointer(rebasing: free[size...])
    return unsafe base.bindMemory(to: type, capacity: count)
  }

  // Blocks grow, so that a small plan stays small and a large one lies in huge pages.
  private func addBlock(of size: Int) {
    let isHuge = max(size, nextBlock) >= Arena.hugePage
    let unit = isHuge ? Arena.hugePage : 64
    let count = (max(size, nextBlock) + unit - 1) / unit * unit
    let block = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: unit)
    #if os(Linux)
      // Without huge pages the same memory is only slower.
      if isHuge { _ = unsafe madvise(block, count, Int32(MADV_HUGEPAGE)) }
    #endif
    unsafe blocks.append(block)
    unsafe free = UnsafeMutableRawBufferPointer(start: block, count: count)
    nextBlock = min(nextBlock * 8, Arena.hugePage)
  }
}

/// An object that an arena keeps.
@safe
package struct KeptObject<Object: AnyObject & Sendable>: @unchecked Sendable, BitwiseCopyable {
  fileprivate let pointer: UnsafeRawPointer

  /// Calls `body` with the object.
  package func use<Result>(_ body: (Object) -> Result) -> Result {
    unsafe Unmanaged<Object>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
  }
}

/// A matrix of floats in an arena, or some of its rows and columns.
@safe
package struct MatrixView: @unchecked Sendable, BitwiseCopyable {
  let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  let stride: Int
  /// The zero columns behind the last, up to a multiple of 16, which products may run over.
  let padding: Int

  /// Where the elements lie, for a user's own layer.
  @unsafe package var address: UnsafeMutablePointer<Float> { unsafe base }
  /// From a row to the next, in elements.
  package var rowStride: Int { stride }

  /// The number of columns with the padding.
  package var paddedColumnCount: Int { columnCount + padding }

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

  /// Makes the padding zero again: a product runs over it, and 0 times an infinite input is NaN.
  package func clearPadding() {
    guard padding > 0 else { return }
    for row in 0..<rowCount {
      unsafe (base + row * stride + columnCount).update(repeating: 0, count: padding)
    }
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

  /// Takes the transpose of some rows of a matrix.
  package func assign(_ matrix: Matrix, transposedRows rows: Range<Int>) {
    precondition(
      rows.count == columnCount && matrix.columnCount == rowCount
        && rows.upperBound <= matrix.rowCount, "the shapes differ")
    for (column, row) in rows.enumerated() {
      for place in 0..<rowCount {
        unsafe base[place * stride + column] = matrix.elements[row * rowCount + place]
      }
    }
  }

  /// Hands its transpose to some rows of a matrix.
  package func copy(transposedTo matrix: inout Matrix, rows: Range<Int>) {
    precondition(
      rows.count == columnCount && matrix.columnCount == rowCount
        && rows.upperBound <= matrix.rowCount, "the shapes differ")
    for (column, row) in rows.enumerated() {
      for place in 0..<rowCount {
        matrix.elements[row * rowCount + place] = unsafe base[place * stride + column]
      }
    }
  }

  /// Takes some columns of a matrix.
  package func assign(_ matrix: Matrix, columns: Range<Int>) {
    precondition(
      columns.count == columnCount && matrix.rowCount == rowCount
        && columns.upperBound <= matrix.columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for (place, column) in columns.enumerated() {
        unsafe base[row * stride + place] = matrix.elements[row * matrix.columnCount + column]
      }
    }
  }

  /// Hands its elements to some columns of a matrix.
  package func copy(to matrix: inout Matrix, columns: Range<Int>) {
    precondition(
      columns.count == columnCount && matrix.rowCount == rowCount
        && columns.upperBound <= matrix.columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for (place, column) in columns.enumerated() {
        matrix.elements[row * matrix.columnCount + column] = unsafe base[row * stride + place]
      }
    }
  }

  /// Makes every element a value; the padding stays as it is.
  package func fill(_ value: Float) {
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(repeating: value, count: columnCount)
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
package struct VectorView<Element: BitwiseCopyable>: @unchecked Sendable, BitwiseCopyable {
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

  /// Takes the elements of another row at some places.
  package func gather(_ source: VectorView<Element>, at places: VectorView<Int64>) {
    precondition(places.count <= count, "more places than room")
    for index in 0..<places.count {
      let place = unsafe Int(places.base[index])
      precondition(place >= 0 && place < source.count, "no such element")
      unsafe base[index] = source.base[place]
    }
  }

  /// All elements, in an array.
  package func elements() -> [Element] { (0..<count).map { self[$0] } }

  /// Some of the elements.
  package func elements(_ range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such elements")
    return unsafe VectorView(base: base + range.lowerBound, count: range.count)
  }
}

extension VectorView<Int64> {
  /// Takes numbers, as many as there are at most.
  package func assign(_ numbers: [Int]) {
    precondition(numbers.count <= count, "more numbers than room")
    for (index, number) in numbers.enumerated() { unsafe base[index] = Int64(number) }
  }
}
