// SPDX-License-Identifier: Apache-2.0

extension Picture {
  /// Returns the picture with another number of pixels, stretched to fill it.
  ///
  /// A pixel is the mean of those that it covers, weighted by a triangle as wide as two pixels of the smaller of both
  /// sizes: linear interpolation where the picture grows, without aliasing where it shrinks. First each row is
  /// computed, then each column, in double with sums in ascending order, so the bits are the same everywhere. Those of
  /// a picture of this size are not changed. Pillow's `Image.resize` with `BILINEAR` is the same in fixed point.
  func resized(height: Int, width: Int) -> Picture {
    if height == size.height, width == size.width { return self }
    let columns = Taps.all(from: size.width, to: width)
    // The rows with their new width that the next row of the result needs.
    var narrowed: [Int: [Double]] = [:]
    var result: [UInt8] = []
    result.reserveCapacity(height * width * size.channelCount)
    for taps in Taps.all(from: size.height, to: height) {
      narrowed = narrowed.filter { $0.key >= taps.first }
      var sums = [Double](repeating: 0, count: width * size.channelCount)
      for (offset, weight) in taps.weights.enumerated() {
        let y = taps.first + offset
        let row = narrowed[y] ?? row(y, by: columns)
        narrowed[y] = row
        for place in sums.indices { sums[place] += weight * row[place] }
      }
      result += sums.map { UInt8(min(max($0.rounded(), 0), 255)) }
    }
    return Picture(
      Size(height: height, width: width, channelCount: size.channelCount), pixels: result)
  }

  // Returns a row with its new width.
  private func row(_ y: Int, by columns: [Taps]) -> [Double] {
    let channelCount = size.channelCount
    let begin = y * size.width * channelCount
    var result: [Double] = []
    result.reserveCapacity(columns.count * channelCount)
    for taps in columns {
      for channel in 0..<channelCount {
        var sum = 0.0
        var source = begin + taps.first * channelCount + channel
        for weight in taps.weights {
          sum += weight * Double(pixels[source])
          source += channelCount
        }
        result.append(sum)
      }
    }
    return result
  }

  /// The pixels of a line of which one pixel of the result is the weighted mean.
  private struct Taps {
    let first: Int
    let weights: [Double]

    static func all(from count: Int, to resultCount: Int) -> [Taps] {
      let scale = Double(count) / Double(resultCount)
      let reach = max(scale, 1)
      return (0..<resultCount).map { place in
        let centre = (Double(place) + 0.5) * scale
        let first = max(0, Int((centre - reach + 0.5).rounded(.down)))
        let last = min(count, Int((centre + reach + 0.5).rounded(.down)))
        let weights = (first..<max(last, first + 1)).map { source in
          max(0, 1 - abs((Double(source) + 0.5 - centre) / reach))
        }
        let sum = weights.reduce(0, +)
        return Taps(first: first, weights: weights.map { $0 / sum })
      }
    }
  }
}
