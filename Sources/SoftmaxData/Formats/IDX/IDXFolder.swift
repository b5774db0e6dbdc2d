// SPDX-License-Identifier: Apache-2.0
import Foundation
public import SoftmaxCore

/// The reader of folders of IDX files with the names of MNIST's files.
///
/// A folder contains `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, optionally
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` as the test part, and optionally `classes.txt`
/// with the name of a class on each line. Each IDX file may have the suffix `.gz`. The spelling
/// `train-images.idx3-ubyte` with a dot is accepted too, and so are EMNIST's names: `test` instead of
/// `t10k`, and a prefix such as `emnist-letters-` that is the same for all files.
///
/// ```swift
/// let letters = try IDXFolder.load("/data/letters")
/// print(letters.training.classNames)
/// ```
public enum IDXFolder {
  /// Loads the training part, and the test part if there is one.
  ///
  /// Pixels are scaled by 1/255 to 0...1. The class names are those of the parameter, otherwise those of
  /// `classes.txt`, otherwise `"0"`, `"1"`, ... up to the highest label.
  ///
  /// Decompressing large files takes most of the time. Decompressed copies are therefore stored in the
  /// cache; later loads verify and map them.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - name: the name of the data set; nil for the name of the folder.
  ///   - classNames: the names of the classes by label.
  ///   - maximumByteCount: the maximum decompressed size of each file.
  ///   - cache: the cache for decompressed copies.
  /// - Throws: `notFound` with the name of the missing file; `labelOutOfRange` with the file and the
  ///   offset of the label; `invalidData` if a file violates the format or the numbers of images and
  ///   labels differ; `unsupported`; `ioFailure`.
  public static func load(
    _ path: String, name: String? = nil, classNames: [String]? = nil,
    maximumByteCount: Int = IDXFile.defaultMaximumByteCount,
    cache: DataCache = .user
  ) throws(SoftmaxError) -> DatasetSplit {
    guard let trainingPaths = try paths(of: .training, in: path) else {
      throw SoftmaxError(
        .notFound,
        "holds no pictures, and no \(trainingImages) and train-labels-idx1-ubyte, plain or with .gz, also "
          + "none with a prefix such as emnist-letters-",
        remedy: "name the folder that holds them", at: .file(path: path, offset: nil))
    }
    let testPaths = try paths(of: .test, in: path)
    let arrays = IDXFiles.read(
      [trainingPaths, testPaths].compactMap(\.self).flatMap { [$0.labels, $0.images] },
      maximumByteCount: maximumByteCount,
      cache: cache.unpackedFolder.map { UnpackedCache(folder: $0) })
    let training = try Part(trainingPaths, labels: arrays[0], images: arrays[1])
    let test = try testPaths.map { paths throws(SoftmaxError) in
      try Part(paths, labels: arrays[2], images: arrays[3])
    }
    let names = try names(classNames, in: path, labels: training.labels) { test?.labels }
    if let test, test.images.shape.dropFirst() != training.images.shape.dropFirst() {
      throw SoftmaxError(
        .shapeMismatch,
        "images of shape \(Array(test.images.shape.dropFirst())), but those to learn from have "
          + "\(Array(training.images.shape.dropFirst()))",
        remedy: "use the files that belong together", at: .file(path: test.imagesPath, offset: 4))
    }
    var split = DatasetSplit(
      name: name ?? FolderPath.name(path), training: try training.dataset(classNames: names),
      test: try test?.dataset(classNames: names))
    // The names of the files say which part they are.
    split.hasParts = true
    return split
  }

  /// Returns a source of the rows of a part: the file itself if the images are not gzipped, otherwise a
  /// data set in memory.
  static func rows(
    of part: DatasetSplit.Part, in path: String, classNames: [String]?,
    cache: DataCache
  ) throws(SoftmaxError) -> any RowSource {
    let paths = try paths(of: part, in: path)
    guard let paths, let images = try IDXRowFile(paths.images) else {
      let split = try load(path, classNames: classNames, cache: cache)
      guard let samples = split.samples(of: part) else {
        throw SoftmaxError(
          .notFound, "holds no test part", remedy: "name the training part",
          at: .file(path: path, offset: nil))
      }
      return MemoryRows(dataset: samples)
    }
    let array = try IDXFile.read(paths.labels)
    let labels = try Labels(array, of: paths, imageCount: images.rowCount)
    let names = try names(classNames, in: path, labels: labels) { () throws(SoftmaxError) in
      let others = try self.paths(of: part == .training ? .test : .training, in: path)
      return try others.map { others throws(SoftmaxError) in
        try Labels(IDXFile.read(others.labels), of: others)
      }
    }
    return FileRows(
      images: images, labels: try labels.indices(of: names), classNames: names)
  }

  /// Returns the given class names, otherwise those of `classes.txt`, otherwise the numbers of the classes.
  ///
  /// The numbers go up to the highest label of both parts, so that both parts have the same classes.
  private static func names(
    _ given: [String]?, in folder: String, labels: Labels,
    others: () throws(SoftmaxError) -> Labels?
  ) throws(SoftmaxError) -> [String] {
    if let given { return given }
    if let written = try ClassNames.read(inFolder: folder) { return written }
    let highest = max(labels.bytes.max() ?? 0, try others()?.bytes.max() ?? 0)
    return (0...Int(highest)).map(String.init)
  }

  /// Returns whether a folder contains all four files without a prefix, plain or gzipped.
  static func isComplete(_ path: String) -> Bool {
    [DatasetSplit.Part.training, .test].allSatisfy { role in
      [imagesName, labelsName].allSatisfy { find("", role, $0, in: path) != nil }
    }
  }

  /// Returns whether a folder has a file of images, by its name.
  static func hasFiles(_ path: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { name in
      spellings(of: imagesName).contains { name.hasSuffix($0) }
    }
  }

  private static let imagesName = "-images-idx3-ubyte"
  private static let labelsName = "-labels-idx1-ubyte"
  private static let trainingImages = "train" + imagesName

  /// Returns the path of the first existing spelling of a file; nil if there is none.
  private static func find(
    _ prefix: String, _ role: DatasetSplit.Part, _ name: String, in folder: String
  ) -> String? {
    role.fileWords.flatMap { spellings(of: prefix + $0 + name) }.map { FolderPath.join(folder, $0) }
      .first { FileKind($0) == .regular }
  }

  private static func spellings(of name: String) -> [String] {
    let dotted = name.replacing("-idx", with: ".idx")
    return [name, name + ".gz", dotted, dotted + ".gz"]
  }

  /// Returns the common prefix of the file names in a folder, such as `emnist-letters-`; empty if there
  /// is none.
  ///
  /// - Throws: `invalidArgument` if the folder has files with several prefixes.
  private static func prefix(in folder: String) throws(SoftmaxError) -> String {
    guard find("", .training, imagesName, in: folder) == nil,
      find("", .training, labelsName, in: folder) == nil
    else { return "" }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let endings = spellings(of: trainingImages)
    let prefixes = Set(
      names.compactMap { name in
        endings.first { name.hasSuffix("-" + $0) }.map { String(name.dropLast($0.count)) }
      })
    guard prefixes.count > 1 else { return prefixes.first ?? "" }
    throw SoftmaxError(
      .invalidArgument,
      "holds the files of \(prefixes.count) data sets: "
        + prefixes.sorted().map { String($0.dropLast()) }.joined(separator: ", "),
      remedy: "put the files of each into a folder of its own",
      at: .file(path: folder, offset: nil))
  }

  /// Returns the paths of the files of a part; nil if the folder has neither.
  ///
  /// - Throws: `notFound` if the folder has only one of the two files.
  private static func paths(
    of role: DatasetSplit.Part, in folder: String
  ) throws(SoftmaxError) -> (images: String, labels: String)? {
    let prefix = try prefix(in: folder)
    let images = find(prefix, role, imagesName, in: folder)
    switch (images, find(prefix, role, labelsName, in: folder)) {
    case (nil, nil): return nil
    case (_?, nil): throw missing(prefix + role.fileWords[0] + labelsName, in: folder)
    case (nil, _?): throw missing(prefix + role.fileWords[0] + imagesName, in: folder)
    case (let images?, let labels?): return (images, labels)
    }
  }

  private static func missing(_ name: String, in folder: String) -> SoftmaxError {
    SoftmaxError(
      .notFound, "is not there, plain or with .gz, but its companion is",
      remedy: "fetch or copy the file", at: .file(path: FolderPath.join(folder, name), offset: nil))
  }

  /// The labels of one part.
  private struct Labels {
    let path: String
    // The file may be mapped and change, so this is a copy.
    let bytes: [UInt8]

    /// Checks that labels have one dimension.
    init(
      _ array: IDXArray, of paths: (images: String, labels: String)
    ) throws(SoftmaxError) {
      path = paths.labels
      bytes = array.bytes
      guard array.shape.count == 1 else {
        throw SoftmaxError(
          .invalidData, "labels need 1 dimension, got the shape \(array.shape)",
          remedy: "images have more; name the file of the labels", at: .file(path: path, offset: 3))
      }
    }

    /// Also checks that there is at least one image, and a label for each image.
    init(
      _ array: IDXArray, of paths: (images: String, labels: String), imageCount: Int
    ) throws(SoftmaxError) {
      try self.init(array, of: paths)
      guard imageCount == bytes.count else {
        throw SoftmaxError(
          .invalidData,
          "holds \(bytes.count) labels, but \(paths.images) holds \(imageCount) images",
          remedy: "use the files that belong together", at: .file(path: path, offset: 4))
      }
      guard imageCount > 0 else {
        throw SoftmaxError(
          .invalidData, "holds no images", remedy: "use files with at least one image",
          at: .file(path: paths.images, offset: 4))
      }
    }

    /// Returns the labels as indices of the classes.
    ///
    /// - Throws: `labelOutOfRange` for a label that is not less than the number of class names.
    func indices(of classNames: [String]) throws(SoftmaxError) -> [Int] {
      guard let row = bytes.firstIndex(where: { Int($0) >= classNames.count }) else {
        return bytes.map(Int.init)
      }
      throw SoftmaxError(
        .labelOutOfRange,
        "label \(bytes[row]) of sample \(row) is not one of the \(classNames.count) classes "
          + "0...\(classNames.count - 1)",
        remedy: "give every class a name, or check the labels",
        // The labels follow a header of four bytes and one extent of four bytes.
        at: .file(path: path, offset: 8 + row))
    }
  }

  /// The images of one part, with a label for each image.
  private struct Part {
    let imagesPath: String
    let images: IDXArray
    let labels: Labels

    init(
      _ paths: (images: String, labels: String), labels: Result<IDXArray, SoftmaxError>,
      images: Result<IDXArray, SoftmaxError>
    ) throws(SoftmaxError) {
      imagesPath = paths.images
      let labels = try labels.get()
      self.images = try images.get()
      self.labels = try Labels(labels, of: paths, imageCount: self.images.shape[0])
    }

    func dataset(classNames: [String]) throws(SoftmaxError) -> LabeledDataset {
      let labels = try labels.indices(of: classNames)
      let (features, featureShape) = try IDXFile.images(of: images, path: imagesPath)
      return try LabeledDataset(
        features: features, labels: labels, classNames: classNames, featureShape: featureShape)
    }
  }
}

extension DatasetSplit.Part {
  /// The first words of the file names of the part; EMNIST uses `test` for the test part.
  fileprivate var fileWords: [String] { self == .training ? ["train"] : ["t10k", "test"] }
}
