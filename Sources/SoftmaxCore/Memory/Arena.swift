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
  private var mappings: [UnsafeMutableRawBufferPointer] = unsafe []
  private var free = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  // Whether the free memory is that of a mapping, which the system has zeroed.
  private var isZero = false
  private var nextBlock = 1 << 16
  private var objects: [AnyObject] = []

  // The size of a huge page in bytes. Blocks of at least this size are placed in huge pages.
  private static let hugePage = 1 << 21

  package init() {}

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
    unsafe mappings.forEach { unsafe _ = munmap($0.baseAddress, $0.count) }
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
    if !isZero { unsafe base.initialize(repeating: 0, count: count) }
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
  // memory, and the memory of a large plan consists of huge pages, which the threads that write them first
  // have zeroed at the same time.
  private func addBlock(of size: Int) {
    let count = max(size, nextBlock)
    nextBlock = min(nextBlock * 8, Arena.hugePage)
    isZero = count >= Arena.hugePage && map(count)
    guard !isZero else { return }
    let block = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    unsafe blocks.append(block)
    unsafe free = UnsafeMutableRawBufferPointer(start: block, count: count)
  }

  /// Maps memory in huge pages; returns false if the system refuses.
  private func map(_ size: Int) -> Bool {
    let count = (size + Arena.hugePage - 1) / Arena.hugePage * Arena.hugePage
    let mapped = count + Arena.hugePage
    let address = unsafe mmap(
      nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return false }
    unsafe mappings.append(UnsafeMutableRawBufferPointer(start: address, count: mapped))
    let base = unsafe address.alignedUp(toMultipleOf: Arena.hugePage)
    #if os(Linux)
      // The result is ignored: without huge pages the memory is only slower.
      _ = unsafe madvise(base, count, Int32(MADV_HUGEPAGE))
    #endif
    unsafe free = UnsafeMutableRawBufferPointer(start: base, count: count)
    return true
  }
}

/// The types of the elements of an arena's vectors.
package protocol ArenaElement: BitwiseCopyable, ExpressibleByIntegerLiteral {}
extension Double: ArenaElement {}
extension Float: ArenaElement {}
extension Int32: ArenaElement {}
extension UInt16: ArenaElement {}
extension Int64: ArenaElement {}

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
