// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How much memory this process may have.
///
/// A system that has none left ends the process without a word. Who is about to ask for much compares it
/// with the limit first, and throws.
package struct MemoryLimit: Sendable {
  /// In bytes.
  package let byteCount: Int
  /// Who sets the limit, as in "the machine has".
  package let owner: String

  package init(byteCount: Int, owner: String) {
    self.byteCount = byteCount
    self.owner = owner
  }

  /// The least of the machine's memory, what its control groups let the process have, and what
  /// `ulimit -v` leaves of it.
  package static var current: MemoryLimit {
    var limits = [MemoryLimit(byteCount: machineByteCount, owner: "the machine has")]
    if let limit = ControlGroup.current.memoryLimit {
      limits.append(MemoryLimit(byteCount: limit, owner: "the control group of the process allows"))
    }
    if let limit = addressSpace {
      // Threads that are yet to start reserve stacks and heaps, of which little is ever touched.
      let free = max(0, limit - usedAddressSpace)
      limits.append(
        MemoryLimit(
          byteCount: free - min(free / 4, 128_000_000),
          owner: "the limit on memory (ulimit -v) leaves"))
    }
    return limits.min { $0.byteCount < $1.byteCount } ?? limits[0]
  }

  /// Throws `unsupported` if something takes more memory than that.
  ///
  /// - Parameters:
  ///   - needed: in bytes.
  ///   - what: what takes it, as in "training this network".
  package func validate(
    _ needed: Double, for what: String, remedy: String, at location: SoftmaxError.Location? = nil
  ) throws(SoftmaxError) {
    guard needed > Double(byteCount) else { return }
    throw SoftmaxError(
      .unsupported,
      "\(what) takes about \(Self.text(needed)) of memory, \(owner) \(Self.text(Double(byteCount)))",
      remedy: remedy, at: location)
  }

  // In megabytes, which is as exact as an estimate is.
  private static func text(_ bytes: Double) -> String {
    let megabytes = (bytes / 1e6).rounded(.up)
    if megabytes < 10_000 { return "\(Int(megabytes)) MB" }
    let gigabytes = (bytes / 1e9).rounded(.up)
    return gigabytes < 1e9 ? "\(Int(gigabytes)) GB" : "\(gigabytes) GB"
  }

  private static var machineByteCount: Int {
    #if canImport(Darwin)
      var count: UInt64 = 0
      var size = MemoryLayout<UInt64>.size
      guard unsafe sysctlbyname("hw.memsize", &count, &size, nil, 0) == 0 else { return .max }
      return Int(clamping: count)
    #else
      let pages = sysconf(Int32(_SC_PHYS_PAGES))
      return pages > 0 ? pages.multipliedReportingOverflow(by: pageByteCount).partialValue : .max
    #endif
  }

  private static var addressSpace: Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      let result = unsafe getrlimit(RLIMIT_AS, &limit)
    #endif
    // No limit is the greatest number there is.
    let count = Int(clamping: limit.rlim_cur)
    return result == 0 && count < .max ? count : nil
  }

  // The program, its libraries and its threads' stacks count against the limit too.
  private static var usedAddressSpace: Int {
    let pages = SmallFile.lines("/proc/self/statm").first?.split(separator: " ").first
    return (pages.flatMap { Int($0) } ?? 0) * pageByteCount
  }

  private static var pageByteCount: Int { max(1, sysconf(Int32(_SC_PAGESIZE))) }
}
