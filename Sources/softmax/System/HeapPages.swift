// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#endif

/// What the allocator does with memory that was freed.
enum HeapPages {
  /// Keeps pages that were freed, for the next vectors of the same size.
  ///
  /// A solve of many sparse columns takes and frees vectors of tens of megabytes in each iteration. The allocator of
  /// glibc gives each back to the system, whose clearing of the pages takes a sixth of the time of such a training.
  /// Elsewhere this does nothing.
  static func keepFreed() {
    #if canImport(Glibc)
      // <malloc.h> belongs to no module: M_MMAP_MAX is -4, M_TRIM_THRESHOLD is -1.
      typealias Function = @convention(c) (Int32, Int32) -> Int32
      guard let symbol = unsafe dlsym(nil, "mallopt") else { return }
      let mallopt = unsafe unsafeBitCast(symbol, to: Function.self)
      _ = mallopt(-4, 0)
      _ = mallopt(-1, .max)
    #endif
  }
}
