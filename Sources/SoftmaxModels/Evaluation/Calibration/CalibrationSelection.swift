// SPDX-License-Identifier: Apache-2.0

/// The calibrations that were compared on folds of the held-out rows.
///
/// ```swift
/// for attempt in calibration.selection?.attempts ?? [] {
///   print(attempt.method, attempt.logLoss ?? .nan)
/// }
/// ```
public struct CalibrationSelection: Hashable, Sendable, Codable {
  /// A method with its result on rows that it was not fitted to.
  public struct Attempt: Hashable, Sendable, Codable {
    /// The name of the method; "none" for no calibration.
    public let method: String
    /// The factor of its penalty; nil if it has none.
    public let penalty: Double?
    /// The mean of -ln p(true class) of the rows, each calibrated by the rows of the other folds; nil if the method was
    /// left out.
    public let logLoss: Double?
    /// Why the method was left out; nil if it was not.
    public let leftOut: String?
  }

  /// No calibration, then the methods in the order in which they were tried.
  public let attempts: [Attempt]
  /// The place of the attempt that was chosen.
  public let chosen: Int
  /// The number of folds.
  public let foldCount: Int
  /// The seed of the folds.
  public let seed: UInt64
  /// The number of rows.
  public let rowCount: Int
}
