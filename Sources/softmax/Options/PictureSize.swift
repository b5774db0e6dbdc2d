// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A height and a width in pixels, such as `28x28`, or one number for both.
struct PictureSize: ExpressibleByArgument {
  let height: Int
  let width: Int

  // Greater pictures than these are no work for a network of dense layers.
  private static let greatest = 4_096

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = sides.first, let height = first, let width = sides.last ?? height,
      sides.count <= 2, (1...Self.greatest).contains(height), (1...Self.greatest).contains(width)
    else { return nil }
    (self.height, self.width) = (height, width)
  }
}
