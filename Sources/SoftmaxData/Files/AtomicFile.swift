// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that appears under its name complete or not at all.
///
/// The bytes go to a temporary file in the same folder, which is forced to the
/// disk and then renamed. Whoever reads the name at any time, even after a
/// kill or a power failure, finds the old file or the new one.
///
/// ```swift
/// let file = try AtomicFile(replacing: "model.safetensors")
/// try file.write([1, 2, 3])
/// try file.commit()          // without this nothing happens
/// ```
final class AtomicFile {
  /// The path as the caller gave it.
  let path: String
  // Where links lead: a link shall point to the new file rather than be replaced by it.
  private let target: String
  private let folder: String
  private let temporary: String
  private var descriptor: Int32
  private var offset = 0
  private let calls: SystemCalls

  /// The calls that make a file last: replaced in tests, which see their order and let them fail.
  struct SystemCalls {
    var synchronize: (Int32) -> Int32 = AtomicFile.synchronize
    var rename: (_ old: String, _ new: String) -> Int32 = { systemRename($0, $1) }
  }

  /// Starts a file that is going to replace what the path names now.
  ///
  /// Temporary files of runs that died while they wrote the same file are removed.
  ///
  /// - Parameters:
  ///   - path: the file's path; a link leads to the file to replace.
  ///   - mode: the new file's mode; without it that of the old file, or the usual one.
  /// - Throws: `ioFailure`, `notFound` or `invalidArgument`; the old file is untouched.
  init(
    replacing path: String, mode: mode_t? = nil, calls: SystemCalls = SystemCalls()
  ) throws(SoftmaxError) {
    try SystemFailure.validate(path: path)
    let (target, oldMode) = try Self.resolve(path)
    guard let (folder, prefix) = Self.places(of: target) else {
      throw SoftmaxError(
        .invalidArgument, "names a folder, expected a file to write",
        remedy: "add the name of a file", at: .file(path: path, offset: nil))
    }
    self.path = path
    self.target = target
    self.calls = calls
    self.folder = folder.isEmpty ? "." : folder
    Self.removeStaleFiles(inFolder: self.folder, prefix: prefix)
    (temporary, descriptor) = try Self.create(
      prefix: folder + prefix, mode: mode ?? oldMode, path: path)
  }

  /// Removes temporary files of runs that died while they wrote a file.
  static func removeStaleFiles(of path: String) {
    guard !path.utf8.contains(0), let (target, _) = try? resolve(path),
      let (folder, prefix) = places(of: target)
    else { return }
    removeStaleFiles(inFolder: folder.isEmpty ? "." : folder, prefix: prefix)
  }

  // The folder of a file, and how its temporary files' names begin; nil for the path of a folder.
  private static func places(of target: String) -> (folder: String, prefix: String)? {
    let name = target.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !name.isEmpty, name != ".", name != ".." else { return nil }
    // A name may have 255 bytes; the rest is for the mark, the number of the process, and the random
    // part.
    return (String(target.dropLast(name.count)), "." + shortened(name) + temporaryMark)
  }

  deinit {
    guard descriptor >= 0 else { return }
    unsafe unlink(temporary)
    close(descriptor)
  }

  /// Adds bytes.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  func write(_ bytes: [UInt8]) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe bytes.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }

  /// Adds bytes that may be a part of another file.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  func write(_ bytes: ByteStorage) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe bytes.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }

  /// Makes the file appear under its name.
  ///
  /// - Parameter durably: whether the file is forced to the disk first. Without it a power failure
  ///   may leave a file of the right name and the wrong content.
  /// - Throws: `ioFailure` with the cause ``AtomicWriteFailure/notWritten`` if the old file is
  ///   untouched, ``AtomicWriteFailure/durabilityUncertain`` if the new one is in place but the
  ///   folder could not be forced to the disk.
  func commit(durably: Bool = true) throws(SoftmaxError) {
    guard !durably || calls.synchronize(descriptor) == 0 else {
      throw Self.notWritten("could not be forced to the disk", path: path, offset: nil)
    }
    guard calls.rename(temporary, target) == 0 else {
      throw Self.notWritten("could not be put in its place", path: path, offset: nil)
    }
    close(descriptor)
    descriptor = -1
    guard durably else { return }
    let parent = SystemFailure.retrying { unsafe open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY) }
    let result = parent < 0 ? -1 : calls.synchronize(parent)
    let failure = SystemFailure(number: errno)
    if parent >= 0 { close(parent) }
    // Some file systems have no such call for folders: theirs are durable or never will be.
    guard result == 0 || failure.number == EINVAL || failure.number == ENOTSUP else {
      throw SoftmaxError(
        .ioFailure,
        "was written, but might not survive a power failure: its folder could not be forced to "
          + "the disk: \(failure)", at: .file(path: path, offset: nil),
        cause: AtomicWriteFailure.durabilityUncertain)
    }
  }

  // Returns the error since the closures of the standard library cannot throw typed ones.
  func append(_ bytes: UnsafeRawBufferPointer) -> SoftmaxError? {
    var written = 0
    while written < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = SystemFailure.retrying {
        unsafe systemWrite(descriptor, rest.baseAddress, min(rest.count, 1 << 30))
      }
      guard count > 0 else {
        return Self.notWritten("could not be written", path: path, offset: offset)
      }
      written += count
      offset += count
    }
    return nil
  }

  /// The error for the call that just failed.
  private static func notWritten(_ message: String, path: String, offset: Int?) -> SoftmaxError {
    let failure = SystemFailure(number: errno)
    let remedy: String? =
      switch failure.number {
      case ENOSPC, EDQUOT: "make room on the disk, or write elsewhere"
      case ENOENT, ENOTDIR: "make its folder first, or write elsewhere"
      case EACCES, EPERM, EROFS: "write elsewhere, or ask for the permission to write there"
      default: nil
      }
    let missing = failure.number == ENOENT || failure.number == ENOTDIR
    return SoftmaxError(
      missing ? .notFound : .ioFailure, "\(message): \(failure)", remedy: remedy,
      at: .file(path: path, offset: offset), cause: AtomicWriteFailure.notWritten)
  }

  /// Where the path leads, and the mode of the file that is there.
  private static func resolve(_ path: String) throws(SoftmaxError) -> (String, mode_t?) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw notWritten("cannot be written", path: path, offset: nil) }
      return (path, nil)
    }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let resolved = unsafe realpath(path, nil) else {
        throw notWritten("is a link that leads nowhere", path: path, offset: nil)
      }
      target = unsafe String(cString: resolved)
      unsafe free(resolved)
      guard unsafe stat(target, &status) == 0 else {
        throw notWritten("cannot be written", path: path, offset: nil)
      }
    }
    // Renaming over /dev/null would put a file in its place.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SoftmaxError(
        .ioFailure, "is no regular file and cannot be replaced by one",
        remedy: "name a file", at: .file(path: path, offset: nil),
        cause: AtomicWriteFailure.notWritten)
    }
    return (target, status.st_mode & 0o7777)
  }

  private static func shortened(_ name: Substring) -> String {
    var result = ""
    for character in name {
      if result.utf8.count + String(character).utf8.count > 190 { break }
      result.append(character)
    }
    return result
  }

  /// Creates a file of a new name and locks it as the sign that its writer lives.
  private static func create(
    prefix: String, mode: mode_t?, path: String
  ) throws(SoftmaxError) -> (String, Int32) {
    for _ in 0..<100 {
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      let random = String(repeating: "0", count: randomDigitCount - digits.count) + digits
      let temporary = prefix + "\(getpid())." + random
      let descriptor = SystemFailure.retrying {
        unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      if descriptor < 0 {
        if errno == EEXIST { continue }
        throw notWritten("cannot be written in its folder", path: path, offset: nil)
      }
      _ = SystemFailure.retrying { flock(descriptor, LOCK_EX) }
      // Between the two calls another run may have taken the file for stale and removed it.
      var status = stat()
      if unsafe fstat(descriptor, &status) == 0, status.st_nlink == 0 {
        close(descriptor)
        continue
      }
      if let mode, fchmod(descriptor, mode) != 0 {
        let error = notWritten("cannot have the mode of the old file", path: path, offset: nil)
        unsafe unlink(temporary)
        close(descriptor)
        throw error
      }
      return (temporary, descriptor)
    }
    throw SoftmaxError(
      .ioFailure, "a temporary file could not be created beside it",
      at: .file(path: path, offset: nil), cause: AtomicWriteFailure.notWritten)
  }

  /// Removes what runs left behind that died before the renaming.
  ///
  /// The lock tells the dead from the living better than the number of the process would: it goes
  /// with its process, whether that ran here, in a container or under a number used again.
  private static func removeStaleFiles(inFolder folder: String, prefix: String) {
    guard let listing = unsafe opendir(folder) else { return }
    defer { unsafe closedir(listing) }
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name.hasPrefix(prefix), isTemporaryTail(name.dropFirst(prefix.count)) else { continue }
      let stale = FolderPath.join(folder, name)
      let descriptor = unsafe open(stale, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(stale) }
      close(descriptor)
    }
  }

  // No user's file has a name like this by chance: one that only looks a little like it is left alone.
  private static let temporaryMark = ".softmax-temporary."
  private static let randomDigitCount = 16

  /// Whether a name ends as temporary files do: the number of a process and a random number.
  private static func isTemporaryTail(_ tail: Substring) -> Bool {
    let parts = tail.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && Int32(parts[0]).map { $0 > 0 } == true
      && parts[1].count == randomDigitCount
      && parts[1].allSatisfy { "0123456789abcdef".contains($0) }
  }

  private static func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      // There fsync leaves the bytes in the disk's own memory.
      if SystemFailure.retrying({ fcntl(descriptor, F_FULLFSYNC) }) == 0 { return 0 }
    #endif
    return SystemFailure.retrying { fsync(descriptor) }
  }
}

private func systemRename(_ old: String, _ new: String) -> Int32 { unsafe rename(old, new) }

// Within the type the method's name hides the system's.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
