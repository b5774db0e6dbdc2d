// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Folders of pictures.
@Suite struct PictureCommandTests {
  let bench: Workbench

  // Twelve pictures of 5 x 4 pixels in each of two classes: a bright left half, and a bright right half.
  init() throws {
    bench = try Workbench()
    for number in 0..<12 {
      for (name, isLeft) in [("left", true), ("right", false)] {
        let pixels = (0..<20).map { place in
          UInt8((place % 4 < 2) == isLeft ? 200 + 4 * number : 10 * (place % 3))
        }
        try bench.write(pngPicture(pixels, width: 4), to: "halves/\(name)/\(number).png")
      }
    }
  }

  @Test func aFolderOfPicturesIsLearntFromAndPredicted() throws {
    let training = try bench.run("train", "halves", "--epochs", "30", "--output", "m.safetensors")
    try #require(training.exitCode == 0, "\(training.errors)")
    #expect(training.errors.contains("24 pictures of 5 x 4, grey, 2 classes by their folders"))
    let one = try bench.run("predict", "m.safetensors", "halves/right/3.png")
    #expect(one.exitCode == 0 && one.output.contains("right"), "\(one.errors)")
    // A larger picture has the size that the model takes.
    let bright = (0..<200).map { UInt8($0 % 20 < 10 ? 250 : 0) }
    try bench.write(pngPicture(bright, width: 20), to: "new/wide.png")
    let other = try bench.run("predict", "m.safetensors", "new", "--csv")
    #expect(other.lines.first?.hasPrefix("row,file,label,") == true)
    #expect(other.lines.count == 2)
    #expect(other.lines.last?.hasPrefix("0,new/wide.png,left,0,") == true)
    let evaluation = try bench.run("evaluate", "m.safetensors", "halves", "--json")
    #expect(evaluation.output.contains("\"accuracy\":1.0"), "\(evaluation.errors)")
  }

  @Test func filesThatAreNoPicturesAreNamedOrLeftOut() throws {
    try bench.write(Array("text".utf8), to: "halves/left/no.png")
    let refused = try bench.run("train", "halves", "--epochs", "1")
    #expect(refused.exitCode == 1)
    #expect(refused.errors.contains("halves/left/no.png: no picture of PNG or JPEG"))
    #expect(refused.errors.contains("(--skip-unreadable)"))
    let skipped = try bench.run("train", "halves", "--epochs", "1", "--skip-unreadable")
    #expect(skipped.exitCode == 0 && skipped.errors.contains("1 of 25 pictures are left out"))
    #expect(skipped.errors.contains("24 rows of 5 x 4"))
  }

  @Test func theSizeCanBeSaid() throws {
    let inspected = try bench.run("inspect", "halves", "--picture-size", "3x7", "--no-gray")
    #expect(inspected.output.contains("3 x 7 x 3, 2 classes"), "\(inspected.output)")
    let wrong = try bench.run("inspect", "halves", "--picture-size", "3x")
    #expect(wrong.exitCode == 64)
  }
}
