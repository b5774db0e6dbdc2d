// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The library measured: the one around this folder, or another checkout's. What it offers that
// others may lack is said by the driver (driver/build.py).
let library = Context.environment["SOFTMAX_BENCH_LIBRARY"] ?? ".."
let offered = (Context.environment["SOFTMAX_BENCH_OFFERS"] ?? "").split(separator: ",")

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
      ] + offered.map { .define(String($0)) }),
  ]
)
