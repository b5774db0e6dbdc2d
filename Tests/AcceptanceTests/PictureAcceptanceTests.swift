// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

// Five networks take seconds where C is optimised.
@Suite(.enabled(if: isRelease, "full sizes need optimised code"))
struct PictureAcceptanceTests {
  @Test func digitsAsPicturesAreToldApartWithoutAnOption() throws {
    let folder = try TemporaryFolder()
    // All digits, of which a quarter is drawn to judge by; the library's own test part is of other writers.
    let split = try Digits.load()
    let test = try #require(split.test)
    let all = try LabeledDataset(
      features: .floats(
        Matrix(
          rowCount: split.training.count + test.count, columnCount: 64,
          elements: split.training.features.matrix.elements + test.features.matrix.elements)),
      labels: split.training.labels + test.labels, classNames: test.classNames)
    let digits = try all.split(validationFraction: 0.25, seed: 0)
    for (part, samples) in [("train", digits.training), ("test", digits.validation)] {
      for row in 0..<samples.count {
        // The digits are the numbers 0...16, scaled to 0...1.
        let pixels = samples.features.row(row).map { UInt8(($0 * 255).rounded()) }
        try folder.write(
          pngPicture(pixels, width: 8),
          to: "numerals/\(part)/\(samples.classNames[samples.labels[row]])/\(row).png")
      }
    }
    let outcome = try BuiltCommand.run(
      ["train", "numerals", "--json", "--quiet"], environment: [:], in: folder.url)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let result = try #require(try outcome.objects().last)
    #expect(try #require(result["accuracy"] as? Double) >= 0.975)
    #expect(try #require(result["log_loss"] as? Double) < 0.1)
  }
}
