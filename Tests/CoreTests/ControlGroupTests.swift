// SPDX-License-Identifier: Apache-2.0

import SoftmaxTestSupport
import Testing

@testable import SoftmaxCore

@Suite struct ControlGroupTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func group(
    _ membership: String, mounts: [String], files: [String: String]
  ) throws -> ControlGroup {
    try write(membership, to: "proc/self/cgroup")
    try write(
      "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" + mounts.joined(separator: "\n"),
      to: "proc/self/mountinfo")
    for (name, text) in files { try write(text + "\n", to: name) }
    return ControlGroup(root: folder.path)
  }

  private func write(_ text: String, to name: String) throws {
    try folder.write(Array(text.utf8), to: name)
  }

  private let unified = "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw"

  @Test func aQuotaOfTwoOfSixtyFourProcessorsStartsTwoWorkers() throws {
    let group = try group(
      "0::/service", mounts: [unified],
      files: ["sys/fs/cgroup/service/cpu.max": "200000 100000"])
    #expect(group.processorQuota == 2)
    #expect(group.memoryLimit == nil)
    #expect(WorkerTeam.processorCount(of: 64, quota: group.processorQuota) == 2)
  }

  @Test(arguments: [(nil, 64), (0.5, 1), (1.9, 1), (2.5, 2), (100, 64), (1e300, 64)])
  func aQuotaPaysForWholeWorkersAndAtLeastOne(quota: Double?, workers: Int) {
    #expect(WorkerTeam.processorCount(of: 64, quota: quota) == workers)
  }

  @Test func theTightestOfNestedGroupsHolds() throws {
    let group = try group(
      "0::/outer/middle/inner", mounts: [unified],
      files: [
        "sys/fs/cgroup/outer/cpu.max": "150000 100000",
        "sys/fs/cgroup/outer/middle/cpu.max": "max 100000",
        "sys/fs/cgroup/outer/middle/inner/cpu.max": "800000 100000",
        "sys/fs/cgroup/outer/memory.max": "max",
        "sys/fs/cgroup/outer/middle/memory.max": "1073741824",
        "sys/fs/cgroup/outer/middle/inner/memory.max": "4294967296",
      ])
    #expect(group.processorQuota == 1.5)
    #expect(group.memoryLimit == 1 << 30)
  }

  @Test(arguments: [(150_000, 800_000), (800_000, 150_000)])
  func theTightestOfNestedGroupsHoldsWhicheverItIs(outer: Int, inner: Int) throws {
    let group = try group(
      "0::/outer/inner", mounts: [unified],
      files: [
        "sys/fs/cgroup/outer/cpu.max": "\(outer) 100000",
        "sys/fs/cgroup/outer/inner/cpu.max": "\(inner) 100000",
        "sys/fs/cgroup/outer/memory.max": "\(outer)",
        "sys/fs/cgroup/outer/inner/memory.max": "\(inner)",
      ])
    #expect(group.processorQuota == 1.5)
    #expect(group.memoryLimit == 150_000)
  }

  @Test func theFirstVersionHasAFolderForEachController() throws {
    let group = try group(
      "9:name=systemd:/\n4:memory:/a/b\n3:cpu,cpuacct:/a",
      mounts: [
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
      ],
      files: [
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "300000",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "536870912",
        "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712",
      ])
    #expect(group.processorQuota == 3)
    #expect(group.memoryLimit == 1 << 29)
  }

  @Test func noQuotaIsMinusOneInTheFirstVersion() throws {
    let group = try group(
      "3:cpu:/",
      mounts: ["32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"],
      files: [
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      ])
    #expect(group.processorQuota == nil)
  }

  @Test(arguments: ["/docker/1234", "/", "/../other"])
  func aContainerSeesItsOwnGroupAsTheOutermost(path: String) throws {
    let group = try group(
      "0::\(path)",
      mounts: ["30 22 0:26 /docker/1234 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw"],
      files: ["sys/fs/cgroup/cpu.max": "100000 50000", "sys/fs/cgroup/memory.max": "1000000"])
    #expect(group.processorQuota == 2)
    #expect(group.memoryLimit == 1_000_000)
  }

  @Test func whatCannotBeReadIsNoLimit() throws {
    #expect(ControlGroup(root: folder.path("nowhere")).processorQuota == nil)
    let group = try group(
      "nonsense\n0::/a\n:::\n", mounts: ["- - -", "30 22 0:26 / - cgroup2", unified],
      files: [
        "sys/fs/cgroup/a/cpu.max": "200000", "sys/fs/cgroup/a/memory.max": "plenty",
        "sys/fs/cgroup/cpu.max": "-5 0",
      ])
    #expect(group.processorQuota == nil)
    #expect(group.memoryLimit == nil)
  }
}

@Suite struct MemoryLimitTests {
  @Test func whatTakesMoreIsRefusedInWords() {
    let limit = MemoryLimit(byteCount: 100_000_000, owner: "the control group allows")
    #expect(throws: Never.self) { try limit.validate(1e8, for: "it", remedy: "") }
    let error = #expect(throws: SoftmaxError.self) {
      try limit.validate(1.2e9, for: "reading it", remedy: "use less")
    }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message
        == "reading it takes about 1200 MB of memory, the control group allows 100 MB")
  }

  @Test func theMachineHasSome() {
    #expect(MemoryLimit.current.byteCount > 1 << 20)
  }
}
