// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of a model file or a checkpoint.
struct ModelInspection: Inspection {
  private let path: String
  private let byteCount: Int?
  private let classifier: Classifier
  private let checkpoint: Checkpoint?

  init(path: String) throws(SoftmaxError) {
    classifier = try Classifier.load(path)
    // Only a model has a training record, so a file without one may be a checkpoint.
    checkpoint = classifier.trainingRecord == nil ? try? Checkpoint.load(path) : nil
    self.path = path
    byteCount = FileProbe.byteCount(path)
  }

  var lines: [String] {
    let classes = classifier.classNames.map(PrintableText.line).joined(separator: ", ")
    var lines = [
      line(
        "model", PrintableText.line(path) + (byteCount.map { ", \(NumberText.bytes($0))" } ?? "")),
      line("input", "rows of \(NumberText.shape(inputShape))\(preprocessing)"),
      line("classes", "\(classifier.classNames.count): \(classes)"),
    ]
    if let names = classifier.table?.featureNames {
      let shown = PrintableText.list(names, columns: max(40, Terminal.current.width - 15))
      lines.insert(line("features", shown), at: 2)
    }
    lines += networkLines
    lines += trainingLines
    if let calibration = classifier.calibration {
      let rows = calibration.selection.map { ", on \(NumberText.grouped($0.rowCount)) rows" }
      lines.append(line("calibrated", "by \(calibration)\(rows ?? "")"))
    }
    if let conformal = classifier.conformal {
      lines.append(
        line(
          "sets",
          "\(conformal.kind.name), hold the true class in "
            + "\(NumberText.short(conformal.coverage, 4)) of the rows"))
    }
    lines.append(line("sha256", classifier.weightsSHA256))
    return lines
  }

  // Members with the same layers and steps are shown once, with their share.
  private var networkLines: [String] {
    let members = classifier.members
    var lines: [String] = []
    var first = 0
    while first < members.count {
      let alike = members[first...].prefix { other in
        other.steps == members[first].steps
          && other.network.layers.map(\.configuration)
            == members[first].network.layers.map(\.configuration)
      }
      if members.count > 1 {
        let steps = members[first].steps.map { ", \(PrintableText.line($0.description))" }.joined()
        let share = NumberText.fixed(100 * alike.reduce(0) { $0 + $1.weight }, 0)
        let count = alike.count == 1 ? "1 network" : "\(alike.count) networks"
        lines.append(line("average", "\(share) % of \(count)\(steps)"))
      }
      lines += members[first].network.summary(columns: min(88, Terminal.current.width))
        .split(separator: "\n").map(String.init)
      first += alike.count
    }
    return lines
  }

  private var pipeline: Pipeline { classifier.pipeline }

  // The shape of what comes in, where steps make other columns of it.
  private var inputShape: [Int] {
    pipeline.inputCount.map { [$0] } ?? classifier.network.inputShape
  }

  private var preprocessing: String {
    pipeline.steps.map { ", \(PrintableText.line($0.description))" }.joined()
  }

  private var trainingLines: [String] {
    if let position = checkpoint?.position {
      return [
        line(
          "checkpoint",
          "after \(checkpoint?.history.unit.rawValue ?? "epoch") \(position.epoch)"
            + (position.step > 0 ? ", step \(NumberText.grouped(position.step))" : "")
            + ", to go on from with --resume")
      ]
    }
    guard let record = classifier.trainingRecord else {
      return [line("trained", "nobody says how")]
    }
    let data = record.dataset.map { " of \(PrintableText.line($0))" } ?? ""
    let trained = line("trained", "on \(NumberText.grouped(record.rowCount)) rows\(data)")
    if let selection = record.selection { return [trained] + selection.lines }
    let settings = Self.settingsText(of: record)
    var lines = [
      trained,
      line(
        "loss",
        "\(Self.lossText(of: record)), " + (record.l1Penalty.map { "l1 \($0), " } ?? "")
          + "l2 \(record.l2Penalty)"),
    ]
    if record.unit == .iteration {
      lines += solveLines(of: record)
    } else {
      lines += [
        line("optimizer", "\(PrintableText.line(record.optimizer)), \(settings)"),
        line(
          "passes",
          "\(record.epochs) epochs, batches of \(record.batchSize), seed \(record.seed)"),
      ]
    }
    if let loss = record.finalLoss, let accuracy = record.finalAccuracy {
      lines.append(
        line(
          record.unit == .iteration ? "at the end" : "last epoch",
          "loss \(NumberText.metric(loss)), accuracy \(NumberText.metric(accuracy))"))
    }
    return lines
  }

  private func solveLines(of record: TrainingRecord) -> [String] {
    let settings = Self.settingsText(of: record)
    var lines = [line("solver", "\(PrintableText.line(record.optimizer)), \(settings)")]
    var work = "\(NumberText.grouped(record.epochs)) iterations"
    if let count = record.evaluations { work += ", \(NumberText.grouped(count)) passes" }
    if let isConverged = record.isConverged {
      work += isConverged ? ", converged" : ", not converged"
    }
    lines.append(line("solved", work))
    if record.isSeparable == true {
      lines.append(line("separable", "without a penalty no finite weights are best"))
    }
    if let certificate = record.certificate {
      lines.append(line("objective", certificate))
    }
    if let path = record.penaltyPath, let choice = path.choiceText {
      lines.append(line("penalty", "l2 \(choice)"))
      lines += path.table.split(separator: "\n").map { line("", String($0)) }
    }
    return lines
  }

  private static func settingsText(of record: TrainingRecord) -> String {
    record.optimizerSettings.sorted { $0.key < $1.key }
      .map { "\(PrintableText.line($0.key)) \($0.value)" }.joined(separator: ", ")
  }

  private static func lossText(of record: TrainingRecord) -> String {
    let settings = (record.lossSettings ?? [:]).sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }
    let weights = record.classWeights.map { ["class_weights \($0)"] } ?? []
    return PrintableText.line(([record.loss] + settings + weights).joined(separator: ", "))
  }

  private var featureTypes: JSONValue {
    guard let features = classifier.table?.features else { return .null }
    return .array(features.map { JSONValue.string($0.type.description) })
  }

  private var calibrationJSON: JSONValue {
    guard let calibration = classifier.calibration else { return .null }
    return .object(calibration.members)
  }

  var json: JSONValue {
    .object([
      ("event", .string("model")),
      ("model", .string(path)),
      ("bytes", byteCount.map { .integer($0) } ?? .null),
      ("input_shape", .array(inputShape.map { .integer($0) })),
      ("byte_scale", pipeline.scaleOfBytes.map { .float($0) } ?? .null),
      ("standardized", .bool(pipeline.steps.contains { $0.name == "standardize" })),
      ("preprocessing", .array(pipeline.steps.map { .string($0.name) })),
      ("features", classifier.table?.featureNames.map { .array($0.map { .string($0) }) } ?? .null),
      ("feature_types", featureTypes),
      ("target", JSONValue(classifier.table?.target?.name)),
      ("classes", .array(classifier.classNames.map { .string($0) })),
      (
        "parameters",
        .integer(classifier.members.reduce(0) { $0 + $1.network.parameterCount })
      ),
      ("layers", .array(classifier.network.layers.map(Self.json))),
      ("members", classifier.members.count > 1 ? .array(classifier.members.map(Self.json)) : .null),
      ("checkpoint_epoch", checkpoint.map { .integer($0.position.epoch) } ?? .null),
      ("training", classifier.trainingRecord.map(Self.json) ?? .null),
      ("calibration", calibrationJSON),
      ("weights_sha256", .string(classifier.weightsSHA256)),
    ])
  }

  private static func json(_ member: ClassifierMember) -> JSONValue {
    .object([
      ("weight", .number(member.weight)),
      ("preprocessing", .array(member.steps.map { .string($0.name) })),
      ("layers", .array(member.network.layers.map(Self.json))),
    ])
  }

  private static func json(_ layer: Sequential.LayerState) -> JSONValue {
    let kind = layer.configuration.kind
    var members: [(key: String, value: JSONValue)] = [("type", .string(kind.typeName))]
    if let stored = kind as? any StoredLayerKind {
      members = [("type", .string(stored.type))]
      members += stored.settings.map { (key: $0.name, value: JSONValue($0.value)) }
    }
    members += [
      ("output_shape", .array(layer.outputShape.map { .integer($0) })),
      ("parameters", .integer(layer.parameterCount)),
    ]
    return .object(members)
  }

  private static func json(_ record: TrainingRecord) -> JSONValue {
    let settings = record.optimizerSettings.sorted { $0.key < $1.key }
    return .object([
      ("dataset", JSONValue(record.dataset)),
      ("rows", .integer(record.rowCount)),
      ("loss", .string(record.loss)),
      (
        "loss_settings",
        .object(
          (record.lossSettings ?? [:]).sorted { $0.key < $1.key }.map {
            ($0.key, .number($0.value))
          })
      ),
      (
        "class_weights", record.classWeights.map { .array($0.map { .number($0) }) } ?? .null
      ),
      ("optimizer", .string(record.optimizer)),
      ("optimizer_settings", .object(settings.map { ($0.key, .number($0.value)) })),
      ("l1", .number(record.l1Penalty ?? 0)),
      ("l2", .number(record.l2Penalty)),
      ("batch_size", .integer(record.batchSize)),
      ("epochs", .integer(record.epochs)),
      ("seed", .unsigned(record.seed)),
      ("training_loss", JSONValue(record.finalLoss)),
      ("training_accuracy", JSONValue(record.finalAccuracy)),
      ("unit", .string((record.unit ?? .epoch).rawValue)),
      ("objective", JSONValue(record.objective)),
      ("objective_gap", JSONValue(record.objectiveGap)),
      ("gradient_norm", JSONValue(record.gradientNorm)),
      ("evaluations", record.evaluations.map { .integer($0) } ?? .null),
      ("converged", record.isConverged.map { .bool($0) } ?? .null),
      ("separable", .bool(record.isSeparable == true)),
      ("penalty", record.penaltyPath?.json ?? .null),
      ("selection", record.selection.map { .object($0.members) } ?? .null),
    ])
  }
}

extension JSONValue {
  fileprivate init(_ value: LayerSetting.Value?) {
    self =
      switch value {
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .text(let value): .string(value)
      case nil: .null
      }
  }
}
