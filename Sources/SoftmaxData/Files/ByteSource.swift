// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Bytes that are read once from beginning to end, from a regular file, from memory or from a pipe.
///
/// Except for a pipe, the size is known before reading, so a reader can compare the sizes that a header
/// declares with the bytes that exist.
struct ByteSource: ~Copyable {
  /// The path of the file or the name of the bytes in memory, for errors.
  let path: String
  /// The number of bytes in total; 0 for a pipe, of which it is not known.
  let byteCount: Int
  /// The number of bytes read so far.
  private(set) var offset = 0
  private let descriptor: Int32
  private let memory: [UInt8]
  private let pipe: PipedStream?

  /// Opens a regular file.
  ///
  /// Folders, pipes and devices are rejected: they have no meaningful size, and reading them may block
  /// or never end.
  init(path: String) throws(SoftmaxError) {
    try SystemFailure.validate(path: path)
    // Without O_NONBLOCK, opening a pipe would block until it has a writer.
    let descriptor = SystemFailure.retrying {
      unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else {
      throw SystemFailure.error("could not be opened", path: path)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let error = SystemFailure.error("could not be examined", path: path)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or a device"
      throw SoftmaxError(
        .ioFailure, "is \(kind), expected a regular file",
        remedy: kind == "a folder" ? "name a file in it" : "copy its content into a file first",
        at: .file(path: path, offset: nil))
    }
    self.path = path
    self.descriptor = descriptor
    self.byteCount = Int(clamping: status.st_size)
    self.memory = []
    self.pipe = nil
  }

  /// Creates a source of bytes in memory; errors show the name in place of a path.
  init(bytes: [UInt8], name: String) {
    self.path = name
    self.descriptor = -1
    self.byteCount = bytes.count
    self.memory = bytes
    self.pipe = nil
  }

  /// Creates a source of the bytes of a pipe that were not read yet.
  init(_ pipe: PipedStream) {
    self.path = pipe.name
    self.descriptor = -1
    self.byteCount = 0
    self.memory = []
    self.pipe = pipe
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Returns the first bytes without moving the offset; fewer than `count` only if the source is
  /// shorter.
  func prefix(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    if let pipe { return try pipe.prefix(count) }
    guard descriptor >= 0 else { return Array(memory.prefix(count)) }
    var bytes = [UInt8](repeating: 0, count: min(count, byteCount))
    let got = SystemFailure.retrying {
      unsafe bytes.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
      }
    }
    guard got >= 0 else {
      throw SystemFailure.error("could not be read", path: path, offset: 0)
    }
    return Array(bytes.prefix(got))
  }

  /// Maps the file into memory; returns nil for bytes in memory, for an empty file, and if the system
  /// refuses.
  func mapped() -> MappedBytes? {
    descriptor < 0 ? nil : MappedBytes(descriptor: descriptor, offset: 0, count: byteCount)
  }

  /// Reads the next bytes into the buffer and returns their number, less than its size only at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SoftmaxError) -> Int {
    if let pipe { return try unsafe read(pipe, into: buffer) }
    if descriptor < 0 {
      let slice = memory[offset...].prefix(buffer.count)
      unsafe buffer.copyBytes(from: slice)
      offset += slice.count
      return slice.count
    }
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      // Linux transfers at most 2^31 - 4096 bytes per call; Darwin fails for more than 2^31 - 1.
      let got = SystemFailure.retrying {
        unsafe systemRead(descriptor, rest.baseAddress, min(rest.count, 1 << 30))
      }
      guard got >= 0 else {
        throw SystemFailure.error("could not be read", path: path, offset: offset)
      }
      if got == 0 { break }
      filled += got
      offset += got
    }
    return filled
  }

  private mutating func read(
    _ pipe: PipedStream, into buffer: UnsafeMutableRawBufferPointer
  ) throws(SoftmaxError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let got = try unsafe pipe.read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if got == 0 { break }
      filled += got
      offset += got
    }
    return filled
  }

  /// Reads bytes at an offset of the file into a range of the array and returns their number, less than
  /// the size of the range only at the end.
  ///
  /// - Precondition: the source is a file.
  func read(
    into bytes: inout [UInt8], range: Range<Int>, at offset: Int
  ) throws(SoftmaxError) -> Int {
    precondition(descriptor >= 0, "only files are read at an offset")
    var filled = 0
    while filled < range.count {
      let got = SystemFailure.retrying {
        unsafe bytes.withUnsafeMutableBytes {
          unsafe pread(
            descriptor, $0.baseAddress?.advanced(by: range.lowerBound + filled),
            min(range.count - filled, 1 << 30), off_t(offset + filled))
        }
      }
      guard got >= 0 else {
        throw SystemFailure.error("could not be read", path: path, offset: offset + filled)
      }
      if got == 0 { break }
      filled += got
    }
    return filled
  }

  /// Reads the next bytes into the array and returns their number, less than its size only at the end.
  mutating func read(into bytes: inout [UInt8]) throws(SoftmaxError) -> Int {
    // The closures of the standard library cannot throw typed errors.
    var outcome = Result<Int, SoftmaxError>.success(0)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      do throws(SoftmaxError) {
        outcome = .success(try unsafe read(into: buffer))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.get()
  }
}

// A wrapper: inside the type, `read` is the method and hides the system call.
private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int
{
  unsafe read(descriptor, start, count)
}
