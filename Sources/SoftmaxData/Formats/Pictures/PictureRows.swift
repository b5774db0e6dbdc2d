// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The pictures of some files, all with the same number of pixels, as rows of bytes.
struct PictureRows {
  let features: Features
  /// [height, width], or [height, width, 3].
  let shape: [Int]
  /// The files that became rows, by their index.
  let places: [Int]
  /// What was left out, and why.
  let warnings: [String]

  private static let greatestUsualSide = 64
  private static let side = 32
  private static let shownCount = 10
  private static let leastCountOfThread = 16

  /// Decodes pictures, several at a time.
  ///
  /// - Parameters:
  ///   - names: the names of the pictures, for messages.
  ///   - read: returns the bytes of one; it is called twice.
  /// - Throws: `invalidData` that names the first ten files that cannot be read, unless the format leaves them out or
  ///   none is left; `unsupported` if the rows exceed the memory of this process.
  init(
    _ names: [String], as format: PictureFormat,
    read: @escaping @Sendable (Int) throws(SoftmaxError) -> ByteStorage
  ) throws(SoftmaxError) {
    try format.validate()
    let sizes = Self.results(of: names.count) { place throws(SoftmaxError) in
      try Picture.size(of: read(place))
    }
    let format = Self.complete(format, by: sizes.compactMap { try? $0.get() })
    let (height, width, channelCount) = (
      format.height ?? Self.side, format.width ?? Self.side, format.isGray == true ? 1 : 3
    )
    let rowByteCount = height * width * channelCount
    try MemoryLimit.current.validate(
      // The rows, a copy of them while they are put together, and the decoded pictures.
      2 * Double(names.count) * Double(rowByteCount)
        + 2 * Double(WorkerTeam.processorCount)
        * Double(sizes.compactMap { try? $0.get().byteCount }.max() ?? 0),
      for: "reading \(names.count) pictures",
      remedy: "use fewer or smaller ones (--picture-size)")
    let rows = Self.results(of: names.count) { place throws(SoftmaxError) in
      let picture = try Picture.decoded(read(place))
      // Brightness is computed of the pixels as they are; three equal numbers, of as few as possible.
      let few = channelCount == 1 ? picture.with(channelCount: 1) : picture
      return few.resized(height: height, width: width).with(channelCount: channelCount).pixels
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(names.count * rowByteCount)
    var places: [Int] = []
    var faults: [String] = []
    var first: SoftmaxError?
    for (place, row) in rows.enumerated() {
      switch row {
      case .success(let row):
        pixels += row
        places.append(place)
      case .failure(let error):
        first = first ?? error
        faults.append("\(names[place]): \(error.message)")
      }
    }
    let shown =
      faults.prefix(Self.shownCount)
      + (faults.count > Self.shownCount ? ["and \(faults.count - Self.shownCount) more"] : [])
    if let first, !format.skipsUnreadable || places.isEmpty {
      throw SoftmaxError(
        // A single picture has its own remedy.
        faults.count == 1 ? first.code : .invalidData,
        names.count == 1
          ? first.message
          : "\(faults.count) of \(names.count) pictures cannot be read: "
            + shown.joined(separator: "; "),
        remedy: places.isEmpty
          ? first.remedy ?? "name other pictures"
          : "repair or remove them, or leave them out (--skip-unreadable)")
    }
    self.places = places
    shape = channelCount == 1 ? [height, width] : [height, width, channelCount]
    features = .bytes(
      try ByteMatrix(
        rowCount: places.count, columnCount: rowByteCount, bytes: pixels, scale: Float(1) / 255))
    warnings =
      faults.isEmpty
      ? []
      : [
        "\(faults.count) of \(names.count) pictures are left out: " + shown.joined(separator: "; ")
      ]
  }

  /// How many pictures there are of which shape, for the user.
  var note: String {
    "\(places.count) picture\(places.count == 1 ? "" : "s") of \(shape[0]) x \(shape[1]), "
      + (shape.count == 2 ? "grey" : "in colours")
  }

  private static func complete(_ format: PictureFormat, by sizes: [Picture.Size]) -> PictureFormat {
    var format = format
    if format.isGray == nil { format.isGray = sizes.allSatisfy { $0.channelCount == 1 } }
    if format.height == nil, format.width == nil, let first = sizes.first,
      max(first.height, first.width) <= greatestUsualSide,
      sizes.allSatisfy({ $0.height == first.height && $0.width == first.width })
    {
      (format.height, format.width) = (first.height, first.width)
    }
    return format
  }

  private static func results<Value: Sendable>(
    of count: Int, _ task: @escaping @Sendable (Int) throws(SoftmaxError) -> Value
  ) -> [Result<Value, SoftmaxError>] {
    let team = WorkerTeam(
      threadCount: min(WorkerTeam.processorCount, max(1, count / Self.leastCountOfThread)))
    return team.results(ofTasks: count) { place in
      Result { () throws(SoftmaxError) in try task(place) }
    }
  }
}
