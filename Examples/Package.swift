// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// One program for each thing that the articles show, in the words of their systems. Each states its
// results and ends with an error where one does not hold: `Examples/run.sh` runs them all.
let examples = [
  "keras-fashion-mnist", "keras-softmax-layer", "numpy-softmax", "scikit-learn-estimator",
  "d2l-losses", "d2l-from-scratch", "d2l-concise", "tensorflow-1-cost", "ng-digits", "pytorch-loop",
  "binary-and-tables", "own-loss-and-layer",
]

let package = Package(
  name: "softmax-examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-softmax", path: "..")],
  targets: [.target(name: "Statements")]
    + examples.map { name in
      .executableTarget(
        name: name,
        dependencies: ["Statements", .product(name: "SoftmaxKit", package: "swift-softmax")],
        swiftSettings: [.swiftLanguageMode(.v6)])
    }
)
