// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Unpacked copies of gzipped arrays of bytes, one file for each, that are mapped instead of unpacked.
///
/// A copy is used only if it is the user's own regular file that nobody else may write, made of this very
/// packed file (path, size and times), with the right checksum of every byte. What does not pass is not
/// there; it is never an error, and the next load replaces it. Copies are renamed into place or removed,
/// never changed, so a mapping stays whole. They are not forced to the disk: what a power failure tears
/// the checksum finds. Decision 0009 says what it gains.
///
/// A file is the array's bytes, then `wordCount` numbers of eight bytes: the extents, filled up with
/// zeros, the number of dimensions, the checksum of the array, and that of these numbers with the
/// identity of the packed file.
struct UnpackedCache: Sendable {
  /// A copy whose numbers were checked, and whose array was not yet.
  struct Copy: Sendable {
    let shape: [Int]
    let payload: MappedBytes
    let checksum: UInt64
  }

  static let suffix = ".unpacked"
  private static let digitCount = 32
  static let greatestCount = 16
  private static let greatestDimensionCount = 8
  private static let wordCount = greatestDimensionCount + 3

  /// The folder of the copies; made when the first is written.
  let folder: String
  /// Arrays of fewer bytes are not worth a file.
  let minimumByteCount: Int

  init(folder: String, minimumByteCount: Int = 1 << 20) {
    self.folder = folder
    self.minimumByteCount = minimumByteCount
  }

  /// Where the copy of a packed file lies.
  func path(of source: SourceIdentity) -> String {
    let digest = SHA256.hexDigest(of: Array(source.text.utf8)).prefix(Self.digitCount)
    return FolderPath.join(folder, digest + Self.suffix)
  }

  /// The copy of a packed file, its array unchecked; nil if there is none to be used.
  func copy(of source: SourceIdentity) -> Copy? {
    let descriptor = SystemFailure.retrying {
      unsafe open(path(of: source), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    let size = Self.wordCount * 8
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0,
      case let count = Int(clamping: status.st_size) - size, count >= minimumByteCount
    else { return nil }
    var words = [UInt64](repeating: 0, count: Self.wordCount)
    let read = SystemFailure.retrying {
      unsafe pread(descriptor, &words, size, off_t(count))
    }
    words = words.map(UInt64.init(littleEndian:))
    let dimensions = Int(clamping: words[Self.greatestDimensionCount])
    guard read == size, (1...Self.greatestDimensionCount).contains(dimensions),
      words.last == Self.seal(words.dropLast(), source)
    else { return nil }
    let shape = words.prefix(dimensions).map { Int(clamping: $0) }
    let product = shape.reduce(Optional(1)) { product, extent in
      let next = product?.multipliedReportingOverflow(by: extent)
      return next?.overflow == false ? next?.partialValue : nil
    }
    guard product == count,
      let payload = MappedBytes(descriptor: descriptor, offset: 0, count: count)
    else { return nil }
    return Copy(shape: shape, payload: payload, checksum: words[Self.greatestDimensionCount + 1])
  }

  /// Keeps an array for the next time; a failure is passed over.
  ///
  /// - Parameters:
  ///   - shape: the extents of the array that the packed file holds.
  ///   - storage: its bytes.
  ///   - source: the packed file as it was before it was read, its last change some time ago.
  ///   - path: where that lies.
  func keep(shape: [Int], _ storage: ByteStorage, of source: SourceIdentity, at path: String) {
    guard source == SourceIdentity(path), shape.count <= Self.greatestDimensionCount else { return }
    var words = shape.map(UInt64.init)
    words += [UInt64](repeating: 0, count: Self.greatestDimensionCount - words.count)
    words.append(UInt64(shape.count))
    words.append(
      unsafe storage.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) })
    words.append(Self.seal(words[...], source))
    do {
      // For nobody but the user, as the XDG specification has it.
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      guard hasRoom(for: storage.count + Self.wordCount * 8) else { return }
      let place = self.path(of: source)
      // Nothing is written where a link leads.
      if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil {
        unsafe unlink(place)
      }
      let file = try AtomicFile(replacing: place, mode: 0o600)
      try file.write(storage)
      try file.write(Self.bytes(words[...]))
      try file.commit(durably: false)
      removeOldest()
    } catch {
      // No room, no permission, no folder: then the file is unpacked again next time.
    }
  }

  static func bytes(_ words: ArraySlice<UInt64>) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  static func seal(_ words: ArraySlice<UInt64>, _ source: SourceIdentity) -> UInt64 {
    unsafe (bytes(words) + source.text.utf8).withUnsafeBytes {
      unsafe PayloadChecksum.checksum(of: $0)
    }
  }

  /// Whether a file of so many bytes may be written and leaves the disk as many again.
  private func hasRoom(for byteCount: Int) -> Bool {
    // Past its limit a process is not told, but ended by a signal.
    var limit = rlimit()
    #if canImport(Glibc)
      let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
      let status = unsafe getrlimit(RLIMIT_FSIZE, &limit)
    #endif
    var space = statvfs()
    guard status == 0, limit.rlim_cur >= rlim_t(byteCount), unsafe statvfs(folder, &space) == 0
    else { return false }
    return Double(space.f_bavail) * Double(space.f_frsize) >= 2 * Double(byteCount)
  }

  // The copies of files that changed or are gone are among the oldest. What a cache did not write itself
  // is somebody's, whatever its name ends in.
  private func removeOldest() {
    let places = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let copies = places.filter(Self.isNameOfCopy).compactMap {
      name -> (path: String, date: Date)? in
      let path = FolderPath.join(folder, name)
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
        attributes[.type] as? FileAttributeType == .typeRegular,
        (attributes[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid()
      else { return nil }
      return (path, attributes[.modificationDate] as? Date ?? .distantPast)
    }
    for copy in copies.sorted(by: { $0.date > $1.date }).dropFirst(Self.greatestCount) {
      unsafe unlink(copy.path)
    }
  }

  private static func isNameOfCopy(_ name: String) -> Bool {
    let digits = name.utf8.dropLast(suffix.utf8.count)
    return name.hasSuffix(suffix) && digits.count == digitCount
      && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
