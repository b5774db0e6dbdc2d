// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// A random number generator whose numbers are a function of (seed, purpose, epoch, index).
///
/// A number does not depend on which numbers were drawn before or on threads. So the initial weights, the
/// order of the samples in an epoch and all other random choices are reproducible independently of each
/// other. The function is Philox4x32-10. Any index takes the same time. The generator is not
/// cryptographically secure.
///
/// ```swift
/// let generator = CounterBasedGenerator(seed: 42, purpose: .shuffle, epoch: 3)
/// let order = generator.permutation(of: 60_000)
/// ```
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
/// 3", SC 2011.
public struct CounterBasedGenerator: RandomNumberGenerator, Sendable, Hashable {
  /// The purpose of random numbers: different purposes use different counters of the generator.
  public struct Purpose: Hashable, Sendable {
    let value: UInt32
    /// Random numbers of the caller.
    public static let user = Purpose(value: 0)
    /// The initial weights of a layer; the epoch is the index of the layer.
    package static let initialization = Purpose(value: 1)
    /// The order of the samples in an epoch.
    public static let shuffle = Purpose(value: 2)
    /// The outputs that dropout keeps; the epoch is the number of the training step.
    static let dropout = Purpose(value: 3)
    /// The test rows of a built-in table; the epoch is the index of the class.
    package static let heldBackRows = Purpose(value: 16)
    /// The samples that are held back for validation; the epoch is the index of the class.
    package static let validationSplit = Purpose(value: 17)
    /// The order in which samples are dealt to the folds of a cross-validation.
    static let folds = Purpose(value: 18)
    /// The rows of a resample; the epoch is its index.
    package static let bootstrap = Purpose(value: 19)
    /// Whether predictions are right if their probabilities are; the epoch is the index of the draw.
    package static let calibrationTest = Purpose(value: 20)
  }

  private let key: (UInt32, UInt32)
  private let stream: (UInt32, UInt32)
  private var position: UInt64 = 0

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - seed: the seed; runs with different seeds have different numbers.
  ///   - purpose: the purpose of the numbers.
  ///   - epoch: a number that distinguishes epochs, layers or classes; only its lower 32 bits are used.
  public init(seed: UInt64, purpose: Purpose = .user, epoch: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    stream = (UInt32(truncatingIfNeeded: epoch), purpose.value)
  }

  /// Returns the 64 random bits at an index.
  public func bits(at index: UInt64) -> UInt64 {
    let (first, second) = block(index >> 1)
    return index & 1 == 0 ? first : second
  }

  /// Returns the number at an index, uniform over the multiples of 2^-24 in 0..<1.
  public func uniform(at index: UInt64) -> Float {
    Float(bits(at: index) >> 40) * 0x1p-24
  }

  /// Returns the next 64 random bits, as the standard library's random functions require.
  ///
  /// The first call returns the bits at index 0.
  public mutating func next() -> UInt64 {
    defer { position &+= 1 }
    return bits(at: position)
  }

  /// Returns a random permutation of 0..<count, by the algorithm of Fisher and Yates.
  ///
  /// - Complexity: O(count).
  /// - Precondition: `count` is not negative.
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    let draws = bits(inFirst: count)
    unsafe order.withUnsafeMutableBufferPointer { order in
      for index in 1..<count {
        // The upper half of the 128-bit product is uniform over 0...index up to a bias of about
        // index / 2^64.
        let place = Int(draws[index].multipliedFullWidth(by: UInt64(index) + 1).high)
        unsafe order.swapAt(index, place)
      }
    }
    return order
  }

  /// Returns the bits at the indices 0..<count, and one more.
  package func bits(inFirst count: Int) -> [UInt64] {
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

  /// Returns whether two generators give the same numbers at every index and have the same position.
  public static func == (a: Self, b: Self) -> Bool {
    a.key == b.key && a.stream == b.stream && a.position == b.position
  }

  /// Hashes the seed, the epoch, the purpose and the position.
  public func hash(into hasher: inout Hasher) {
    for word in [key.0, key.1, stream.0, stream.1] { hasher.combine(word) }
    hasher.combine(position)
  }
}
