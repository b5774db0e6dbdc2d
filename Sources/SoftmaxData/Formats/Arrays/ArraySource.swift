// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Where arrays come from: the ones of an NPZ file by name, or the one of an NPY file.
struct ArraySource {
  let path: String
  let names: [String]
  private let load: (String) throws(SoftmaxError) -> NPYArray

  /// The arrays of an NPZ file.
  init(_ archive: NPZArchive) {
    path = archive.path
    names = archive.names
    load = { name throws(SoftmaxError) in try archive.array(name) }
  }

  /// The array of an NPY file, called as the file without its ending.
  init(_ array: NPYArray, path: String) {
    self.path = path
    let file = path.split(separator: "/").last ?? ""
    names = [String(file.split(separator: ".").first ?? file)]
    load = { _ in array }
  }

  /// An array by its name in the file, or by the path of another NPY file.
  ///
  /// - Throws: `notFound` for what is neither.
  func array(_ name: String) throws(SoftmaxError) -> NPYArray {
    try validate(name)
    return names.contains(name) ? try load(name) : try NPYArray.read(name)
  }

  /// Throws `notFound` for what is neither the name of an array nor a file.
  func validate(_ name: String) throws(SoftmaxError) {
    guard !names.contains(name), FileKind(name) != .regular else { return }
    throw SoftmaxError(
      .notFound,
      "\(name.debugDescription) is no array of it and no file; its arrays are "
        + names.joined(separator: ", "),
      remedy: Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" },
      at: .file(path: path, offset: nil))
  }
}
