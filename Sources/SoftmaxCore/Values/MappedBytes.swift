// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A read-only part of a file that is mapped into memory as long as the object lives.
///
/// The pages are the system's cached copy of the file: mapping copies nothing, and processes share the
/// pages. The mapping stays valid if the file is deleted or another file takes its name. It does not stay
/// valid if this file is truncated or the disk fails: reading a page that is missing raises the signal
/// SIGBUS, which ends the process. Map only files that are replaced as a whole and never changed in place.
@safe
package final class MappedBytes: @unchecked Sendable {
  /// The number of bytes.
  package let count: Int
  // The mapping begins at the start of the file, and the bytes begin at `offset` within it.
  private let mapping: UnsafeMutableRawPointer
  private let offset: Int

  /// Maps `count` bytes of an open file; nil if `count` is not positive or the system refuses.
  ///
  /// The descriptor may be closed after this call.
  ///
  /// - Precondition: The offset is not negative, and the file contains the bytes.
  package init?(descriptor: Int32, offset: Int, count: Int) {
    precondition(offset >= 0, "an offset in a file is not negative")
    let (length, overflow) = offset.addingReportingOverflow(count)
    guard count > 0, !overflow else { return nil }
    let mapping = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
    #if os(Linux)
      // Pages of 2 MiB instead of 4 KiB need about 1/500 of the page faults. A failure is ignored: the call
      // is only advice, which some kernels do not support.
      unsafe madvise(mapping, length, MADV_HUGEPAGE)
    #endif
    unsafe self.mapping = unsafe mapping
    self.offset = offset
    self.count = count
  }

  deinit {
    unsafe munmap(mapping, offset + count)
  }

  /// Calls `body` with the bytes, which must not be used after it has returned.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) {
      try unsafe body(UnsafeRawBufferPointer(start: mapping + offset, count: count))
    }
  }
}
