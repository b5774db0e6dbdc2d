// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels
import Testing

@Suite("The product of a single row")
struct RowPanelsTests {
  // Numbers of many magnitudes and both signs.
  private func numbers(_ count: Int, seed: UInt32) -> [Float] {
    (0..<count).map { index in
      let bits = (UInt32(truncatingIfNeeded: index) &+ seed) &* 2_654_435_761
      return (Float(bits >> 8) / 8_388_608 - 1) * (bits & 1 == 0 ? 1 : 1e-3)
    }
  }

  @Test(
    "Has the bits of gemm_ascending on every instruction set",
    arguments: [1, 5, 63, 64, 100, 784, 1_024, 4_100])
  func hasTheBitsOfGemmAscending(steps: Int) throws {
    let scalar = try unsafe #require(softmax_kernels_for(softmax_isa_scalar))
    for panels in 1...5 {
      let columns = panels * 32
      let x = numbers(steps, seed: 1)
      let weight = numbers(steps * columns, seed: 77)
      let bias = numbers(columns, seed: 5)
      var packed = [Float](repeating: 0, count: steps * columns)
      for t in 0..<steps {
        for j in 0..<columns {
          packed[(j / 32 * steps + t) * 32 + j % 32] = weight[t * columns + j]
        }
      }
      var expected = [Float](repeating: .nan, count: columns)
      let chunk = softmax_unit_chunk(steps)
      unsafe scalar.pointee.gemm_ascending(
        1, columns, steps, chunk, x, steps, 1, weight, columns, bias, &expected, columns)
      for isa in [softmax_isa_scalar, softmax_isa_avx2, softmax_isa_avx512, softmax_isa_neon]
      where unsafe softmax_kernels_for(isa) != nil {
        var y = [Float](repeating: .nan, count: columns)
        unsafe softmax_row_panels(isa, panels, steps, chunk, x, packed, bias, &y)
        #expect(y.map(\.bitPattern) == expected.map(\.bitPattern))
      }
    }
  }
}
