// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that appears under its name complete or not at all.
///
/// The bytes are written to a temporary file in the same folder. Committing flushes it to the disk and
/// renames it. A reader at any time, even after a kill or a power failure, finds the old file or the new
/// one.
///
/// ```swift
/// let file = try AtomicFile(replacing: "model.safetensors")
/// try file.write([1, 2, 3])
/// try file.commit()          // without this nothing happens
/// ```
package final class AtomicFile {
  /// The path as the caller gave it.
  let path: String
  // The path with symbolic links resolved: a link must point to the new file rather than be replaced by
  // it.
  private let target: String
  private let folder: String
  private let temporary: String
  private var descriptor: Int32
  private var offset = 0
  private let calls: SystemCalls

  /// The system calls that make a file durable.
  ///
  /// Tests replace them to record their order and to make them fail.
  struct SystemCalls {
    var synchronize: (Int32) -> Int32 = AtomicFile.synchronize
    var rename: (_ old: String, _ new: String) -> Int32 = { systemRename($0, $1) }
  }

  /// Creates a temporary file that will replace the file at a path, with its mode.
  ///
  /// - Throws: `ioFailure`, `notFound` or `invalidArgument`; the old file is untouched.
  package convenience init(replacing path: String) throws(SoftmaxError) {
    try self.init(replacing: path, mode: nil, calls: SystemCalls())
  }

  /// Creates a temporary file that will replace the file at a path.
  ///
  /// Removes the temporary files of processes that died while they wrote the same file.
  ///
  /// - Parameters:
  ///   - path: the path of the file; if it is a symbolic link, the target of the link is replaced.
  ///   - mode: the mode of the new file; nil for the mode of the old file, or the default mode if there
  ///     is none.
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

  /// Removes the temporary files of processes that died while they wrote a file.
  static func removeStaleFiles(of path: String) {
    guard !path.utf8.contains(0), let (target, _) = try? resolve(path),
      let (folder, prefix) = places(of: target)
    else { return }
    removeStaleFiles(inFolder: folder.isEmpty ? "." : folder, prefix: prefix)
  }

  // Returns the folder of a file and the common prefix of the names of its temporary files; nil if the
  // path is that of a folder.
  private static func places(of target: String) -> (folder: String, prefix: String)? {
    let name = target.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !name.isEmpty, name != ".", name != ".." else { return nil }
    // A file name has at most 255 bytes. The name is shortened to leave space for the mark, the process
    // id and the random digits.
    return (String(target.dropLast(name.count)), "." + shortened(name) + temporaryMark)
  }

  deinit {
    guard descriptor >= 0 else { return }
    unsafe unlink(temporary)
    close(descriptor)
  }

  /// Appends bytes.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  package func write(_ bytes: [UInt8]) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe bytes.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }

  /// Appends bytes from memory or from a mapped file.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  func write(_ bytes: ByteStorage) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe bytes.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }

  /// Makes the file appear under its name.
  ///
  /// - Parameter durably: whether the file is flushed to the disk first. If false, a file with wrong
  ///   content may be left after a power failure.
  /// - Throws: `ioFailure` with the cause ``AtomicWriteFailure/notWritten`` if the old file is
  ///   untouched, or ``AtomicWriteFailure/durabilityUncertain`` if the new file is in place but its
  ///   folder could not be flushed to the disk.
  package func commit(durably: Bool = true) throws(SoftmaxError) {
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
    // Some file systems cannot flush folders. There nothing more can be done, so this is no error.
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

  /// Returns the error for the system call that has just failed; reads `errno`.
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

  /// Returns the path with links resolved, and the mode of the existing file; nil if there is no file.
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
    // Only regular files are replaced: renaming over /dev/null would turn the device into a file.
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

  /// Creates a file with a new name and locks it.
  ///
  /// The lock shows other processes that the writer is alive.
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
      // Between opening and locking, another process may have taken the file for stale and removed it.
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

  /// Removes temporary files whose writers died before the renaming.
  ///
  /// A file is stale if it is not locked. The process id in the name would not tell: it may belong to
  /// another container or have been reused. The system releases the lock when the process ends.
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

  // The mark makes a collision with a user's file unlikely. Names that match only in part are not
  // removed.
  private static let temporaryMark = ".softmax-temporary."
  private static let randomDigitCount = 16

  /// Returns whether the end of a name is that of a temporary file: a process id and 16 hexadecimal
  /// digits.
  private static func isTemporaryTail(_ tail: Substring) -> Bool {
    let parts = tail.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && Int32(parts[0]).map { $0 > 0 } == true
      && parts[1].count == randomDigitCount
      && parts[1].allSatisfy { "0123456789abcdef".contains($0) }
  }

  private static func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      // On Darwin, fsync leaves the bytes in the cache of the drive.
      if SystemFailure.retrying({ fcntl(descriptor, F_FULLFSYNC) }) == 0 { return 0 }
    #endif
    return SystemFailure.retrying { fsync(descriptor) }
  }
}

private func systemRename(_ old: String, _ new: String) -> Int32 { unsafe rename(old, new) }

// A wrapper: inside the type, `write` is the method and hides the system call.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
