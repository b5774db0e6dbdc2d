// SPDX-License-Identifier: Apache-2.0

/// The state of a file after a failed write; the cause of the error that reports the failure.
///
/// ```swift
/// do {
///   try file.write(to: "model.safetensors")
/// } catch where error.cause as? AtomicWriteFailure == .durabilityUncertain {
///   // The new file is complete and in its place; only a power failure could still take it.
/// }
/// ```
public enum AtomicWriteFailure: Error, Hashable, CustomStringConvertible {
  /// Nothing was changed; an existing file is untouched.
  case notWritten
  /// The new file is in place, but the system did not confirm that it would survive a power failure.
  case durabilityUncertain

  /// The state of the file as text.
  public var description: String {
    switch self {
    case .notWritten: "nothing was changed"
    case .durabilityUncertain: "the new file is in place"
    }
  }
}
