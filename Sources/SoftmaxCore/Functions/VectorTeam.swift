// SPDX-License-Identifier: Apache-2.0

/// Arithmetic on vectors as long as the parameters, by a team of threads.
///
/// A vector is cut into slices of 8,192 elements. The terms of a sum are added in ascending order within a
/// slice, then the slices in their order, so the bits do not depend on the number of threads.
package struct VectorTeam {
  private let team: WorkerTeam

  package init(team: WorkerTeam) { self.team = team }

  private static let lengthOfSlice = 1 << 13

  /// Returns the scalar product of two vectors.
  package func product(_ a: [Double], _ b: [Double]) -> Double { sum(of: a, times: b) }

  package func product(_ a: [Float], _ b: [Double]) -> Double { sum(of: a, times: b) }

  package func product(_ a: [Float], _ b: [Float]) -> Double { sum(of: a, times: b) }

  private func sum<A: BinaryFloatingPoint & Sendable, B: BinaryFloatingPoint & Sendable>(
    of a: [A], times b: [B]
  ) -> Double {
    var sums = [Double](repeating: 0, count: max(1, Self.sliceCount(of: a.count)))
    sums.withVectorView { sums in
      guard let sums else { return }
      forEachSlice(of: a.count) { slice, range in
        var sum = 0.0
        for index in range { sum += Double(a[index]) * Double(b[index]) }
        sums[slice] = sum
      }
    }
    return sums.reduce(0, +)
  }

  /// Copies a vector into the memory of another, which an assignment would allocate anew.
  package func copy(_ b: [Double], to a: inout [Double]) {
    a.withVectorView { a in
      guard let a else { return }
      forEachSlice(of: a.count) { _, range in
        for index in range { a[index] = b[index] }
      }
    }
  }

  /// Adds a multiple of a vector to another.
  package func add(_ b: [Double], times factor: Double, to a: inout [Double]) {
    add(product: b, factor, to: &a)
  }

  package func add(_ b: [Float], times factor: Double, to a: inout [Double]) {
    add(product: b, factor, to: &a)
  }

  private func add<B: BinaryFloatingPoint & Sendable>(
    product b: [B], _ factor: Double, to a: inout [Double]
  ) {
    a.withVectorView { a in
      guard let a else { return }
      forEachSlice(of: a.count) { _, range in
        for index in range { a[index] += factor * Double(b[index]) }
      }
    }
  }

  /// Replaces a vector by another plus a multiple of itself.
  package func scale(_ a: inout [Double], by factor: Double, adding b: [Double]) {
    a.withVectorView { a in
      guard let a else { return }
      forEachSlice(of: a.count) { _, range in
        for index in range { a[index] = b[index] + factor * a[index] }
      }
    }
  }

  /// Multiplies a vector by a number.
  package func scale(_ a: inout [Double], by factor: Double) {
    a.withVectorView { a in
      guard let a else { return }
      forEachSlice(of: a.count) { _, range in
        for index in range { a[index] *= factor }
      }
    }
  }

  /// Replaces a vector by `start` plus a multiple of `direction`, each element rounded by `round`.
  package func move(
    _ a: inout [Double], to start: [Double], plus direction: [Double], times factor: Double,
    rounding round: @escaping @Sendable (Double) -> Double
  ) {
    a.withVectorView { a in
      guard let a else { return }
      forEachSlice(of: a.count) { _, range in
        for index in range { a[index] = round(start[index] + factor * direction[index]) }
      }
    }
  }

  private static func sliceCount(of count: Int) -> Int {
    (count + lengthOfSlice - 1) / lengthOfSlice
  }

  /// Calls `body` with the number and the range of each slice of a vector, on one of the workers.
  private func forEachSlice(of count: Int, _ body: @escaping @Sendable (Int, Range<Int>) -> Void) {
    let sliceCount = Self.sliceCount(of: count)
    guard sliceCount > 1 else { return body(0, 0..<count) }
    team.run { worker in
      for slice in worker.share(of: sliceCount) {
        let first = slice * Self.lengthOfSlice
        body(slice, first..<min(first + Self.lengthOfSlice, count))
      }
    }
  }
}
