// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension Report {
  /// Creates the report of a model file, or a file of predictions, on labelled rows.
  ///
  /// - Parameters:
  ///   - classifier: the model; nil for a file of predictions.
  ///   - path: the file.
  ///   - data: the words that name the rows; empty for those of --features.
  ///   - evaluation: the judged rows.
  ///   - gallery: pictures of them.
  init(
    _ classifier: Classifier?, from path: String, judgedBy data: [String], _ evaluation: Evaluation,
    gallery: Gallery?
  ) {
    var facts = [(name: classifier == nil ? "predictions" : "model", text: path)]
    if !data.isEmpty { facts.append(("judged by", data.joined(separator: ", "))) }
    if let record = classifier?.trainingRecord {
      let source = record.dataset.map { " of \($0)" } ?? ""
      facts.append(("trained on", "\(NumberText.grouped(record.rowCount)) rows\(source)"))
      facts += record.selection?.facts ?? [("trained by", record.summary)]
    }
    if let calibration = classifier?.calibration {
      facts.append(("calibration", calibration.description))
    }
    if let target = classifier?.table?.target?.name { facts.append(("class column", target)) }
    if let names = classifier?.table?.featureNames {
      facts.append(("features", PrintableText.list(names, columns: 400)))
    }
    if let classifier { facts.append(("SHA-256 of the weights", classifier.weightsSHA256)) }
    facts.append(("made with", "softmax \(Version.number)"))
    self.init(
      "How good is \(path.split(separator: "/").last ?? "")?", of: evaluation, facts: facts,
      command: CommandLine.arguments.map(ShellWord.quoted).joined(separator: " "), gallery: gallery)
  }
}

extension ModelSelection {
  /// What was chosen, and by what.
  fileprivate var facts: [(name: String, text: String)] {
    let chosen = candidates.filter { $0.weight > 0 }.map {
      $0.weight == 1 ? $0.name : "\(NumberText.percent($0.weight)) \($0.name)"
    }
    let low = NumberText.percent(accuracyLow)
    return [
      ("chosen", chosen.joined(separator: ", ")),
      (
        "on its own folds",
        "accuracy \(NumberText.percent(accuracy)), 95 % interval \(low) to "
          + "\(NumberText.percent(accuracyHigh)); log loss \(NumberText.metric(logLoss))"
      ),
    ]
  }
}

extension TrainingRecord {
  /// Loss, solver or optimizer, and how long, in a line.
  fileprivate var summary: String {
    let length = "\(NumberText.grouped(epochs)) \((unit ?? .epoch).rawValue)s"
    return "\(loss), l2 \(l2Penalty), \(optimizer), \(length), seed \(seed)"
  }
}
