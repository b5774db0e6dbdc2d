// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The form of a file of predictions, which an option or the extension of its name tells.
enum PredictionFileForm {
  case commas
  case tabs
  case json

  /// Determines the form of a file.
  ///
  /// - Throws: `invalidArgument` for an unknown extension without an option; `unsupported` for a packed file.
  init(path: String, json: Bool, csv: Bool) throws(SoftmaxError) {
    let name = path.split(separator: "/").last ?? ""
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last
    guard ending?.lowercased() != "gz" else {
      throw SoftmaxError(
        .unsupported, "predictions are written without packing them", remedy: "leave .gz out",
        at: .file(path: path, offset: nil))
    }
    switch ending?.lowercased() {
    case _ where json: self = .json
    case _ where csv: self = .commas
    case "csv": self = .commas
    case "tsv", "tab": self = .tabs
    case "json", "jsonl", "ndjson": self = .json
    default:
      throw SoftmaxError(
        .invalidArgument, "its name does not tell whether it is to hold CSV or JSON",
        remedy: "end it with .csv, .tsv or .jsonl, or say --csv or --json",
        at: .file(path: path, offset: nil))
    }
  }
}
