// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxData
import Testing

@Suite struct DigitsTests {
  @Test func theSplitIsTheOneDocumented() throws {
    let digits = try Digits.load()
    let test = try #require(digits.test)
    #expect(digits.name == "digits")
    #expect(digits.training.count == 1_437)
    #expect(test.count == 360)
    #expect(digits.training.featureShape == [8, 8])
    #expect(digits.training.classNames == (0...9).map(String.init))
    #expect(Array(digits.training.labels.prefix(12)) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    #expect(Array(test.labels.prefix(10)) == [2, 3, 4, 5, 6, 7, 8, 9, 0, 9])
    // numpy.bincount of scikit-learn's target[1437:].
    let counts = (0..<10).map { digit in test.labels.count { $0 == digit } }
    #expect(counts == [35, 36, 35, 37, 37, 37, 37, 36, 33, 37])
  }

  @Test func pixelsAreSixteenths() throws {
    let digits = try Digits.load()
    #expect(
      digits.training.features.row(0).prefix(16).map { $0 * 16 }
        == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
    guard let pixels = digits.training.features.bytes else {
      Issue.record("expected bytes")
      return
    }
    #expect(pixels.bytes.min() == 0)
    #expect(pixels.bytes.max() == 16)
    #expect(pixels.scale == 0.0625)
  }
}
