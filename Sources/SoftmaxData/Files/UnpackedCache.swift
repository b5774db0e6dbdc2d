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

/// A cache of decompressed copies of gzipped arrays of bytes, one file per array.
///
/// A copy is mapped into memory instead of decompressing the array again; decision 0009 gives the time
/// saved. A copy is used only if it is a regular file of the user that nobody else may write, belongs to
/// this version of the gzipped file (path, size and times), and the checksum of its bytes is correct.
/// Any other copy is ignored without an error, and the next load replaces it.
///
/// Copies are renamed into place or removed, never changed in place, so a mapping stays valid. They are
/// not flushed to the disk: the checksum detects a copy that a power failure has damaged.
///
/// A copy consists of the bytes of the array, followed by `wordCount` integers of eight bytes: the
/// dimensions padded with zeros, the number of dimensions, the checksum of the array, and the checksum
/// of these integers together with the identity of the gzipped file.
struct UnpackedCache: Sendable {
  /// A copy whose integers are verified, and whose array is not verified yet.
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

  /// The folder of the copies, created when the first copy is written.
  let folder: String
  /// The minimum size of an array to copy, in bytes; a copy of a smaller array would save little time.
  let minimumByteCount: Int
  /// The age in seconds at which a gzipped file is settled; no copy of a younger file is written.
  ///
  /// It must exceed the resolution of a file system's clock, see ``SourceIdentity/age``.
  let minimumAge: Double

  init(folder: String, minimumByteCount: Int = 1 << 20, minimumAge: Double = 0.05) {
    self.folder = folder
    self.minimumByteCount = minimumByteCount
    self.minimumAge = minimumAge
  }

  /// Returns whether a gzipped file is old enough that an equal identity means equal bytes.
  func isSettled(_ source: SourceIdentity) -> Bool { source.age > minimumAge }

  /// Returns the path of the copy of a gzipped file.
  func path(of source: SourceIdentity) -> String {
    let digest = SHA256.hexDigest(of: Array(source.text.utf8)).prefix(Self.digitCount)
    return FolderPath.join(folder, digest + Self.suffix)
  }

  /// Returns the copy of a gzipped file, its array not yet verified; nil if there is no usable copy.
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

  /// Writes a copy of an array for later loads; failures are ignored.
  ///
  /// - Parameters:
  ///   - shape: the dimensions of the array in the gzipped file.
  ///   - storage: the bytes of the array.
  ///   - source: the identity of the gzipped file before it was read; it should be settled.
  ///   - path: the path of the gzipped file. Nothing is written if its identity has changed since.
  func keep(shape: [Int], _ storage: ByteStorage, of source: SourceIdentity, at path: String) {
    guard source == SourceIdentity(path), shape.count <= Self.greatestDimensionCount else { return }
    var words = shape.map(UInt64.init)
    words += [UInt64](repeating: 0, count: Self.greatestDimensionCount - words.count)
    words.append(UInt64(shape.count))
    words.append(
      unsafe storage.withUnsafeBytes { unsafe PayloadChecksum.checksum(of: $0) })
    words.append(Self.seal(words[...], source))
    do {
      // Only the user may access the folder, as the XDG Base Directory Specification requires.
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      guard hasRoom(for: storage.count + Self.wordCount * 8) else { return }
      let place = self.path(of: source)
      // A link is removed rather than followed, so nothing is written outside the folder.
      if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil {
        unsafe unlink(place)
      }
      let file = try AtomicFile(replacing: place, mode: 0o600)
      try file.write(storage)
      try file.write(Self.bytes(words[...]))
      try file.commit(durably: false)
      removeOldest()
    } catch {
      // Without disk space, permission or folder the array is decompressed again at the next load.
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

  /// Returns whether a file of this size may be written and the same size remains free on the disk.
  private func hasRoom(for byteCount: Int) -> Bool {
    // A process that exceeds its file size limit is ended by a signal instead of getting an error.
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

  // Keeps the most recent copies. Copies of changed or deleted files are never renewed, so they become
  // the oldest. Only files with the name of a copy are removed: other files in the folder are not the
  // cache's.
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
