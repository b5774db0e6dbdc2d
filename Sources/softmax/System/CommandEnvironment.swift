// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The settings from environment variables.
///
/// Only the command reads environment variables; the library does not.
struct CommandEnvironment {
  private let variables: [String: String]

  init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
    self.variables = variables
  }

  // An empty variable is treated as unset.
  private func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Returns the execution settings: `SOFTMAX_ISA` sets the instruction set, `SOFTMAX_PLAN` the plan for
  /// tests.
  ///
  /// - Throws: `invalidArgument` for an unknown value or an instruction set that this machine lacks.
  func execution(threads: Int? = nil) throws(SoftmaxError) -> Execution {
    let set = try choice(
      "SOFTMAX_ISA", of: InstructionSet.allCases.filter(\.isSupported), fallback: .best)
    let plan = try choice("SOFTMAX_PLAN", of: Execution.Plan.allCases, fallback: .fused)
    return try Execution(threads: threads, instructionSet: set, plan: plan)
  }

  private func choice<Choice: RawRepresentable<String>>(
    _ name: String, of choices: [Choice], fallback: Choice
  ) throws(SoftmaxError) -> Choice {
    guard let value = value(name) else { return fallback }
    guard let choice = choices.first(where: { $0.rawValue == value }) else {
      throw SoftmaxError(
        .invalidArgument, "\(name) is '\(value)', which this machine does not offer",
        remedy: "use one of \(choices.map(\.rawValue).joined(separator: ", ")), or leave it unset")
    }
    return choice
  }

  /// The folder of `SOFTMAX_DATA`; if set, it is the only folder where data sets are looked up.
  var dataDirectory: String? { value("SOFTMAX_DATA") }

  /// The user's cache, with the folder for unpacked copies that `SOFTMAX_CACHE` sets, or none if it is
  /// `off`.
  var cache: DataCache {
    var cache = DataCache.user
    if let value = value("SOFTMAX_CACHE") {
      cache.unpackedFolder = value.lowercased() == "off" ? nil : value
    }
    return cache
  }
}
