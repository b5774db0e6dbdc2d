// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options of the choice among models.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      About how long the choice among models may take, such as 20s, 5m or 1h; with less than 60s it leaves out kinds, \
      epochs and penalties. It is planned from counted work at a fixed rate, so the model is the same on every machine \
      and the seconds are not (default: about 60s).
      """, valueName: "time"))
  var time: TimeOption?

  /// Throws if a budget is given for a training without a choice.
  ///
  /// - Parameter reason: what makes it one, such as `--model linear`; nil if the model is chosen.
  func validate(without reason: String?) throws {
    guard time != nil, let reason else { return }
    throw ValidationError("--time is for the choice among models, which \(reason) leaves out")
  }
}

/// A length of time: seconds, or a number with `s`, `m` or `h`.
struct TimeOption: ExpressibleByArgument, Equatable {
  let seconds: Double

  // Longer than any training, and no seconds overflow.
  private static let greatestSeconds = 1e7

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? argument : String(argument.dropLast())) else {
      return nil
    }
    seconds = number * (unit ?? 1)
    guard seconds > 0, seconds <= Self.greatestSeconds else { return nil }
  }

  /// The length as the library takes it.
  var duration: Duration { .seconds(seconds) }
}
