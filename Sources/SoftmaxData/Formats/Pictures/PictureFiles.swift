// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore

/// The pictures of a folder, by their names: those of each class in a folder of its own, or all in one.
struct PictureFiles {
  /// A picture's file.
  struct File: Hashable, Sendable {
    let path: String
    /// The name of the folder of its class; nil for a picture beside no other class.
    let className: String?
  }

  /// The files of each part, in the order of their paths.
  let parts: [DatasetSplit.Part: [File]]
  /// The number of files that are no pictures by their names.
  let otherCount: Int

  /// Whether the pictures lie in the folders of classes.
  var hasClasses: Bool { parts.values.joined().allSatisfy { $0.className != nil } }

  private static let endings: Set<String> = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "webp", "tif", "tiff", "heic",
    "avif", "ico",
  ]
  private static let partNames: [String: DatasetSplit.Part] = [
    "train": .training, "training": .training, "test": .test, "testing": .test,
  ]
  // Deeper folders are more likely a link in a circle than a collection.
  private static let greatestDepth = 8

  /// Lists the pictures of a folder; nil if there are none.
  init?(_ folder: String) {
    var list = List()
    let folders = Self.entries(of: folder).filter { FileKind($0.path) == .folder }
    let parts = folders.compactMap { entry in
      Self.partNames[entry.name.lowercased()].map { ($0, entry.path) }
    }
    if parts.contains(where: { $0.0 == .training }) {
      var found: [DatasetSplit.Part: [File]] = [:]
      for (part, path) in parts { found[part, default: []] += list.pictures(in: path) }
      self.parts = found.filter { !$0.value.isEmpty }
    } else {
      self.parts = [.training: list.pictures(in: folder)]
    }
    otherCount = list.otherCount
    guard self.parts[.training]?.isEmpty == false else { return nil }
  }

  /// Returns whether a folder has pictures, by their names.
  static func arePictures(in folder: String) -> Bool { PictureFiles(folder) != nil }

  /// Returns whether a file has the ending of pictures.
  static func isNamedPicture(_ path: String) -> Bool {
    let parts = FolderPath.name(path).split(separator: ".")
    return parts.count > 1 && endings.contains(parts.last.map { $0.lowercased() } ?? "")
  }

  private struct List {
    var otherCount = 0

    /// Returns the pictures of the folders of classes; if there are none, those beside each other.
    mutating func pictures(in folder: String) -> [File] {
      let entries = PictureFiles.entries(of: folder)
      let classes = entries.filter { FileKind($0.path) == .folder }.flatMap { entry in
        files(in: entry.path, depth: 1).map { File(path: $0, className: entry.name) }
      }
      let own = entries.filter { FileKind($0.path) == .regular }
        .map(\.path).filter { isPicture($0) }
      guard classes.isEmpty else {
        otherCount += own.count
        return classes
      }
      return own.map { File(path: $0, className: nil) }
    }

    private mutating func files(in folder: String, depth: Int) -> [String] {
      guard depth <= PictureFiles.greatestDepth else { return [] }
      return PictureFiles.entries(of: folder).flatMap { entry -> [String] in
        switch FileKind(entry.path) {
        // A link may lead back, and several of them to very many paths.
        case .folder where !PictureFiles.isLink(entry.path):
          files(in: entry.path, depth: depth + 1)
        case .regular where isPicture(entry.path): [entry.path]
        default: []
        }
      }
    }

    private mutating func isPicture(_ path: String) -> Bool {
      if PictureFiles.isNamedPicture(path) { return true }
      otherCount += 1
      return false
    }
  }

  private static func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  // Hidden files are those of systems, such as .DS_Store. The order does not depend on the file system.
  private static func entries(of folder: String) -> [(name: String, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") }
      .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
      .map { ($0, FolderPath.join(folder, $0)) }
  }
}
