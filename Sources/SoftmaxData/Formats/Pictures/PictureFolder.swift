// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The reader of folders of pictures, PNG or JPEG, with a folder for each class.
///
/// The name of a folder is that of the class of all pictures in it and in its own folders. If the folder has the
/// folders `train` and `test`, those of the classes are in them. Files with other endings and hidden ones are left out.
///
/// ```swift
/// let signs = try PictureFolder.load("signs")
/// print(signs.training.classNames, signs.training.featureShape)
/// ```
///
/// A build reads pictures if the package trait `Pictures` is enabled, which needs libpng and libjpeg.
public enum PictureFolder {
  /// Loads the training part, and the test part if there is one.
  ///
  /// Pixels are scaled by 1/255 to 0...1. The shape of a row is [height, width] or [height, width, 3]. The classes are
  /// sorted by Unicode code points.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - format: the shape of the rows, and what to do about files that are no pictures.
  /// - Throws: `notFound` if there are no pictures; `invalidData` that names the pictures that cannot be read, or if
  ///   there are fewer than two classes; `unsupported` if this build reads no pictures, or for too many.
  public static func load(
    _ path: String, as format: PictureFormat = PictureFormat()
  ) throws(SoftmaxError) -> DatasetSplit {
    guard let files = PictureFiles(path) else {
      throw failure(.notFound, "holds no pictures", "name the folder that holds them", path)
    }
    guard files.hasClasses else {
      throw failure(
        .invalidData, "holds pictures without classes", "put those of each class into a folder",
        path)
    }
    let names = Set(files.parts.values.joined().compactMap(\.className))
      .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    guard names.count >= 2 else {
      throw failure(
        .invalidData, "holds pictures of one class, \(names.first?.debugDescription ?? "")",
        "a classifier needs at least 2; put those of each class into a folder", path)
    }
    let training = try rows(files.parts[.training] ?? [], as: format, in: path)
    // Both parts have the shape of the training part.
    let test = try files.parts[.test].map { files throws(SoftmaxError) in
      try rows(files, as: format.completed(by: training.rows.shape), in: path)
    }
    func dataset(
      _ part: (rows: PictureRows, classNames: [String?])
    ) throws(SoftmaxError)
      -> LabeledDataset
    {
      let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
      return try LabeledDataset(
        features: part.rows.features,
        labels: part.classNames.map { $0.flatMap { indices[$0] } ?? 0 }, classNames: names,
        featureShape: part.rows.shape)
    }
    return DatasetSplit(
      name: FolderPath.name(path), training: try dataset(training), test: try test.map(dataset),
      note: note(training.rows, otherCount: files.otherCount, classCount: names.count),
      warnings: training.rows.warnings + (test?.rows.warnings ?? []))
  }

  /// Reads the pictures of a part, whose classes need not be known.
  static func predictionRows(
    of path: String, part: DatasetSplit.Part?, as format: PictureFormat
  ) throws(SoftmaxError) -> PredictionRows {
    guard let files = PictureFiles(path) else {
      throw failure(.notFound, "holds no pictures", "name the folder that holds them", path)
    }
    guard let chosen = files.parts[part ?? (files.parts[.test] == nil ? .training : .test)] else {
      throw failure(.notFound, "has no folder test", "name its training part", path)
    }
    let (rows, classNames) = try rows(chosen, as: format, in: path)
    let names = rows.places.map { chosen[$0].path }
    return PredictionRows(
      features: rows.features, featureShape: rows.shape, names: names,
      labels: files.hasClasses ? classNames : nil,
      note: note(rows, otherCount: files.otherCount, classCount: nil), warnings: rows.warnings)
  }

  private static func rows(
    _ files: [PictureFiles.File], as format: PictureFormat, in folder: String
  ) throws(SoftmaxError) -> (rows: PictureRows, classNames: [String?]) {
    do throws(SoftmaxError) {
      let paths = files.map(\.path)
      let rows = try PictureRows(paths, as: format) { place throws(SoftmaxError) in
        try WholeFile.bytes(
          of: paths[place], maximumByteCount: Picture.greatestFileByteCount)
      }
      return (rows, rows.places.map { files[$0].className })
    } catch {
      throw error.located(at: .file(path: folder, offset: nil))
    }
  }

  private static func note(
    _ rows: PictureRows, otherCount: Int, classCount: Int?
  ) -> String {
    "read as \(rows.note)" + (classCount.map { ", \($0) classes by their folders" } ?? "")
      + (otherCount == 0
        ? "" : "; \(otherCount) other file\(otherCount == 1 ? "" : "s") left out")
  }

  private static func failure(
    _ code: SoftmaxError.Code, _ message: String, _ remedy: String, _ path: String
  ) -> SoftmaxError {
    SoftmaxError(code, message, remedy: remedy, at: .file(path: path, offset: nil))
  }
}
