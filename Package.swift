// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The project's own tests turn warnings into errors; who depends on the package is left alone.
let isStrict = Context.environment["SOFTMAX_WARNINGS_AS_ERRORS"] != nil
let cSettings: [CSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []
let strictSettings: [SwiftSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
]

let package = Package(
  name: "swift-softmax",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "SoftmaxKit", targets: ["SoftmaxKit"]),
    .library(name: "SoftmaxCore", targets: ["SoftmaxCore"]),
    .library(name: "SoftmaxModels", targets: ["SoftmaxModels"]),
    .library(name: "SoftmaxData", targets: ["SoftmaxData"]),
    .library(name: "SoftmaxReports", targets: ["SoftmaxReports"]),
    .executable(name: "softmax", targets: ["softmax"]),
  ],
  traits: [
    .trait(name: "Pictures", description: "Reads pictures; needs libpng and libjpeg.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: The arithmetic
    .target(name: "CSoftmaxKernels", cSettings: cSettings),
    .target(
      name: "SoftmaxCore", dependencies: ["CSoftmaxKernels"],
      swiftSettings: settings + strictSettings),

    // MARK: The library
    .target(
      name: "SoftmaxModels", dependencies: ["SoftmaxCore"], swiftSettings: settings + strictSettings
    ),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .target(
      name: "CPictures",
      dependencies: [
        .target(name: "CPNG", condition: .when(traits: ["Pictures"])),
        .target(name: "CJPEG", condition: .when(traits: ["Pictures"])),
      ],
      cSettings: cSettings + [.define("SOFTMAX_PICTURES", .when(traits: ["Pictures"]))]),
    .target(
      name: "SoftmaxData",
      dependencies: [
        "CZlib", "SoftmaxCore", "SoftmaxModels",
        .target(name: "CPictures", condition: .when(traits: ["Pictures"])),
      ],
      exclude: [
        "Resources/breast-cancer/README.md", "Resources/digits/README.md",
        "Resources/iris/README.md",
      ],
      resources: [
        .embedInCode("Resources/breast-cancer/breast-cancer.csv.gz"),
        .embedInCode("Resources/iris/iris.csv.gz"),
        .embedInCode("Resources/digits/digits-images-idx3-ubyte.gz"),
        .embedInCode("Resources/digits/digits-labels-idx1-ubyte.gz"),
      ],
      swiftSettings: settings + strictSettings),
    .target(
      name: "SoftmaxReports", dependencies: ["SoftmaxCore", "SoftmaxModels"],
      swiftSettings: settings + strictSettings),
    .target(
      name: "SoftmaxKit",
      dependencies: ["SoftmaxCore", "SoftmaxData", "SoftmaxModels", "SoftmaxReports"],
      swiftSettings: settings + strictSettings),

    // MARK: The command
    .executableTarget(
      name: "softmax",
      dependencies: [
        "SoftmaxKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings + strictSettings),

    // MARK: The tests of core and models
    .testTarget(
      name: "CoreTests", dependencies: ["SoftmaxCore", "SoftmaxTestSupport"],
      swiftSettings: settings + strictSettings),
    .testTarget(
      name: "ModelTests", dependencies: ["SoftmaxCore", "SoftmaxModels", "SoftmaxTestSupport"],
      resources: [.copy("Golden")], swiftSettings: settings + strictSettings),

    // MARK: The tests of the command
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "softmax", "SoftmaxCore", "SoftmaxData", "SoftmaxModels", "SoftmaxReports",
        "SoftmaxTestSupport",
      ],
      swiftSettings: settings + strictSettings),

    // MARK: The tests of reports and figures
    .testTarget(
      name: "ReportTests",
      dependencies: ["CZlib", "SoftmaxCore", "SoftmaxModels", "SoftmaxReports"],
      swiftSettings: settings + strictSettings),

    // MARK: The tests of the data
    .target(
      name: "SoftmaxTestSupport", path: "Tests/SoftmaxTestSupport",
      swiftSettings: settings + strictSettings),
    .testTarget(
      name: "DataTests",
      dependencies: ["CZlib", "SoftmaxCore", "SoftmaxData", "SoftmaxModels", "SoftmaxTestSupport"],
      resources: [.copy("Golden")], swiftSettings: settings + strictSettings),

    // MARK: The tests of the arithmetic
    .target(
      name: "KernelSweep", dependencies: ["CSoftmaxKernels"], path: "Tests/KernelSweep",
      cSettings: cSettings),
    .testTarget(
      name: "KernelTests", dependencies: ["CSoftmaxKernels", "KernelSweep"],
      swiftSettings: settings + strictSettings),

    // MARK: The tests of the whole
    .testTarget(
      name: "SnippetTests", dependencies: ["SoftmaxKit", "SoftmaxTestSupport"],
      swiftSettings: settings + strictSettings),
    .testTarget(
      name: "AcceptanceTests", dependencies: ["SoftmaxKit", "SoftmaxTestSupport", "softmax"],
      swiftSettings: settings + strictSettings),
  ]
)

// MARK: The optimised build of the tests that need it (make test-release)

// To optimise those of the command alone takes minutes.
if let names = Context.environment["SOFTMAX_TESTS"]?.split(separator: " ") {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name[...]) }
}

// MARK: The builds of sanitizers and fuzzers (Tools/sanitize.sh)

// They take minutes, so they leave out what they do not run.
if let sanitizer = Context.environment["SOFTMAX_SANITIZER"] {
  let racing = [
    "CoreTests": ["RowFunctionTests.swift", "TeamPaceTests.swift", "WorkerTeamTests.swift"],
    "DataTests": [
      "BatchLoaderTests.swift", "CSVDamageTests.swift", "CSVWorkerTests.swift", "Fixtures.swift",
    ],
    "ModelTests": [
      "PlanCase.swift", "PlanTests.swift", "PredictorTests.swift", "TrainerTests.swift",
      "TrainingTests.swift",
    ],
  ]
  let tests =
    sanitizer == "thread" ? Array(racing.keys) : ["CoreTests", "DataTests", "KernelTests"]
  let libraries = [
    "CJPEG", "CPNG", "CPictures", "CSoftmaxKernels", "CZlib", "KernelSweep", "SoftmaxCore",
    "SoftmaxData", "SoftmaxModels", "SoftmaxTestSupport",
  ]
  package.products = []
  package.dependencies = []
  package.targets.removeAll { !(libraries + tests).contains($0.name) }
  if sanitizer == "thread" {
    for target in package.targets { target.sources = racing[target.name] }
    #if os(Linux)
      package.targets.append(.target(name: "MutexWaiting", path: "Tests/MutexWaiting"))
      package.targets.first { $0.name == "SoftmaxTestSupport" }?.dependencies = ["MutexWaiting"]
    #endif
  } else {
    package.targets.append(
      .executableTarget(
        name: "fuzz", dependencies: ["SoftmaxCore", "SoftmaxData", "SoftmaxModels"],
        path: "Tests/Fuzz", exclude: ["corpus", "make-corpus.py", "run.sh"],
        swiftSettings: settings, linkerSettings: [.linkedLibrary("stdc++")]))
  }
}
