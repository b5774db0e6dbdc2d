// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxReports
import Testing

@Suite struct GrayPictureTests {
  @Test func picturesAreFittedToTheirRoom() throws {
    let gradient = (0..<40 * 40).map { Float($0 % 40) / 39 }
    let picture = try #require(GrayPicture(values: gradient, shape: [40, 40]))
    #expect(picture.lines(columns: 79, color: nil).count == 20)
    #expect(picture.lines(columns: 79, color: nil).allSatisfy { $0.count == 40 })
    #expect(picture.lines(columns: 20, color: nil).allSatisfy { $0.count == 20 })
    #expect(picture.lines(columns: 1, color: nil).count == 1)
    let small = try #require(GrayPicture(values: [0, 1, 1, 0], shape: [2, 2, 1]))
    #expect(small.lines(columns: 79, color: nil) == ["  @@", "@@"])
    #expect(
      small.lines(columns: 79, color: .indexed).first
        == "\u{1b}[38;5;16;48;5;16m▀▀\u{1b}[38;5;231;48;5;231m▀▀\u{1b}[0m")
    #expect(
      small.lines(columns: 79, color: .full).last
        == "\u{1b}[38;2;255;255;255;48;2;255;255;255m▀▀\u{1b}[38;2;0;0;0;48;2;0;0;0m▀▀\u{1b}[0m")
  }

  @Test func valuesBeyondBlackAndWhiteAreStretched() throws {
    let stretched = try #require(GrayPicture(values: [-5, 5], shape: [1, 2]))
    #expect(stretched.lines(columns: 79, color: nil) == ["  @@"])
    let greatest = Float.greatestFiniteMagnitude
    #expect(
      GrayPicture(values: [-greatest, 0, greatest], shape: [1, 3])?.values == [0, 0.5, 1])
  }

  @Test func whatIsNoPictureIsNone() {
    #expect(GrayPicture(values: [1, 2, 3], shape: [3]) == nil)
    #expect(GrayPicture(values: [1, 2, 3], shape: [1, 2]) == nil)
    #expect(GrayPicture(values: [1, 2, 3], shape: [1, 1, 3]) == nil)
    #expect(GrayPicture(values: [1, .nan], shape: [1, 2]) == nil)
    #expect(GrayPicture(values: [], shape: [0, 0]) == nil)
    #expect(GrayPicture(values: [1, 2], shape: [.max, .max]) == nil)
    #expect(GrayPicture(values: [1, 2], shape: [.max, 2, 1]) == nil)
  }
}
