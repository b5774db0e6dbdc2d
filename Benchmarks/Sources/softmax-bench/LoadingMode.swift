// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// Fashion-MNIST from its four gzip files, or from the checked cache, one load a command.
///
/// `load data=FOLDER cache=off`, or cache=FOLDER.
enum LoadingMode {
  static func run(_ settings: Settings) throws {
    let folder = try settings.text("data")
    var environment = ProcessInfo.processInfo.environment
    environment["SOFTMAX_CACHE"] = try settings.text("cache")
    var split = try FashionMNIST.load(directory: folder, environment: environment)
    try Worker.serve { _ in
      let start = Clock.now
      let fresh = try FashionMNIST.load(directory: folder, environment: environment)
      let seconds = Clock.now - start
      split = fresh  // The one before is freed outside of the time.
      // The sum shows that every pixel is there.
      guard let pixels = split.training.features.bytes else {
        throw BenchmarkError("the features are no bytes")
      }
      return [
        "seconds": .number(seconds), "rows": .number(Double(split.training.count)),
        "sum": .number(Double(pixels.bytes.reduce(0) { $0 + Int($1) })),
      ]
    }
  }
}
