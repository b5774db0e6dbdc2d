// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The value of `--l2`: a number, or `auto` for a choice by cross-validation.
enum L2Option: ExpressibleByArgument, Equatable {
  case auto
  case value(Double)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let value = Double(argument) {
      self = .value(value)
    } else {
      return nil
    }
  }

  /// The number; nil if it is to be chosen.
  var value: Double? { if case .value(let value) = self { value } else { nil } }
}

/// The options of `--l2 auto`.
struct PenaltyOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The folds of --l2 auto, each judged by a model of the others (default: 5).", valueName: "n"))
  var folds: Int?

  @Flag(
    help: """
      Let --l2 auto choose the strongest penalty whose log loss is within one standard error of the \
      least.
      """)
  var oneStandardError = false

  /// The number of folds.
  var foldCount: Int { folds ?? 5 }

  /// Throws unless the options fit the value of `--l2`.
  ///
  /// - Parameter batchReason: what makes it a training by batches, such as `--epochs`; nil if the model is
  ///   solved.
  func validate(l2: L2Option?, batchReason: String?) throws {
    if let folds, folds < 2 {
      throw ValidationError("--folds must be at least 2, got \(folds)")
    }
    guard l2 == .auto else {
      for (name, isGiven) in [
        ("--folds", folds != nil), ("--one-standard-error", oneStandardError),
      ] where isGiven {
        throw ValidationError("\(name) is for --l2 auto")
      }
      return
    }
    if let batchReason {
      throw ValidationError(
        "--l2 auto is for a linear model that is solved, and \(batchReason) trains by batches; give a "
          + "number")
    }
  }
}
