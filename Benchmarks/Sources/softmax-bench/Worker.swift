// SPDX-License-Identifier: Apache-2.0

import CGauge
import Foundation
import SoftmaxKit

/// The line protocol: the first answer says that the worker is ready, then each line of standard
/// input is a command with one answer, until the input ends.
enum Worker {
  /// Ends a worker whose input has ended.
  struct Finished: Error {}

  /// Says that the work can begin.
  static func sendReady() throws {
    try Answer(
      dictionaryLiteral: ("ready", .number(1)), ("name", "swift-softmax"),
      ("instructionSet", .text(InstructionSet.best.rawValue))
    ).send()
  }

  /// Answers gauges until a command comes that is none.
  ///
  /// - Throws: `Finished` at the end of the input.
  static func nextCommand() throws -> [String] {
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      guard words.first == "gauge" else { return words }
      try answerGauge(Settings(words.dropFirst()))
    }
    throw Finished()
  }

  /// Answers every command by a function, until the input ends.
  static func serve(_ answer: ([String]) throws -> Answer) throws {
    try sendReady()
    while true { try answer(try nextCommand()).send() }
  }

  // gauge threads=2 seconds=0.01 [bytes=...]
  private static func answerGauge(_ settings: Settings) throws {
    let threads: Int32 = try settings.number("threads")
    let seconds: Double = try settings.number("seconds", default: 0.01)
    let bytes: Int64 = try settings.number("bytes", default: 0)
    var answer: Answer = ["flops": .number(gauge_multiply_adds(threads, seconds))]
    if bytes > 0 {
      answer = ["bytesPerSecond": .number(gauge_reads(threads, bytes, seconds))]
    }
    try answer.send()
  }

  /// The median seconds of a call, repeated for about `budget` seconds, at least three times.
  static func median(budget: Double, _ call: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    let stop = Clock.now + budget
    while Clock.now < stop || times.count < 3 {
      let start = Clock.now
      try call()
      times.append(Clock.now - start)
    }
    times.sort()
    return times[times.count / 2]
  }
}

/// Seconds on a clock that only goes forward.
enum Clock {
  static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}
