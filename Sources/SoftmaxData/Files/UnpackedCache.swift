// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore

/// Unpacked copies of gzipped IDX files, one file for each, that are mapped instead of unpacked.
///
/// A copy is used only if it is whole and belongs to this very packed file: a
/// regular file, ours and written by nobody else, with the right magic, version,
/// path, size and times, and the right checksum over header and payload. What
/// does not pass is treated as not there; it is never an error, and the next
/// load replaces it. No byte of the payload is an index or a size, so even one
/// that changed behind our back could only be a wrong pixel; labels are copied
/// before they are checked.
///
/// Files are written beside their place and renamed, so nobody sees a half one,
/// and nobody who has the old one mapped loses it. They are not forced to the
/// disk: what a power failure tears the checksum finds.
struct UnpackedCache: Sendable {
  /// A copy whose header was checked, and whose payload was not yet.
  struct Copy: Sendable {
    let header: UnpackedHeader
    let payload: MappedBytes
  }

  static let suffix = ".unpacked"

  /// The folder of the copies; made when the first is written.
  let folder: String
  /// Arrays of fewer bytes are not worth a file.
  let minimumByteCount: Int

  init(folder: String, minimumByteCount: Int = 1 << 20) {
    self.folder = folder
    self.minimumByteCount = minimumByteCount
  }

  /// Where the copy of a packed file lies: named after the file and its folder.
  func path(of source: SourceIdentity) -> String {
    let name = source.path.split(separator: "/").last ?? ""
    let plain = name.utf8.prefix(100).map { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII
        && (character.isLetter || character.isNumber || "-._".contains(character))
        ? character : "_"
    }
    let digest = SHA256.hexDigest(of: Array(source.path.utf8)).prefix(16)
    return IDXFolder.join(folder, String(plain) + "-" + digest + Self.suffix)
  }

  /// The copy of a packed file, its payload unchecked; nil if there is none to be used.
  func copy(of source: SourceIdentity) -> Copy? {
    guard let file = PrivateFile(path(of: source)), let header = file.header,
      header.source == source, let count = header.payloadByteCount, count >= minimumByteCount,
      file.byteCount - UnpackedHeader.byteCount == count,
      let payload = file.mapped(from: UnpackedHeader.byteCount, count: count)
    else { return nil }
    return Copy(header: header, payload: payload)
  }

  /// Keeps an array for the next time; a failure is passed over.
  ///
  /// - Parameters:
  ///   - array: what the packed file holds.
  ///   - source: the packed file as it was before it was read, its last change some time ago.
  ///   - sha256: its digest.
  func keep(_ array: IDXArray, of source: SourceIdentity, sha256: String) {
    guard source == SourceIdentity(source.path) else { return }
    let checksum = unsafe array.storage.withUnsafeBytes {
      unsafe PayloadChecksum.checksum(of: $0)
    }
    let header = UnpackedHeader(
      source: source, sha256: sha256, checksum: checksum, shape: array.shape)
    guard let bytes = header.encoded() else { return }
    let path = path(of: source)
    do {
      // For nobody but the user, as the XDG specification has it.
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      guard PrivateFile.hasRoom(for: bytes.count + array.storage.count, in: folder) else { return }
      PrivateFile.removeLink(at: path)
      let file = try AtomicFile(replacing: path, mode: 0o600)
      try file.write(bytes)
      try file.write(array.storage)
      try file.commit(durably: false)
      removeOrphans()
    } catch {
      // No room, no permission, no folder: then the file is unpacked again next time.
    }
  }

  /// Removes the copies of files that are no more.
  private func removeOrphans() {
    for path in paths {
      guard let header = PrivateFile(path)?.header else { continue }
      if SourceIdentity(header.source.path) == nil { PrivateFile.remove(path) }
    }
  }

  /// The paths of all copies.
  private var paths: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(Self.suffix) }.map { IDXFolder.join(folder, $0) }
  }
}
