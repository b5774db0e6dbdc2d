// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// The calibration of a classifier in the metadata of a model file.
///
/// The key `temperature` is "1" without a calibration. With one it is "calibration", so that a release that does not know
/// the key of this name says that it cannot apply it instead of leaving it out.
struct ArtefactCalibration: Codable {
  private static let key = "calibration"
  private static let temperatureKey = "temperature"

  var scales: [Double]
  var intercepts: [Double]
  var selection: CalibrationSelection?
  var rows: RowSketch?

  /// Returns the metadata of a calibration, or of none.
  static func metadata(of calibration: Calibration?) throws(SoftmaxError) -> [String: String] {
    guard let calibration else { return [temperatureKey: "1"] }
    let stored = ArtefactCalibration(
      scales: calibration.scales, intercepts: calibration.intercepts,
      selection: calibration.selection, rows: calibration.fittedRows)
    return [temperatureKey: key, key: try ArtefactJSON.encode(stored)]
  }

  /// Returns the calibration of a file; nil if it has none.
  ///
  /// - Throws: `unsupported` for another temperature than 1 or an unknown setting; `invalidData` or `invalidArgument` for
  ///   values that are no calibration.
  static func calibration(of file: SafetensorsFile) throws(SoftmaxError) -> Calibration? {
    let temperature = file.metadata[temperatureKey, default: "1"]
    guard file.metadata[key] != nil else {
      guard temperature == "1" else {
        throw SoftmaxError(
          .unsupported, "has a temperature other than 1, which this release cannot apply")
      }
      return nil
    }
    guard temperature == key else {
      throw SoftmaxError(
        .invalidData, "has a calibration, but its temperature is \(temperature.debugDescription)")
    }
    let stored: ArtefactCalibration = try ArtefactJSON.decode(key, of: file)
    if let unknown = try ArtefactJSON.unknownKey(key, of: file, as: stored) {
      throw SoftmaxError(
        .unsupported,
        "its calibration asks for \(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote it, or a newer one")
    }
    return try Calibration(
      scales: stored.scales, intercepts: stored.intercepts, selection: stored.selection,
      fittedRows: stored.rows)
  }
}
