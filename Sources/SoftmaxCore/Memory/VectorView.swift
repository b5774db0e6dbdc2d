// SPDX-License-Identifier: Apache-2.0

/// A vector in memory that the view does not own, such as a vector of an arena.
///
/// Copies refer to the same memory, and the view does not keep the memory alive. Subscripts check their
/// bounds.
@safe
package struct VectorView<Element: BitwiseCopyable>: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  package let count: Int

  @inlinable
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

  /// Copies the elements of another vector, which has as many.
  package func assign(_ other: VectorView) {
    precondition(other.count == count, "as many elements")
    unsafe base.update(from: other.base, count: count)
  }

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
