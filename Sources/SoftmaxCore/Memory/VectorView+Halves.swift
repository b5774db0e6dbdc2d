// SPDX-License-Identifier: Apache-2.0

extension VectorView<UInt16> {
  /// Copies the rows of a matrix of finite floats one after the other, rounded to halves (bfloat16, the upper half
  /// of a float), to the nearest and to even.
  package func assign(rounding matrix: MatrixView) {
    precondition(count == matrix.rowCount * matrix.columnCount, "as many elements")
    for row in 0..<matrix.rowCount {
      let (source, target) = unsafe (
        matrix.base + row * matrix.stride, base + row * matrix.columnCount
      )
      for column in 0..<matrix.columnCount {
        let bits = unsafe source[column].bitPattern
        let rounded = bits &+ 0x7fff &+ (bits >> 16 & 1)
        unsafe target[column] = UInt16(truncatingIfNeeded: rounded >> 16)
      }
    }
  }
}
