// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A part of a file that lies in memory as long as this lives, to be read and never written.
///
/// The pages are the system's own copy of the file: mapping copies nothing, and
/// processes share them. What was mapped stays when the file's name is removed
/// or given to another file. It does not stay when somebody cuts this very file
/// short, or when the disk fails: reading there is a signal, SIGBUS. So only
/// files are mapped that are replaced as a whole and never changed in their place.
@safe
package final class MappedBytes: @unchecked Sendable {
  /// The number of bytes.
  package let count: Int
  // The mapping begins at the file's beginning, the bytes at an offset in it.
  private let mapping: UnsafeMutableRawPointer
  private let offset: Int

  /// Maps `count` bytes of an open file; nil where the system refuses, or for no bytes.
  ///
  /// - Precondition: the file holds them; the descriptor may be closed at once.
  package init?(descriptor: Int32, offset: Int, count: Int) {
    precondition(offset >= 0, "an offset in a file is not negative")
    let (length, overflow) = offset.addingReportingOverflow(count)
    guard count > 0, !overflow else { return nil }
    let mapping = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
    #if os(Linux)
      // Read from the disk in pieces of 2 MiB, they need a five-hundredth of the page faults. It
      // is only advice: kernels that cannot do it say so, and nothing is lost.
      unsafe madvise(mapping, length, MADV_HUGEPAGE)
    #endif
    unsafe self.mapping = unsafe mapping
    self.offset = offset
    self.count = count
  }

  deinit {
    unsafe munmap(mapping, offset + count)
  }

  /// Calls `body` with the bytes, which must not be used after it returned.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) {
      try unsafe body(UnsafeRawBufferPointer(start: mapping + offset, count: count))
    }
  }
}
