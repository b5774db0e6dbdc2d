// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for reading pictures.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Of pictures: the pixels of a side, or height x width, as in 28x28 (default: that of the pictures if all are \
      of one size up to 64x64, else 32).
      """, valueName: "size"))
  var pictureSize: PictureSize?

  @Flag(
    inversion: .prefixedNo,
    help: "Of pictures: whether to use the brightness alone (default: if all are grey).")
  var gray: Bool?

  @Flag(help: "Of pictures: leave out, with a warning, the files that cannot be read.")
  var skipUnreadable = false

  /// The options as the library's format.
  var format: PictureFormat {
    PictureFormat(
      height: pictureSize?.height, width: pictureSize?.width, isGray: gray,
      skipsUnreadable: skipUnreadable)
  }

  /// The options as words of a command line that reads pictures for a model.
  var words: [String] { skipUnreadable ? ["--skip-unreadable"] : [] }
}
