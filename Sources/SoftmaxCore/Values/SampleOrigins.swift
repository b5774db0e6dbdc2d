// SPDX-License-Identifier: Apache-2.0

/// What the samples of a data set are from: the group or the time of each.
///
/// Samples of one group, such as the visits of one patient, are alike, and so are those of neighbouring times. A model
/// that is judged by samples whose like it learned from looks better than it is for new patients, or tomorrow. So
/// samples of one group are never learned from and judged by at once, and with times, samples are judged by models of
/// earlier samples only.
///
/// ```swift
/// let visits = try dataset.with(origins: .groups([0, 0, 1, 1, 2, 2]))
/// let (training, validation) = try visits.split(validationFraction: 0.3, seed: 1)
/// ```
public struct SampleOrigins: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case groups([Int])
    case times([Double])
  }

  package let kind: Kind

  /// The group of each sample; samples of one group have the same number.
  ///
  /// - Parameter groups: a number for each sample, which ``LabeledDataset/with(origins:)`` validates.
  public static func groups(_ groups: [Int]) -> SampleOrigins {
    SampleOrigins(kind: .groups(groups))
  }

  /// The time of each sample, in any unit; samples of the same time stay together.
  ///
  /// - Parameter times: a finite number for each sample, which ``LabeledDataset/with(origins:)`` validates.
  public static func times(_ times: [Double]) -> SampleOrigins {
    SampleOrigins(kind: .times(times))
  }

  /// The name of the kind, as in a training record.
  package var name: String {
    switch kind {
    case .groups: "groups"
    case .times: "times"
    }
  }

  /// Whether the samples have times.
  package var areTimes: Bool { if case .times = kind { true } else { false } }

  /// The number of different groups or times.
  package var distinctCount: Int {
    switch kind {
    case .groups(let groups): Set(groups).count
    case .times(let times): Set(times).count
    }
  }

  /// Throws `shapeMismatch` unless there is an origin for each sample, and `nonFiniteValue` for a time that is not
  /// finite.
  func validate(sampleCount: Int) throws(SoftmaxError) {
    let count =
      switch kind {
      case .groups(let groups): groups.count
      case .times(let times): times.count
      }
    guard count == sampleCount else {
      throw SoftmaxError(
        .shapeMismatch, "\(sampleCount) samples, but \(count) \(name)",
        remedy: "give one for each sample")
    }
    guard case .times(let times) = kind, let row = times.firstIndex(where: { !$0.isFinite }) else {
      return
    }
    throw SoftmaxError(
      .nonFiniteValue, "a sample's time must be finite, got \(times[row])",
      at: .row(row, column: nil))
  }

  func selecting(rows: some Collection<Int>) -> SampleOrigins {
    switch kind {
    case .groups(let groups): .groups(rows.map { groups[$0] })
    case .times(let times): .times(rows.map { times[$0] })
    }
  }
}
