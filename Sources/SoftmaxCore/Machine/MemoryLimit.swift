// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The memory that this process may use.
///
/// A system that runs out of memory kills the process without an error message. Code that is about to
/// allocate much memory therefore compares its needs with the limit first and throws an error. The limit
/// is an estimate: it does not account for the memory that other processes use.
package struct MemoryLimit: Sendable {
  /// The limit in bytes.
  package let byteCount: Int
  /// The source of the limit with its verb, such as "the machine has", for error messages.
  package let owner: String

  package init(byteCount: Int, owner: String) {
    self.byteCount = byteCount
    self.owner = owner
  }

  /// The smallest of the limits that apply to this process now.
  ///
  /// The limits are the memory of the machine, the limit of the process's control groups, and the rest of
  /// the address space that `ulimit -v` leaves.
  package static var current: MemoryLimit {
    var limits = [MemoryLimit(byteCount: machineByteCount, owner: "the machine has")]
    if let limit = ControlGroup.current.memoryLimit {
      limits.append(MemoryLimit(byteCount: limit, owner: "the control group of the process allows"))
    }
    if let limit = addressSpace {
      // A reserve for threads that have not started yet: their stacks and heaps take address space, of
      // which they use little.
      let free = max(0, limit - usedAddressSpace)
      limits.append(
        MemoryLimit(
          byteCount: free - min(free / 4, 128_000_000),
          owner: "the limit on memory (ulimit -v) leaves"))
    }
    return limits.min { $0.byteCount < $1.byteCount } ?? limits[0]
  }

  /// Throws `unsupported` if a task needs more memory than the limit.
  ///
  /// - Parameters:
  ///   - needed: the memory that the task needs, in bytes.
  ///   - what: the task, such as "training this network", for the error message.
  ///   - remedy: the remedy in the error.
  ///   - location: the location in the error.
  package func validate(
    _ needed: Double, for what: String, remedy: String, at location: SoftmaxError.Location? = nil
  ) throws(SoftmaxError) {
    guard needed > Double(byteCount) else { return }
    throw SoftmaxError(
      .unsupported,
      "\(what) takes about \(Self.text(needed)) of memory, \(owner) \(Self.text(Double(byteCount)))",
      remedy: remedy, at: location)
  }

  // Returns a size in megabytes or gigabytes, rounded up. More digits would pretend a precision that the
  // estimates do not have.
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
    // The system represents "no limit" by its greatest number.
    let count = Int(clamping: limit.rlim_cur)
    return result == 0 && count < .max ? count : nil
  }

  // The address space that the program, its libraries and its threads' stacks already use, in bytes. It
  // counts against the limit.
  private static var usedAddressSpace: Int {
    let pages = SmallFile.lines("/proc/self/statm").first?.split(separator: " ").first
    return (pages.flatMap { Int($0) } ?? 0) * pageByteCount
  }

  private static var pageByteCount: Int { max(1, sysconf(Int32(_SC_PAGESIZE))) }
}
