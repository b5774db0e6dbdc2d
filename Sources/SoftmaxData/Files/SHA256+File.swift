// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension SHA256 {
  /// Returns the digest of the remaining bytes of a source, as 64 lower-case hexadecimal digits.
  static func hexDigest(of source: inout ByteSource) throws(SoftmaxError) -> String {
    var hash = SHA256()
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = try source.read(into: &chunk)
      if count == 0 { return hash.hexDigest() }
      hash.update(count == chunk.count ? chunk : Array(chunk[..<count]))
    }
  }
}
