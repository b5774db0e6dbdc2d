// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The library measured: the one around this folder, or another checkout's.
let library = Context.environment["SOFTMAX_BENCH_LIBRARY"] ?? ".."

let package = Package(
  name: "softmax-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-softmax", path: library)],
  targets: [
    // MARK: What the machine gives: multiplications, memory, calls of malloc
    .target(name: "CGauge"),

    // MARK: Our side of every comparison
    .executableTarget(
      name: "softmax-bench",
      dependencies: ["CGauge", .product(name: "SoftmaxKit", package: "swift-softmax")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
      ]),
  ]
)
