// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension DatasetReference {
  /// Loads the data set, all parts of it; a built-in one is fetched if it is nowhere to be found.
  ///
  /// - Parameters:
  ///   - dataDirectory: where Fashion-MNIST is, instead of the usual places.
  ///   - environment: the environment variables to go by; without it the process's own.
  ///   - progress: told about each piece of a file that has to be fetched.
  /// - Throws: as ``FashionMNIST/load(directory:environment:mirrors:progress:)`` and
  ///   ``IDXFolder/load(_:name:classNames:maximumByteCount:environment:)``.
  public func load(
    dataDirectory: String? = nil, environment: [String: String]? = nil,
    progress: Downloader.Progress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    switch source {
    case .builtIn("digits"):
      return try Digits.load()
    case .builtIn(FashionMNIST.name):
      return try FashionMNIST.load(
        directory: dataDirectory, environment: environment, progress: progress)
    case .builtIn(let name):
      throw SoftmaxError(
        .notFound,
        "there is no data set \(name.debugDescription), only "
          + Self.builtInNames.joined(separator: ", "))
    case .folder(let path):
      guard FileKind(path) != .regular else {
        throw SoftmaxError(
          .unsupported, "is a file, expected a folder of IDX files",
          remedy: "name the folder that holds it", at: .file(path: path, offset: nil))
      }
      return try IDXFolder.load(path, environment: environment)
    }
  }

  /// The samples that the reference names: a part, or one row of it.
  ///
  /// - Parameters:
  ///   - split: what ``load(dataDirectory:environment:progress:)`` gave.
  ///   - default: the part that a reference without one stands for; if it is the test part and
  ///     there is none, the training part is not taken in its place.
  /// - Throws: `notFound` if the data set has no such part, or the part no such row.
  public func part(
    of split: DatasetSplit, default: Part
  ) throws(SoftmaxError) -> LabeledDataset {
    let wanted = part ?? `default`
    guard let samples = wanted == .training ? split.training : split.test else {
      throw SoftmaxError(
        .notFound, "\(split.name) has no test part",
        remedy: "name its training part, \(split.name):train, or other data")
    }
    guard let row else { return samples }
    guard row >= 0, row < samples.count else {
      throw SoftmaxError(
        .notFound,
        "there is no row \(row) in \(split.name):\(wanted.rawValue), only rows "
          + "0...\(samples.count - 1)")
    }
    return samples.selecting(rows: [row])
  }
}
