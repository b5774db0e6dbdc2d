// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// A height and a width in pixels, such as `28x28`, or one number for both.
struct PictureSize: ExpressibleByArgument {
  let height: Int
  let width: Int

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = sides.first, let height = first, let width = sides.last ?? height,
      sides.count <= 2, 1...PictureFormat.greatestSide ~= height,
      1...PictureFormat.greatestSide ~= width
    else { return nil }
    (self.height, self.width) = (height, width)
  }
}
