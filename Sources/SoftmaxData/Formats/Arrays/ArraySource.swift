// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A source of arrays by name: an NPZ file, or an NPY file, which has one array.
struct ArraySource {
  let path: String
  let names: [String]
  private let load: (String) throws(SoftmaxError) -> NPYArray

  /// Creates a source of the arrays of an NPZ file.
  init(_ archive: NPZArchive) {
    path = archive.path
    names = archive.names
    load = { name throws(SoftmaxError) in try archive.array(name) }
  }

  /// Creates a source of the array of an NPY file; its name is the file's name up to the first dot.
  init(_ array: NPYArray, path: String) {
    self.path = path
    let file = FolderPath.name(path)
    names = [file.split(separator: ".").first.map(String.init) ?? file]
    load = { _ in array }
  }

  /// Returns an array by its name in the file, or reads another NPY file by its path.
  ///
  /// - Throws: `notFound` if there is no such file; the errors of reading the array.
  func array(_ name: String) throws(SoftmaxError) -> NPYArray {
    names.contains(name) ? try load(name) : try NPYArray.read(name)
  }

  /// Throws `notFound` for a text that is neither the name of an array nor the path of a file, and
  /// `invalidArgument` for a file whose rows are those of another data set.
  func validate(_ name: String, acceptsFiles: Bool) throws(SoftmaxError) {
    if names.contains(name) { return }
    if FileKind(name) == .regular {
      if acceptsFiles { return }
      throw SoftmaxError(
        .invalidArgument, "\(name) holds the rows of the first data, not of this file",
        remedy: "put the arrays of each into an NPZ file, under the same names",
        at: .file(path: path, offset: nil))
    }
    throw SoftmaxError(
      .notFound,
      "\(name.debugDescription) is no array of it and no file; its arrays are "
        + names.joined(separator: ", "),
      remedy: Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" },
      at: .file(path: path, offset: nil))
  }
}
