// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// Random numbers that are a function of (seed, purpose, epoch, index).
///
/// Nobody's turn changes anybody's numbers: the initial weights, the order of an
/// epoch's samples and whatever else is drawn depend on their own key alone, not
/// on threads or on what was drawn before. The function is Philox4x32-10.
///
/// ```swift
/// let generator = CounterBasedGenerator(seed: 42, purpose: .shuffle, epoch: 3)
/// let order = generator.permutation(of: 60_000)
/// ```
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
/// 3", SC 2011.
public struct CounterBasedGenerator: RandomNumberGenerator, Sendable, Hashable {
  /// What the numbers are for; two purposes share none.
  public struct Purpose: Hashable, Sendable {
    let value: UInt32
    /// Whatever the caller draws.
    public static let user = Purpose(value: 0)
    /// The initial weights of a layer; the epoch is the layer's index.
    public static let initialization = Purpose(value: 1)
    /// The order of the samples in an epoch.
    public static let shuffle = Purpose(value: 2)
    /// What dropout leaves; the epoch is the number of the step.
    static let dropout = Purpose(value: 3)
    /// The rows of a built-in table that are held back; the epoch is the index of the class.
    package static let heldBackRows = Purpose(value: 16)
    /// Which samples are held back for validation; the epoch is the class' index.
    public static let validationSplit = Purpose(value: 17)
  }

  private let key: (UInt32, UInt32)
  private let stream: (UInt32, UInt32)
  private var position: UInt64 = 0

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - seed: what makes one run differ from another.
  ///   - purpose: what the numbers are for.
  ///   - epoch: a number of 32 bits that tells passes or layers apart.
  public init(seed: UInt64, purpose: Purpose = .user, epoch: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    stream = (UInt32(truncatingIfNeeded: epoch), purpose.value)
  }

  /// The 64 random bits at an index.
  public func bits(at index: UInt64) -> UInt64 {
    let (first, second) = block(index >> 1)
    return index & 1 == 0 ? first : second
  }

  /// The number at an index, uniform over the multiples of 2^-24 in 0..<1.
  public func uniform(at index: UInt64) -> Float {
    Float(bits(at: index) >> 40) * 0x1p-24
  }

  /// The next 64 random bits, so that the generator can be handed to the standard library.
  public mutating func next() -> UInt64 {
    defer { position &+= 1 }
    return bits(at: position)
  }

  /// A random order of 0..<count (Fisher and Yates).
  ///
  /// - Complexity: O(count).
  /// - Precondition: `count` is not negative.
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    let draws = bits(inFirst: count)
    unsafe order.withUnsafeMutableBufferPointer { order in
      for index in 1..<count {
        // Of the product's 128 bits the upper half is uniform over 0...index, but for 2^-64.
        let place = Int(draws[index].multipliedFullWidth(by: UInt64(index) + 1).high)
        unsafe order.swapAt(index, place)
      }
    }
    return order
  }

  // The bits at the indices 0..<count.
  private func bits(inFirst count: Int) -> [UInt64] {
    unsafe Array(unsafeUninitializedCapacity: count + 1) { buffer, initializedCount in
      unsafe Kernels.best.table.pointee.philox(
        (count + 1) / 2, key.0, key.1, stream.0, stream.1, buffer.baseAddress)
      initializedCount = count
    }
  }

  private func block(_ counter: UInt64) -> (UInt64, UInt64) {
    var c = (
      UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), stream.0,
      stream.1
    )
    var k = key
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) &* UInt64(c.0)
      let b = UInt64(0xCD9E_8D57) &* UInt64(c.2)
      c = (
        UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
      )
      k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return (UInt64(c.1) << 32 | UInt64(c.0), UInt64(c.3) << 32 | UInt64(c.2))
  }

  /// Whether two generators give the same numbers from here on.
  public static func == (a: Self, b: Self) -> Bool {
    a.key == b.key && a.stream == b.stream && a.position == b.position
  }

  /// Feeds the key and the position into a hasher.
  public func hash(into hasher: inout Hasher) {
    for word in [key.0, key.1, stream.0, stream.1] { hasher.combine(word) }
    hasher.combine(position)
  }
}
