// SPDX-License-Identifier: Apache-2.0

/// What a failed write left behind; the cause of the error that reports it.
///
/// ```swift
/// do {
///   try file.write(to: "model.safetensors")
/// } catch where error.cause as? AtomicWriteFailure == .durabilityUncertain {
///   // The new file is complete and in its place; only a power failure could still take it.
/// }
/// ```
public enum AtomicWriteFailure: Error, Hashable, CustomStringConvertible {
  /// Nothing was changed: the old file, if there was one, is as it was.
  case notWritten
  /// The new file is in its place, but the system did not confirm that it would survive a power
  /// failure.
  case durabilityUncertain

  /// The state of the file in words.
  public var description: String {
    switch self {
    case .notWritten: "nothing was changed"
    case .durabilityUncertain: "the new file is in place"
    }
  }
}
