// SPDX-License-Identifier: Apache-2.0

extension NPYArray {
  /// The type of an array's elements and the byte order in the file.
  public struct ElementType: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Character, Hashable, Sendable, CaseIterable {
      case boolean = "b"
      case signed = "i"
      case unsigned = "u"
      case float = "f"
      /// Texts of bytes, padded with zeros.
      case bytes = "S"
      /// Texts of 32-bit characters, padded with zeros.
      case characters = "U"
    }

    package let kind: Kind
    /// The size of one element in bytes.
    package let byteCount: Int
    package let isBigEndian: Bool

    package init(_ kind: Kind, byteCount: Int, isBigEndian: Bool = false) {
      self.kind = kind
      self.byteCount = byteCount
      // Single bytes have no byte order, and a type must have one representation to be comparable.
      self.isBigEndian =
        isBigEndian && kind != .bytes && (kind == .characters ? byteCount > 0 : byteCount > 1)
    }

    /// 16-bit floats.
    public static let float16 = ElementType(.float, byteCount: 2)
    /// 32-bit floats.
    public static let float32 = ElementType(.float, byteCount: 4)
    /// 64-bit floats.
    public static let float64 = ElementType(.float, byteCount: 8)
    /// Unsigned 8-bit integers.
    public static let uint8 = ElementType(.unsigned, byteCount: 1)
    /// Signed 64-bit integers.
    public static let int64 = ElementType(.signed, byteCount: 8)

    /// Whether the elements are texts rather than numbers.
    package var isText: Bool { kind == .bytes || kind == .characters }

    /// Whether `Float` represents every value of the type exactly; false for texts.
    var isExactInFloat: Bool {
      switch kind {
      case .boolean: true
      case .signed, .unsigned: byteCount <= 2
      case .float: byteCount <= 4
      case .bytes, .characters: false
      }
    }

    /// The name as NumPy prints it, such as `float32`.
    public var description: String {
      let order = isBigEndian ? ", big-endian" : ""
      return switch kind {
      case .boolean: "bool"
      case .signed: "int\(8 * byteCount)\(order)"
      case .unsigned: "uint\(8 * byteCount)\(order)"
      case .float: "float\(8 * byteCount)\(order)"
      case .bytes: "texts of \(byteCount) bytes"
      case .characters: "texts of \(byteCount / 4) characters\(order)"
      }
    }

    /// The type in the notation of NPY headers, such as `<f4`.
    var descriptor: String {
      let isSingle = kind == .bytes || (kind != .characters && byteCount == 1)
      let count = kind == .characters ? byteCount / 4 : byteCount
      return (isSingle ? "|" : isBigEndian ? ">" : "<") + String(kind.rawValue) + "\(count)"
    }

    /// Parses the notation of NPY headers; nil if the type is not supported.
    init?(descriptor: String) {
      var rest = descriptor[...]
      var isBigEndian = false
      if let order = rest.first, "<>|=".contains(order) {
        isBigEndian = order == ">"
        rest.removeFirst()
      }
      guard let letter = rest.popFirst(), let kind = Kind(rawValue: letter),
        (1...9).contains(rest.count), rest.allSatisfy({ $0.isASCII && $0.isNumber }),
        let count = Int(rest)
      else { return nil }
      switch kind {
      case .boolean: guard count == 1 else { return nil }
      case .signed, .unsigned: guard [1, 2, 4, 8].contains(count) else { return nil }
      case .float: guard [2, 4, 8].contains(count) else { return nil }
      case .bytes, .characters: break
      }
      self.init(
        kind, byteCount: kind == .characters ? 4 * count : count, isBigEndian: isBigEndian)
    }
  }
}
