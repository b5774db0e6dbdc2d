// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// What the environment variables ask for; nothing but the command reads them.
struct CommandEnvironment {
  private let variables: [String: String]

  init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
    self.variables = variables
  }

  // A variable that is empty counts as one that is not set.
  private func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// How to compute: `SOFTMAX_ISA` chooses the instructions and, for tests, `SOFTMAX_PLAN` the plan.
  ///
  /// - Throws: `invalidArgument` for a name that is none, or that this machine lacks.
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

  /// The folder of `SOFTMAX_DATA`, in which data sets are looked for and nowhere else.
  var dataDirectory: String? { value("SOFTMAX_DATA") }

  /// The cache: the user's, or for unpacked copies what `SOFTMAX_CACHE` says, a folder or `off`.
  var cache: DataCache {
    var cache = DataCache.user
    if let value = value("SOFTMAX_CACHE") {
      cache.unpackedFolder = value.lowercased() == "off" ? nil : value
    }
    return cache
  }
}
