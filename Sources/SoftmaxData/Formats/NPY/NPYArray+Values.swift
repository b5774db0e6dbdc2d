// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension NPYArray {
  /// Returns the elements as floats in row-major order, each rounded once.
  ///
  /// `float16` and `float32` are exact, including NaN and infinity; `true` is 1.
  ///
  /// - Throws: `unsupported` for texts.
  /// - Complexity: a new array of all elements.
  public func floats() throws(SoftmaxError) -> [Float] { try numbers() }

  /// Returns the elements as doubles in row-major order; only 64-bit integers beyond 2^53 are rounded.
  ///
  /// - Throws: `unsupported` for texts.
  /// - Complexity: a new array of all elements.
  public func doubles() throws(SoftmaxError) -> [Double] { try numbers() }

  /// Returns the elements as integers in row-major order; `true` is 1.
  ///
  /// - Throws: `unsupported` for floats and texts; `invalidData` for an integer that does not fit in
  ///   `Int`.
  public func integers() throws(SoftmaxError) -> [Int] {
    let integers: [Int?]
    switch (type.kind, type.byteCount) {
    case (.boolean, _): integers = values(UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.signed, 1): integers = values(UInt8.self) { Int(Int8(bitPattern: $0)) }
    case (.signed, 2): integers = values(UInt16.self) { Int(Int16(bitPattern: $0)) }
    case (.signed, 4): integers = values(UInt32.self) { Int(exactly: Int32(bitPattern: $0)) }
    case (.signed, _): integers = values(UInt64.self) { Int(exactly: Int64(bitPattern: $0)) }
    case (.unsigned, 1): integers = values(UInt8.self) { Int($0) }
    case (.unsigned, 2): integers = values(UInt16.self) { Int($0) }
    case (.unsigned, 4): integers = values(UInt32.self) { Int(exactly: $0) }
    case (.unsigned, _): integers = values(UInt64.self) { Int(exactly: $0) }
    default:
      throw SoftmaxError(.unsupported, "holds \(type), expected integers")
    }
    guard let index = integers.firstIndex(of: nil) else { return integers.compactMap(\.self) }
    throw SoftmaxError(.invalidData, "element \(index) is an integer that is too large")
  }

  /// Returns the elements as texts in row-major order, without trailing zeros.
  ///
  /// - Throws: `unsupported` for numbers; `invalidData` for a text that is not valid UTF-8 or UTF-32.
  public func texts() throws(SoftmaxError) -> [String] {
    let texts: [String?]
    let width = type.byteCount
    switch type.kind {
    case .bytes:
      texts = unsafe elements { bytes, offset in
        let text = unsafe bytes[offset..<offset + width]
        let end = unsafe text.lastIndex { $0 != 0 }.map { $0 + 1 } ?? offset
        return unsafe String(validating: text[offset..<end], as: UTF8.self)
      }
    case .characters:
      let isBigEndian = type.isBigEndian
      texts = unsafe elements { bytes, offset in
        var scalars = String.UnicodeScalarView()
        var zeros = 0
        for place in stride(from: offset, to: offset + width, by: 4) {
          let bits = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
          let code = isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits)
          guard code != 0 else {
            zeros += 1
            continue
          }
          guard let scalar = Unicode.Scalar(code) else { return nil }
          // Only trailing zeros are padding; zeros before another character belong to the text.
          scalars.append(contentsOf: repeatElement("\0", count: zeros))
          zeros = 0
          scalars.append(scalar)
        }
        return String(scalars)
      }
    default:
      throw SoftmaxError(.unsupported, "holds \(type), expected texts")
    }
    guard let index = texts.firstIndex(of: nil) else { return texts.compactMap(\.self) }
    throw SoftmaxError(
      .invalidData, "element \(index) is no text", remedy: "save texts of Unicode characters")
  }

  /// Returns the bytes of a single-byte type in row-major order, without a copy if they have this order
  /// already.
  func bytesInRowOrder() -> ByteStorage {
    guard isFortranOrder, shape.count > 1 else { return storage }
    return ByteStorage(values(UInt8.self) { $0 })
  }

  private func numbers<Value: BinaryFloatingPoint>() throws(SoftmaxError) -> [Value] {
    switch (type.kind, type.byteCount) {
    case (.float, 2): values(UInt16.self) { Value(Float(halfBitPattern: $0)) }
    case (.float, 4): values(UInt32.self) { Value(Float(bitPattern: $0)) }
    case (.float, _): values(UInt64.self) { Value(Double(bitPattern: $0)) }
    case (.boolean, _): values(UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.signed, 1): values(UInt8.self) { Value(Int8(bitPattern: $0)) }
    case (.signed, 2): values(UInt16.self) { Value(Int16(bitPattern: $0)) }
    case (.signed, 4): values(UInt32.self) { Value(Int32(bitPattern: $0)) }
    case (.signed, _): values(UInt64.self) { Value(Int64(bitPattern: $0)) }
    case (.unsigned, 1): values(UInt8.self) { Value($0) }
    case (.unsigned, 2): values(UInt16.self) { Value($0) }
    case (.unsigned, 4): values(UInt32.self) { Value($0) }
    case (.unsigned, _): values(UInt64.self) { Value($0) }
    default: throw SoftmaxError(.unsupported, "holds \(type), expected numbers")
    }
  }

  private func values<Bits: FixedWidthInteger, Value>(
    _: Bits.Type, _ convert: (Bits) -> Value
  ) -> [Value] {
    let isBigEndian = type.isBigEndian
    return unsafe elements { bytes, offset in
      let bits = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
      return convert(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
    }
  }

  // Calls `value` for each element in row-major order with the offset of its bytes.
  @inline(__always)
  private func elements<Value>(
    _ value: (UnsafeRawBufferPointer, Int) -> Value
  ) -> [Value] {
    let (count, width) = (count, type.byteCount)
    return unsafe storage.withUnsafeBytes { bytes in
      guard isFortranOrder, shape.count > 1, count > 0 else {
        return unsafe [Value](unsafeUninitializedCapacity: count) { elements, initializedCount in
          for index in 0..<count {
            unsafe elements.initializeElement(at: index, to: value(bytes, index * width))
          }
          initializedCount = count
        }
      }
      var result: [Value] = []
      result.reserveCapacity(count)
      var strides = [width]
      for extent in shape.dropLast() { strides.append(strides.last.map { $0 * extent } ?? width) }
      var place = [Int](repeating: 0, count: shape.count)
      var offset = 0
      for _ in 0..<count {
        unsafe result.append(value(bytes, offset))
        var dimension = shape.count - 1
        while dimension >= 0 {
          place[dimension] += 1
          offset += strides[dimension]
          if place[dimension] < shape[dimension] { break }
          offset -= strides[dimension] * shape[dimension]
          place[dimension] = 0
          dimension -= 1
        }
      }
      return result
    }
  }
}

extension Float {
  /// Creates the exact value of a 16-bit IEEE 754 number.
  ///
  /// `Float16` would do the same, but is not available on Macs with Intel processors.
  init(halfBitPattern bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      // A subnormal number is the fraction times 2^-24, which is a normal `Float`.
      let magnitude = Float(fraction) * 0x1p-24
      self = Float(bitPattern: sign | magnitude.bitPattern)
    case 0x1f: self = Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
