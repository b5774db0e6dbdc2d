// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Fashion-MNIST from its four gzip files, or from the checked cache, one load a command.
///
/// `load data=FOLDER cache=off`, or cache=FOLDER.
enum LoadingMode {
  static func run(_ settings: Settings) throws {
    let folder = try settings.text("data")
    let place = try settings.text("cache")
    var cache = DataCache.none
    cache.unpackedFolder = place == "off" ? nil : place
    var split = try RemoteDataset.fashionMNIST.load(directory: folder, cache: cache)
    try Worker.serve { _ in
      let start = Clock.now
      let fresh = try RemoteDataset.fashionMNIST.load(directory: folder, cache: cache)
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
