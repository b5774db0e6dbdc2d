// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory that a plan allocates up front, so that a training step allocates nothing.
///
/// Every allocation is aligned to a cache line, zeroed unless it is a copy, and freed with the arena.
/// Views do not retain the arena: they are valid only as long as it lives, so the owner of a view must
/// also keep the arena. The conformance to `Sendable` is unchecked, because the plan decides which worker
/// writes which memory between two barriers; the arena does not prevent data races.
@safe
package final class Arena: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []
  private var free = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var nextBlock = 1 << 16
  private var objects: [AnyObject] = []

  // The size of a huge page in bytes. Blocks of at least this size are placed in huge pages.
  private static let hugePage = 1 << 21

  package init() {}

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  /// Allocates a matrix of zeros whose rows begin at multiples of 16 floats; the padding is zero too.
  ///
  /// Long rows are an odd number of cache lines apart. With a distance of a large power of two, the
  /// elements of a column would all fall into the same few sets of the cache.
  package func matrix(rowCount: Int, columnCount: Int) -> MatrixView {
    let padded = (columnCount + 15) / 16 * 16
    let stride = padded >= 128 && padded % 32 == 0 ? padded + 16 : padded
    let base = unsafe allocate(rowCount * stride, of: Float.self)
    return unsafe MatrixView(
      base: base, rowCount: rowCount, columnCount: columnCount, stride: stride,
      padding: padded - columnCount)
  }

  /// Allocates a row that holds the given values followed by zeros.
  package func row(_ values: [Float], count: Int) -> MatrixView {
    let view = matrix(rowCount: 1, columnCount: count)
    for (column, value) in values.enumerated() { view[0, column] = value }
    return view
  }

  /// Allocates a vector of zeros.
  package func vector<Element: ArenaElement>(
    count: Int, of type: Element.Type = Element.self
  ) -> VectorView<Element> {
    unsafe VectorView(base: allocate(count, of: type), count: count)
  }

  /// Copies an array into the arena, so that a training step can read it without reference counting.
  package func vector<Element: BitwiseCopyable>(copying elements: [Element]) -> VectorView<Element>
  {
    let base = unsafe reserve(elements.count, of: Element.self)
    // One call for all elements: a generic loop over the elements would allocate for each of them.
    unsafe elements.withUnsafeBufferPointer { elements in
      guard let first = elements.baseAddress else { return }
      unsafe base.initialize(from: first, count: elements.count)
    }
    return unsafe VectorView(base: base, count: elements.count)
  }

  /// Retains an object as long as the arena lives, so that a step can use it without reference counting.
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

  // Blocks grow by a factor of 8 up to the size of a huge page. A small plan therefore needs little
  // memory, and the memory of a large plan consists of huge pages.
  private func addBlock(of size: Int) {
    let isHuge = max(size, nextBlock) >= Arena.hugePage
    let unit = isHuge ? Arena.hugePage : 64
    let count = (max(size, nextBlock) + unit - 1) / unit * unit
    let block = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: unit)
    #if os(Linux)
      // The result is ignored: without huge pages the memory is only slower.
      if isHuge { _ = unsafe madvise(block, count, Int32(MADV_HUGEPAGE)) }
    #endif
    unsafe blocks.append(block)
    unsafe free = UnsafeMutableRawBufferPointer(start: block, count: count)
    nextBlock = min(nextBlock * 8, Arena.hugePage)
  }
}

/// A reference to an object that an arena retains, without reference counting.
///
/// It is valid only as long as the arena lives.
@safe
package struct KeptObject<Object: AnyObject & Sendable>: @unchecked Sendable, BitwiseCopyable {
  fileprivate let pointer: UnsafeRawPointer

  /// Calls `body` with the object.
  package func use<Result>(_ body: (Object) -> Result) -> Result {
    unsafe Unmanaged<Object>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
  }
}

/// A matrix of floats in memory that the view does not own, such as a part of an arena's matrix.
///
/// A view is a pointer with a shape. Copies refer to the same memory, and the view does not keep the
/// memory alive. Subscripts check their bounds.
@safe
package struct MatrixView: @unchecked Sendable, BitwiseCopyable {
  let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  let stride: Int
  /// The number of columns of zeros after the last column, up to a multiple of 16.
  ///
  /// Products may include them, so that they need not treat the last vector of a row separately.
  let padding: Int

  /// The address of the first element, for custom layers.
  @unsafe package var address: UnsafeMutablePointer<Float> { unsafe base }
  /// The distance between two rows, in elements.
  package var rowStride: Int { stride }

  /// The number of columns including the padding.
  package var paddedColumnCount: Int { columnCount + padding }

  /// Returns a view of a range of rows.
  package func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "no such rows")
    return unsafe MatrixView(
      base: base + range.lowerBound * stride, rowCount: range.count, columnCount: columnCount,
      stride: stride, padding: padding)
  }

  /// Returns a view of a range of columns.
  package func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columnCount, "no such columns")
    return unsafe MatrixView(
      base: base + range.lowerBound, rowCount: rowCount, columnCount: range.count, stride: stride,
      padding: range.upperBound == columnCount ? padding : 0)
  }

  /// Sets the padding to zero.
  ///
  /// A product also computes the padding of its result, from the zeros in the padding of the weights. It
  /// becomes NaN if an input is infinite, because 0 times infinity is NaN.
  package func clearPadding() {
    guard padding > 0 else { return }
    for row in 0..<rowCount {
      unsafe (base + row * stride + columnCount).update(repeating: 0, count: padding)
    }
  }

  /// The element in a row and a column.
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

  /// Copies the elements of a matrix, or of its transpose, which must have the same shape.
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

  /// Copies the transpose of a range of rows of a matrix.
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

  /// Copies the transpose of the view to a range of rows of a matrix.
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

  /// Copies a range of columns of a matrix.
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

  /// Copies the elements to a range of columns of a matrix.
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

  /// Sets every element to a value; the padding does not change.
  package func fill(_ value: Float) {
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(repeating: value, count: columnCount)
    }
  }

  /// Copies the elements of another view of the same shape.
  package func assign(_ other: MatrixView) {
    precondition(other.rowCount == rowCount && other.columnCount == columnCount, "shapes differ")
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(from: other.base + row * other.stride, count: columnCount)
    }
  }

  /// Returns a copy of the elements as a matrix, transposed on request.
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

/// The types of the elements of an arena's vectors.
package protocol ArenaElement: BitwiseCopyable, ExpressibleByIntegerLiteral {}
extension Double: ArenaElement {}
extension Float: ArenaElement {}
extension Int32: ArenaElement {}
extension Int64: ArenaElement {}

/// A vector in memory that the view does not own, such as a vector of an arena.
///
/// Copies refer to the same memory, and the view does not keep the memory alive. Subscripts check their
/// bounds.
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

  /// Copies the elements of another vector at the given indices to the beginning of this one.
  package func gather(_ source: VectorView<Element>, at places: VectorView<Int64>) {
    precondition(places.count <= count, "more places than room")
    for index in 0..<places.count {
      let place = unsafe Int(places.base[index])
      precondition(place >= 0 && place < source.count, "no such element")
      unsafe base[index] = source.base[place]
    }
  }

  /// Returns a copy of all elements.
  package func elements() -> [Element] { (0..<count).map { self[$0] } }

  /// Returns a view of a range of elements.
  package func elements(_ range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such elements")
    return unsafe VectorView(base: base + range.lowerBound, count: range.count)
  }
}

extension VectorView<Int64> {
  /// Copies numbers to the beginning of the vector; there must not be more than `count`.
  package func assign(_ numbers: [Int]) {
    precondition(numbers.count <= count, "more numbers than room")
    for (index, number) in numbers.enumerated() { unsafe base[index] = Int64(number) }
  }
}
