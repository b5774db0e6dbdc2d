// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The reason that the operating system gives for a failed call.
struct SystemFailure: Error, Hashable, CustomStringConvertible {
  /// The value of `errno`.
  let number: Int32

  init(number: Int32) {
    self.number = number
  }

  /// Finds the system's error number in an error of Foundation, whose own description is long; nil if
  /// the error has none.
  init?(beneath error: any Error) {
    var next: NSError? = error as NSError
    while let error = next {
      if error.domain == NSPOSIXErrorDomain {
        self.init(number: Int32(truncatingIfNeeded: error.code))
        return
      }
      next = error.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return nil
  }

  /// The system's description, such as "No space left on device".
  var description: String {
    var text = [CChar](repeating: 0, count: 256)
    // Of the functions that describe an error number, only this form is thread-safe and the same on
    // every platform.
    guard unsafe strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Returns the error for the system call that has just failed; reads `errno`, so no other call may
  /// come in between.
  static func error(
    _ message: String, path: String, offset: Int? = nil, remedy: String? = nil
  ) -> SoftmaxError {
    let number = errno
    return SoftmaxError(
      number == ENOENT || number == ENOTDIR ? .notFound : .ioFailure, message,
      remedy: remedy ?? usualRemedy(number), at: .file(path: path, offset: offset),
      cause: SystemFailure(number: number))
  }

  /// Returns a remedy for a file that cannot be read; nil if the error number suggests none.
  private static func usualRemedy(_ number: Int32) -> String? {
    switch number {
    case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: "check the path"
    case EACCES, EPERM: "ask for the permission to read it, or copy it to where you may"
    case EMFILE, ENFILE: "close some files first: too many are open"
    case EIO: "check the disk, or fetch the file again"
    default: nil
    }
  }

  /// Repeats the call while a signal interrupts it.
  static func retrying<Result: BinaryInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }

  /// Throws unless the path is non-empty and has no NUL, which system calls take for its end.
  static func validate(path: String) throws(SoftmaxError) {
    guard !path.utf8.contains(0) else {
      throw SoftmaxError(
        .invalidArgument, "a path must not hold the character NUL, got \(path.debugDescription)")
    }
    guard !path.isEmpty else {
      throw SoftmaxError(.invalidArgument, "a path must not be empty")
    }
  }
}
