// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How the learning rate changes, as in `cosine:warmup=500` or `step:every=5,factor=0.5`.
///
/// A length is a number of epochs or, for a warm-up, of steps, unless it says `10epochs` or `10steps`.
struct ScheduleOption {
  /// The text that was given.
  let text: String
  private let name: String
  private var numbers: [String: Double] = [:]
  private var spans: [String: LearningRateSchedule.Span] = [:]

  // The schedules with what may stand behind their names.
  private static let names: [String: (numbers: [String], spans: [String])] = [
    "constant": ([], []),
    "step": (["factor"], ["every"]),
    "exponential": (["factor"], ["every"]),
    "cosine": (["floor"], ["warmup"]),
    "one-cycle": (["warmup", "start", "end"], []),
  ]

  /// Reads a schedule.
  ///
  /// - Throws: what is wrong with it, as a usage error.
  init(_ text: String) throws {
    self.text = text
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(pieces[0])
    guard let keys = Self.names[name] else {
      throw ValidationError(
        "'\(name)' is no schedule; use constant, step, exponential, cosine or one-cycle")
    }
    guard pieces.count == 2 else { return }
    for setting in pieces[1].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      // What an exponential schedule needs is its factor, so that may stand alone.
      let key = sides.count == 2 ? String(sides[0]) : "factor"
      let value = String(sides[sides.count - 1])
      guard sides.count == 2 || name == "exponential" else {
        throw ValidationError("'\(setting)' is no setting; \(Self.usage(of: name))")
      }
      guard numbers[key] == nil, spans[key] == nil else {
        throw ValidationError("\(key) is given twice")
      }
      if keys.numbers.contains(key) {
        guard let number = Double(value) else {
          throw ValidationError("\(key) must be a number, got '\(value)'")
        }
        numbers[key] = number
      } else if keys.spans.contains(key) {
        spans[key] = try Self.span(value, of: key)
      } else {
        let known = (keys.spans + keys.numbers).joined(separator: ", ")
        throw ValidationError(
          "\(name) has no '\(key)'; it has \(known.isEmpty ? "no settings" : known)")
      }
    }
  }

  private static func usage(of name: String) -> String {
    switch name {
    case "step": "write it as in step:every=5,factor=0.5"
    case "cosine": "write it as in cosine:warmup=500"
    case "one-cycle": "write it as in one-cycle:warmup=0.3"
    default: "\(name) stands alone"
    }
  }

  private static func span(
    _ text: String, of key: String
  ) throws -> LearningRateSchedule.Span {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    guard let count = Int(digits), ["", "epochs", "steps"].contains(unit) else {
      throw ValidationError(
        "\(key) must be a whole number of epochs or steps such as 5epochs or 500steps, got '\(text)'"
      )
    }
    let isSteps = unit.isEmpty ? key == "warmup" : unit == "steps"
    return isSteps ? .steps(count) : .epochs(count)
  }

  /// The schedule for a training of so many epochs.
  func schedule(epochs: Int) -> LearningRateSchedule {
    let every = spans["every"] ?? .epochs(1)
    return switch name {
    case "step": .step(factor: numbers["factor"] ?? 0.1, every: every)
    case "exponential": .exponential(factor: numbers["factor"] ?? 0.95, per: every)
    case "cosine":
      .cosine(
        over: .epochs(epochs), warmup: spans["warmup"] ?? .steps(0), floor: numbers["floor"] ?? 0)
    case "one-cycle":
      .oneCycle(
        over: .epochs(epochs), warmupFraction: numbers["warmup"] ?? 0.3,
        initialDivisor: numbers["start"] ?? 25, finalDivisor: numbers["end"] ?? 1e4)
    default: .constant
    }
  }
}
