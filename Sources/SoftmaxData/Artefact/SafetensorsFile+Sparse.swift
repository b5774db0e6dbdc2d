// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// A large matrix that is mostly 0, as a weight is after an L1 penalty, is stored as compressed sparse rows: the tensors
// `<name>.row_offsets`, `<name>.columns` and `<name>.values` of SciPy's `csr_array`. The metadata `sparse` name these
// matrices with their shapes, as JSON.
extension SafetensorsFile {
  private static let sparseKey = "sparse"
  private static let parts = (offsets: ".row_offsets", columns: ".columns", values: ".values")
  // Smaller matrices stay as readable as they are.
  fileprivate static let leastCount = 4096
  // A value takes twice the bytes with its column.
  fileprivate static let greatestShare = 0.25
  /// The greatest number of values of all sparse matrices of a file, zeros included, which are 256 MiB in memory.
  static let greatestFullCount = 1 << 26

  /// Returns the file with large matrices that are mostly 0 stored as sparse rows.
  func withSparseTensors() throws(SoftmaxError) -> SafetensorsFile {
    var shapes: [String: [Int]] = [:]
    var stored: [Tensor] = []
    var left = Self.greatestFullCount
    for tensor in tensors {
      guard let rows = tensor.sparseRows, rows.rowCount * rows.columnCount <= left else {
        stored.append(tensor)
        continue
      }
      left -= rows.rowCount * rows.columnCount
      shapes[tensor.name] = tensor.shape
      let (name, count) = (tensor.name, rows.values.count)
      stored += [
        Tensor(
          name: name + Self.parts.offsets, shape: [rows.rowOffsets.count],
          elements: .integers(rows.rowOffsets.map { Int32($0) })),
        Tensor(name: name + Self.parts.columns, shape: [count], elements: .integers(rows.columns)),
        Tensor(name: name + Self.parts.values, shape: [count], values: rows.values),
      ]
    }
    guard !shapes.isEmpty else { return self }
    var metadata = metadata
    metadata[Self.sparseKey] = try ArtefactJSON.encode(shapes)
    return try SafetensorsFile(tensors: stored, metadata: metadata)
  }

  /// Returns the file with all matrices in full.
  ///
  /// - Throws: `invalidData` or `shapeMismatch` for sparse rows that are none of their shape; `unsupported` if the
  ///   matrices have more values than `greatestFullCount`, since the file does not hold as many bytes.
  func withFullTensors() throws(SoftmaxError) -> SafetensorsFile {
    guard
      let shapes: [String: [Int]] = try ArtefactJSON.decodeIfPresent(Self.sparseKey, of: self)
    else { return self }
    var places: [String: Int] = [:]
    for (index, tensor) in tensors.enumerated() { places[tensor.name] = index }
    func part(_ name: String) throws(SoftmaxError) -> (index: Int, tensor: Tensor) {
      guard let index = places[name] else {
        throw SoftmaxError(
          .invalidData, "lacks the tensor \(name.debugDescription) of a sparse matrix")
      }
      return (index, tensors[index])
    }
    var left = Self.greatestFullCount
    var full = tensors.map { Optional($0) }
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      guard shape.count == 2, let byteCount = ElementType.float32.byteCount(of: shape),
        byteCount / 4 <= left
      else {
        throw SoftmaxError(
          .unsupported,
          "the sparse matrix \(name.debugDescription) has the shape \(shape), beyond the limit of "
            + "\(Self.greatestFullCount) values in two dimensions")
      }
      left -= byteCount / 4
      let offsets = try part(name + Self.parts.offsets)
      let columns = try part(name + Self.parts.columns)
      let values = try part(name + Self.parts.values)
      guard case .integers(let rowOffsets) = offsets.tensor.elements,
        case .integers(let columnsOfValues) = columns.tensor.elements,
        rowOffsets.count == shape[0] + 1
      else {
        throw SoftmaxError(
          .shapeMismatch,
          "the sparse matrix \(name.debugDescription) of the shape \(shape) needs \(shape[0] + 1) "
            + "offsets, and columns, of type I32")
      }
      let rows = try SparseMatrix(
        columnCount: shape[1], rowOffsets: rowOffsets.map { Int($0) }, columns: columnsOfValues,
        values: values.tensor.values)
      full[offsets.index] = Tensor(name: name, shape: shape, values: rows.floats().elements)
      (full[columns.index], full[values.index]) = (nil, nil)
    }
    var metadata = metadata
    metadata[Self.sparseKey] = nil
    return try SafetensorsFile(tensors: full.compactMap(\.self), metadata: metadata)
  }
}

extension SafetensorsFile.Tensor {
  /// The rows of a large matrix of floats that is mostly 0; nil for other tensors.
  fileprivate var sparseRows: SparseMatrix? {
    guard shape.count == 2, case .floats(let elements) = elements,
      elements.count >= SafetensorsFile.leastCount,
      shape[1] <= SparseMatrix.greatestColumnCount
    else { return nil }
    // -0 is a value, so that a model has the same bits after loading.
    let count = elements.count { $0.bitPattern != 0 }
    guard Double(count) <= SafetensorsFile.greatestShare * Double(elements.count) else {
      return nil
    }
    var (columns, values, offsets) = ([Int32](), [Float](), [0])
    for row in 0..<shape[0] {
      for column in 0..<shape[1] {
        let value = elements[row * shape[1] + column]
        guard value.bitPattern != 0 else { continue }
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return SparseMatrix(
      checkedColumns: columns, values: values, rowOffsets: offsets, columnCount: shape[1],
      firstIndex: 0)
  }
}
