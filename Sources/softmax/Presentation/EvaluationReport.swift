// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An evaluation in full, for people and for machines.
struct EvaluationReport {
  private static let confusionCount = 5
  // Wider, and a line of the report would not fit 80 columns.
  private static let longestName = 34

  private let evaluation: Evaluation
  private let terminal: Terminal
  private let names: [String]
  private let matrix: ConfusionMatrix

  init(_ evaluation: Evaluation, terminal: Terminal) {
    self.evaluation = evaluation
    self.terminal = terminal
    matrix = evaluation.confusionMatrix
    names = evaluation.classNames.map {
      PrintableText.shortened(PrintableText.line($0), to: Self.longestName)
    }
  }

  private var columns: Int { min(terminal.width - 1, 100) }

  /// All of it, for people.
  var lines: [String] {
    EvaluationText.lines(of: evaluation, title: "accuracy") + rankingLines + [""]
      + matrix.report(names: names).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
      + warningLines + [""] + matrixLines + confusionLines
  }

  private func line(_ name: String, _ text: String) -> String {
    PrintableText.padded(name, to: 15) + text
  }

  private var rankingLines: [String] {
    var lines: [String] = []
    if let area = evaluation.rocAUCMacro {
      lines.append(
        line("ROC AUC", "\(NumberText.fixed(area)), the mean of each class against the rest"))
    } else if let reason = evaluation.rocAUCUndefinedReason {
      lines.append(line("ROC AUC", "undefined: " + PrintableText.line(reason)))
    }
    if evaluation.classNames.count > 4 {
      let top = NumberText.fixed(evaluation.topKAccuracy(3))
      lines.append(line("top 3", "\(top), the true class among the 3 most probable"))
    }
    return lines
  }

  private var warningLines: [String] {
    let never = matrix.neverPredictedClasses
    let absent = Set(names.indices).subtracting(matrix.occurringClasses).sorted()
    func line(_ classes: [Int], _ what: String) -> [String] {
      classes.isEmpty
        ? []
        : ["", what + PrintableText.list(classes.map { names[$0] }, columns: columns - what.count)]
    }
    return line(never, "never predicted, so their precision is 0: ")
      + line(absent, "neither in the data nor predicted: ")
  }

  private var matrixLines: [String] {
    guard let lines = matrix.lines(columns: columns, color: terminal.outputColor) else {
      return [
        "confusion matrix of \(names.count) classes: too wide for \(columns) columns; --json has it, "
          + "--figures draws it"
      ]
    }
    return lines
  }

  private var confusionLines: [String] {
    let confusions = matrix.mostConfused(Self.confusionCount)
    guard !confusions.isEmpty else { return [] }
    let counts = matrix.labelCounts
    let width = confusions.map { NumberText.grouped($0.count).count }.max() ?? 1
    return ["", "most confused"]
      + confusions.map { confusion in
        let count = PrintableText.rightAligned(NumberText.grouped(confusion.count), to: width)
        let share = NumberText.percent(Double(confusion.count) / Double(counts[confusion.label]))
        let room = max(8, (columns - width - 36) / 2)
        let label = PrintableText.shortened(names[confusion.label], to: room)
        let prediction = PrintableText.shortened(names[confusion.prediction], to: room)
        return "  \(count) times \(label) was taken for \(prediction) (\(share) of it)"
      }
  }

  /// A gallery with what it was chosen from.
  func lines(of gallery: Gallery) -> [String] {
    let wrong = gallery.rowCount - gallery.correctCount
    return [
      "",
      "true / predicted: \(gallery.tiles.count) pictures, the wrong ones "
        + "(\(NumberText.grouped(wrong)) of \(NumberText.grouped(gallery.rowCount)) rows) first",
      "",
    ] + gallery.lines(columns: columns, color: terminal.outputColor)
  }

  /// All of it, for machines.
  static func json(of evaluation: Evaluation) -> JSONValue {
    let matrix = evaluation.confusionMatrix
    let (perClass, areas) = (matrix.perClass, evaluation.rocAUC)
    let classes = matrix.classNames.indices.map { index -> JSONValue in
      let metrics = perClass[index]
      return .object([
        ("label", .string(matrix.classNames[index])), ("precision", .number(metrics.precision)),
        ("recall", .number(metrics.recall)), ("f1", .number(metrics.f1)),
        ("support", .integer(metrics.support)), ("roc_auc", JSONValue(areas[index])),
      ])
    }
    let rows = (0..<matrix.classCount).map { label -> JSONValue in
      .array(
        (0..<matrix.classCount).map { .integer(matrix[label: label, prediction: $0]) })
    }
    let members: [(key: String, value: JSONValue)] = [
      ("event", .string("result")), ("rows", .integer(evaluation.rowCount)),
    ]
    return .object(
      members + EvaluationText.members(of: evaluation) + [
        ("macro_f1", .number(evaluation.macroF1)),
        ("weighted_f1", .number(matrix.weightedAverage.f1)),
        ("roc_auc_macro", JSONValue(evaluation.rocAUCMacro)),
        ("per_class", .array(classes)),
        ("confusion_matrix", .array(rows)),
      ])
  }
}
