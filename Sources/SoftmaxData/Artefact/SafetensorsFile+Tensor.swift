// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension SafetensorsFile {
  /// A named array of numbers with a shape.
  public struct Tensor: Hashable, Sendable {
    /// The numbers in row-major order, in the type that the file has them in.
    enum Elements: Hashable, Sendable {
      case floats([Float])
      case doubles([Double])
    }

    /// The name, unique in its file.
    public let name: String
    /// The extent in each dimension, the slowest first; of a single number it is empty.
    public let shape: [Int]
    let elements: Elements

    /// Creates a tensor of type F32; ``SafetensorsFile/init(tensors:metadata:)`` checks it.
    public init(name: String, shape: [Int], values: [Float]) {
      self.init(name: name, shape: shape, elements: .floats(values))
    }

    /// Creates a tensor of type F64; ``SafetensorsFile/init(tensors:metadata:)`` checks it.
    public init(name: String, shape: [Int], doubles: [Double]) {
      self.init(name: name, shape: shape, elements: .doubles(doubles))
    }

    init(name: String, shape: [Int], elements: Elements) {
      self.name = name
      self.shape = shape
      self.elements = elements
    }

    /// The numbers in row-major order, as many as the product of the shape; those of type F64 are rounded.
    public var values: [Float] {
      switch elements {
      case .floats(let values): values
      case .doubles(let values): values.map { Float($0) }
      }
    }

    /// The numbers in row-major order in double precision.
    public var doubles: [Double] {
      switch elements {
      case .floats(let values): values.map { Double($0) }
      case .doubles(let values): values
      }
    }

    /// The same numbers under another name.
    func named(_ name: String) -> Tensor { Tensor(name: name, shape: shape, elements: elements) }

    /// The type's name in a file.
    var type: ElementType {
      switch elements {
      case .floats: .float32
      case .doubles: .float64
      }
    }

    /// The number of bytes that the numbers take.
    var byteCount: Int {
      switch elements {
      case .floats(let values): values.count * MemoryLayout<Float>.size
      case .doubles(let values): values.count * MemoryLayout<Double>.size
      }
    }

    /// Calls `body` with the numbers as they lie in memory and in files.
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
      switch elements {
      case .floats(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
      case .doubles(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
      }
    }

    /// The place and the text of the first number that is not finite.
    var firstNotFinite: (index: Int, value: String)? {
      switch elements {
      case .floats(let values):
        values.firstIndex { !$0.isFinite }.map { ($0, "\(values[$0])") }
      case .doubles(let values):
        values.firstIndex { !$0.isFinite }.map { ($0, "\(values[$0])") }
      }
    }

    func validate() throws(SoftmaxError) {
      guard shape.count <= SafetensorsHeader.greatestDimensionCount,
        type.byteCount(of: shape) == byteCount
      else {
        throw SoftmaxError(
          .shapeMismatch,
          "tensor \(name.debugDescription): the shape \(shape) does not hold "
            + "\(byteCount / type.byteCount) values")
      }
      guard let wrong = firstNotFinite else { return }
      throw SoftmaxError(
        .nonFiniteValue,
        "tensor \(name.debugDescription): value \(wrong.index) must be finite, got \(wrong.value)")
    }
  }

  /// The types of numbers that are read and written.
  enum ElementType: String {
    case float32 = "F32"
    case float64 = "F64"

    /// The bytes of a number.
    var byteCount: Int { self == .float32 ? 4 : 8 }

    /// The bytes that a tensor of a shape takes; nil if they cannot be counted.
    func byteCount(of shape: [Int]) -> Int? {
      var count = byteCount
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        count = product
      }
      return count
    }
  }
}
