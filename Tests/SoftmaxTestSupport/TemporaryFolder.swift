// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A folder of its own for a test, gone with the last reference to it.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// Where it is, as a path.
  public var path: String { url.path }

  /// Creates an empty folder of a new name.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("softmax-tests-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The bytes of a file.
  public func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The path of something within.
  public func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path; folders on the way are made.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return path(name)
  }

  /// The names of everything within, hidden files too.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
