// SPDX-License-Identifier: Apache-2.0

/// What a worker is to do, as `key=value` arguments; the peers' scripts take the same.
struct Settings {
  private var values: [String: String] = [:]

  /// Reads arguments such as `hidden=128`.
  init(_ arguments: some Sequence<String>) throws {
    for argument in arguments {
      guard let sign = argument.firstIndex(of: "=") else {
        throw BenchmarkError("expected key=value, got '\(argument)'")
      }
      values[String(argument[..<sign])] = String(argument[argument.index(after: sign)...])
    }
  }

  /// The value of a key as text, or a default.
  func text(_ key: String, default fallback: String? = nil) throws -> String {
    guard let value = values[key] ?? fallback else { throw BenchmarkError("\(key)= is missing") }
    return value
  }

  /// The value of a key as a number, or a default.
  func number<Number: LosslessStringConvertible>(
    _ key: String, default fallback: Number? = nil
  ) throws -> Number {
    guard let value = values[key] else {
      guard let fallback else { throw BenchmarkError("\(key)= is missing") }
      return fallback
    }
    guard let number = Number(value) else {
      throw BenchmarkError("\(key)= takes a number, got '\(value)'")
    }
    return number
  }
}

/// What went wrong in a benchmark itself.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
