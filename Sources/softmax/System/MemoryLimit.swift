// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How much memory this process may have.
struct MemoryLimit {
  /// In bytes.
  let byteCount: Double
  /// Who sets the limit, as in "the machine has".
  let owner: String

  /// The machine's memory, or what `ulimit -v` leaves of it.
  static var current: MemoryLimit {
    let machine = MemoryLimit(
      byteCount: Double(ProcessInfo.processInfo.physicalMemory), owner: "the machine has")
    guard let limit = addressSpace else { return machine }
    let free = max(0, limit - usedAddressSpace)
    // Threads that are yet to start reserve stacks and heaps, of which little is ever touched.
    let left = MemoryLimit(
      byteCount: free - min(free / 4, 128e6), owner: "the limit on memory (ulimit -v) leaves")
    return left.byteCount < machine.byteCount ? left : machine
  }

  private static var addressSpace: Double? {
    var limit = rlimit()
    #if canImport(Glibc)
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      let result = unsafe getrlimit(RLIMIT_AS, &limit)
    #endif
    guard result == 0 else { return nil }
    // No limit is the greatest number there is, which no machine's memory reaches.
    return Double(limit.rlim_cur)
  }

  // The program, its libraries and its threads' stacks count against the limit too.
  private static var usedAddressSpace: Double {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").first.flatMap({ Double($0) })
    else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}
