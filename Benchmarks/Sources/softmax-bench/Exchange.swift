// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// A folder in which a worker leaves numbers for the other side: float32 and uint32, little-endian.
struct Exchange {
  private let folder: URL

  /// The folder that `folder=` names.
  init(_ settings: Settings) throws {
    folder = URL(fileURLWithPath: try settings.text("folder"))
  }

  /// Writes `name`.f32.
  func write(_ numbers: [Float], to name: String) throws {
    try write(numbers.map(\.bitPattern), file: name + ".f32")
  }

  /// Writes `name`.u32.
  func write(_ numbers: [Int], to name: String) throws {
    try write(numbers.map { UInt32($0) }, file: name + ".u32")
  }

  private func write(_ words: [UInt32], file: String) throws {
    let data = unsafe words.map(\.littleEndian).withUnsafeBytes { unsafe Data($0) }
    try data.write(to: folder.appendingPathComponent(file))
  }
}

/// Numbers that look random and are the same in every run, uniform in `range`.
func uniformNumbers(count: Int, in range: ClosedRange<Float>, seed: UInt64 = 1) -> [Float] {
  let generator = CounterBasedGenerator(seed: seed)
  let width = range.upperBound - range.lowerBound
  return (0..<count).map { range.lowerBound + width * generator.uniform(at: UInt64($0)) }
}
