// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The start of libFuzzer, which then calls the body with one input after another.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// A coverage-guided fuzzer of the readers of files; `Tests/Fuzz/run.sh` builds and runs it.
///
///     fuzz                         the names of the readers
///     fuzz READER OPTIONS...       fuzzes one, with the options of libFuzzer
///     fuzz READER FILE             reads one input
///
/// A reader may refuse its input with a `SoftmaxError`. A trap, another error, a finding of the
/// sanitizer, too much time or memory is a fault.
@main
struct Fuzz {
  // libFuzzer's body is a C function, which cannot capture anything.
  nonisolated(unsafe) private static var reader = Reader.all[0]

  static func main() throws {
    guard let word = CommandLine.arguments.dropFirst().first else {
      for reader in Reader.all { print(reader.name) }
      return
    }
    guard let reader = Reader.all.first(where: { $0.name == word }) else {
      throw SoftmaxError(.invalidArgument, "no reader is called \(word)")
    }
    unsafe Fuzz.reader = reader
    // The name of the reader takes the place of the program's.
    var count = CommandLine.argc - 1
    var arguments = unsafe CommandLine.unsafeArgv + 1
    _ = unsafe runDriver(&count, &arguments) { bytes, count in
      unsafe Fuzz.read(UnsafeBufferPointer(start: bytes, count: count))
      return 0
    }
  }

  private static func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    do {
      try unsafe reader.read(Array(bytes))
    } catch is SoftmaxError {
      // Refused, as it should be.
    } catch {
      fatalError("\(error) was thrown, expected a SoftmaxError")
    }
  }
}
