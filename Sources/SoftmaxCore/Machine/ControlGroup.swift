// SPDX-License-Identifier: Apache-2.0

/// What the control groups of this process, as containers and services have them, let it use.
///
/// Linux alone has them; elsewhere nothing is limited. Both versions are read, and every group from
/// the process's own up to the outermost: the tightest limit holds. What cannot be read counts as no
/// limit.
package struct ControlGroup: Sendable {
  /// The processors' time that the process may use in a second, in seconds; nil for no limit.
  package let processorQuota: Double?
  /// The bytes of memory that the process may have; nil for no limit.
  package let memoryLimit: Int?

  /// The groups of this process.
  package static let current = ControlGroup()

  /// Reads the groups of the process.
  ///
  /// - Parameter root: the folder that stands for `/`, in tests.
  package init(root: String = "") {
    let mounts = SmallFile.lines(root + "/proc/self/mountinfo").compactMap(Mount.init)
    var quotas: [Double] = []
    var limits: [Int] = []
    for membership in SmallFile.lines(root + "/proc/self/cgroup").compactMap(Membership.init) {
      for mount in mounts where mount.holds(membership) {
        for folder in mount.folders(of: membership) {
          let folder = root + folder
          if membership.controls("cpu"), let quota = Self.quota(in: folder) {
            quotas.append(quota)
          }
          if membership.controls("memory"), let limit = Self.limit(in: folder) {
            limits.append(limit)
          }
        }
      }
    }
    processorQuota = quotas.min()
    memoryLimit = limits.min()
  }

  // Version 2 has "200000 100000" or "max 100000" in one file, version 1 the two numbers in two.
  private static func quota(in folder: String) -> Double? {
    var numbers = SmallFile.lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
    if numbers.isEmpty {
      numbers = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].compactMap {
        SmallFile.lines(folder + "/" + $0).first
      }
    }
    guard numbers.count == 2, let quota = Double(numbers[0]), let period = Double(numbers[1]),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  // Version 1 writes "no limit" as a number that no machine reaches.
  private static func limit(in folder: String) -> Int? {
    ["memory.max", "memory.limit_in_bytes"].lazy
      .compactMap { SmallFile.lines(folder + "/" + $0).first }
      .compactMap { Int($0) }.first { $0 < 1 << 60 }
  }

  /// A line of `/proc/self/cgroup`: `4:cpu,cpuacct:/a/b`, of version 2 `0::/a/b`.
  private struct Membership {
    let controllers: [Substring]
    let path: Substring

    init?(_ line: Substring) {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      controllers = parts[1].split(separator: ",")
      path = parts[2]
    }

    /// Whether a limit of this kind may be found in the group's folder.
    func controls(_ controller: Substring) -> Bool {
      controllers.isEmpty || controllers.contains(controller)
    }
  }

  /// A line of `/proc/self/mountinfo` about control groups.
  private struct Mount {
    private let isUnified: Bool
    private let controllers: [Substring]
    // The group that is mounted, and where.
    private let group: Substring
    private let place: Substring

    init?(_ line: Substring) {
      // 36 35 98:0 /group /place options ... - type source options
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
        return nil
      }
      guard ["cgroup", "cgroup2"].contains(fields[dash + 1]) else { return nil }
      isUnified = fields[dash + 1] == "cgroup2"
      controllers = fields[dash + 3].split(separator: ",")
      group = fields[3]
      place = fields[4]
    }

    func holds(_ membership: Membership) -> Bool {
      membership.controllers.isEmpty
        ? isUnified : !isUnified && membership.controllers.allSatisfy(controllers.contains)
    }

    /// The folders of the process's group and of those around it, as far as they can be seen.
    func folders(of membership: Membership) -> [String] {
      var names = membership.path.split(separator: "/")
      let outer = group.split(separator: "/")
      // A container may see its own group as the outermost, under whatever path outside.
      if names.starts(with: outer) { names.removeFirst(outer.count) } else { names = [] }
      if names.contains("..") { names = [] }
      return (0...names.count).map { count in
        ([String(place)] + names.prefix(count).map(String.init)).joined(separator: "/")
      }
    }
  }
}
