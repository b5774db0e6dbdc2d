// SPDX-License-Identifier: Apache-2.0

/// The limits that the control groups (cgroups) of this process set, as in containers and services.
///
/// Control groups exist only on Linux; on other systems both limits are nil. Versions 1 and 2 are
/// supported. The limits of the process's group and of all groups around it are read, and the tightest
/// applies. A limit that cannot be read counts as no limit.
package struct ControlGroup: Sendable {
  /// The processor time that the process may use per second, in seconds; nil if there is no limit.
  package let processorQuota: Double?
  /// The memory that the process may use, in bytes; nil if there is no limit.
  package let memoryLimit: Int?

  /// The limits of this process, read once.
  package static let current = ControlGroup()

  /// Reads the limits of this process from `/proc` and the file system of the control groups.
  ///
  /// - Parameter root: a folder that replaces `/`, for tests.
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

  // Version 2 stores quota and period in one file, as "200000 100000" or "max 100000". Version 1 stores
  // them in two files.
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

  // Version 1 writes "no limit" as a number close to 2^63.
  private static func limit(in folder: String) -> Int? {
    ["memory.max", "memory.limit_in_bytes"].lazy
      .compactMap { SmallFile.lines(folder + "/" + $0).first }
      .compactMap { Int($0) }.first { $0 < 1 << 60 }
  }

  /// A line of `/proc/self/cgroup`: `4:cpu,cpuacct:/a/b` in version 1, `0::/a/b` in version 2.
  private struct Membership {
    let controllers: [Substring]
    let path: Substring

    init?(_ line: Substring) {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      controllers = parts[1].split(separator: ",")
      path = parts[2]
    }

    /// Returns whether the group's folder may contain limits of a controller.
    func controls(_ controller: Substring) -> Bool {
      controllers.isEmpty || controllers.contains(controller)
    }
  }

  /// A line of `/proc/self/mountinfo` that describes a mount of control groups.
  private struct Mount {
    private let isUnified: Bool
    private let controllers: [Substring]
    // The path of the group that is mounted, and the folder at which it is mounted.
    private let group: Substring
    private let place: Substring

    init?(_ line: Substring) {
      // The fields: id parent device group place options ... - type source options
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

    /// Returns the folders of the process's group and of the groups around it that are visible here.
    func folders(of membership: Membership) -> [String] {
      var names = membership.path.split(separator: "/")
      let outer = group.split(separator: "/")
      // In a container, the process's group may itself be mounted as the outermost group, and the path
      // in `/proc` may be one that exists only outside. Only the mounted group is then read.
      if names.starts(with: outer) { names.removeFirst(outer.count) } else { names = [] }
      if names.contains("..") { names = [] }
      return (0...names.count).map { count in
        ([String(place)] + names.prefix(count).map(String.init)).joined(separator: "/")
      }
    }
  }
}
