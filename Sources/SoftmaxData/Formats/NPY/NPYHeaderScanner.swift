// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A scanner for the text of an NPY header: a Python dictionary with three keys in any order.
struct NPYHeaderScanner {
  private let text: [UInt8]
  private let name: String
  // The offset of the text in the file.
  private let offset: Int
  private var place = 0

  init(_ text: [UInt8], name: String, offset: Int) {
    self.text = text
    self.name = name
    self.offset = offset
  }

  /// Reads the whole text.
  ///
  /// - Throws: `invalidData` if the text is not such a dictionary; `unsupported` for element types other
  ///   than numbers and texts.
  mutating func header() throws(SoftmaxError) -> NPYHeader {
    var descriptor: (text: String, place: Int)?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !skip("}") {
      let start = place
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try elementDescriptor()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try extents()
      default:
        place = start
        throw failure("the key \(key.debugDescription) is unknown or there twice")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard place == text.count else { throw failure("text follows the header's dictionary") }
    guard let descriptor, let isFortranOrder, let shape else {
      place = 0
      throw failure("the header lacks one of descr, fortran_order and shape")
    }
    return NPYHeader(
      type: try elementType(descriptor.text, at: descriptor.place), isFortranOrder: isFortranOrder,
      shape: shape)
  }

  private mutating func elementDescriptor() throws(SoftmaxError) -> (text: String, place: Int) {
    skipBlanks()
    let start = place
    guard place < text.count, text[place] != UInt8(ascii: "[") else {
      throw failure(
        "holds records of several fields", code: .unsupported,
        remedy: "save each field as an array of its own")
    }
    return (try string(), start)
  }

  // Parses the type after the whole text is scanned, so that a missing quote is reported as such and not
  // as an unknown type.
  private mutating func elementType(
    _ descriptor: String, at start: Int
  ) throws(SoftmaxError) -> NPYArray.ElementType {
    if let type = NPYArray.ElementType(descriptor: descriptor) { return type }
    place = start
    guard !descriptor.hasSuffix("O") else {
      throw failure(
        "holds Python objects, which are programs and are not read", code: .unsupported,
        remedy: "save numbers or texts: numpy.save(path, array.astype(str))")
    }
    throw failure(
      "holds elements of the type \(descriptor.debugDescription), expected float16, float32, float64, "
        + "integers of 8 to 64 bits, bool, or texts", code: .unsupported,
      remedy: "convert it first, as with array.astype(numpy.float32)")
  }

  private mutating func boolean() throws(SoftmaxError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)]
    where text[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw failure("fortran_order is neither True nor False")
  }

  private mutating func extents() throws(SoftmaxError) -> [Int] {
    try expect("(")
    var extents: [Int] = []
    while !skip(")") {
      extents.append(try extent())
      try NPYHeader.validate(dimensionCount: extents.count, at: location)
      if skip(",") { continue }
      // In Python, a single number in parentheses is not a tuple.
      guard extents.count > 1 else { throw failure("the shape is no tuple") }
      try expect(")")
      break
    }
    return extents
  }

  private mutating func extent() throws(SoftmaxError) -> Int {
    skipBlanks()
    let digits = text[place...].prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { throw failure("the shape holds something else than numbers") }
    guard let value = Int(String(decoding: digits.prefix(20), as: UTF8.self)), digits.count <= 19
    else { throw failure("the shape holds a number that cannot be counted") }
    place += digits.count
    // Python 2 wrote an L after large integers.
    if place < text.count, text[place] == UInt8(ascii: "L") { place += 1 }
    return value
  }

  private mutating func string() throws(SoftmaxError) -> String {
    skipBlanks()
    guard place < text.count, text[place] == 0x27 || text[place] == 0x22 else {
      throw failure("a text in quotes is missing")
    }
    let begin = place + 1
    guard let end = text[begin...].firstIndex(of: text[place]) else {
      throw failure("a text in quotes does not end")
    }
    let content = text[begin..<end]
    // The three keys and the names of types are printable ASCII without escapes.
    guard content.count <= 64, content.allSatisfy({ (0x20...0x7e).contains($0) && $0 != 0x5c })
    else { throw failure("a text in quotes is none of an NPY header's") }
    place = end + 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while place < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[place]) { place += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard place < text.count, text[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(SoftmaxError) {
    guard skip(character) else { throw failure("\(character) is missing in the header") }
  }

  private var location: SoftmaxError.Location { .file(path: name, offset: offset + place) }

  private func failure(
    _ message: String, code: SoftmaxError.Code = .invalidData,
    remedy: String = "fetch or copy the file again"
  ) -> SoftmaxError {
    SoftmaxError(code, message, remedy: remedy, at: location)
  }
}
