// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax calibrate`.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Makes a classifier's probabilities say how often it is right.",
    discussion: """
      Examples:

        softmax calibrate model.safetensors digits -o calibrated.safetensors
        softmax calibrate model.safetensors digits --coverage 0.9 -o sets.safetensors
        softmax calibrate model.safetensors digits --method vector -o v.safetensors

      The rows must be ones that the classifier did not learn from; it is to be judged on others again. A data set's \
      name alone means its test part. Methods are compared on folds of the rows: none, a temperature by which \
      log-probabilities are divided, a scale and an intercept for each class (vector), and a matrix of scales with a \
      penalty (dirichlet). The log loss of the folds decides, so a calibration that does not lessen it is not chosen. \
      Log loss, calibration error and diagram are those of the folds, each row calibrated by the rows of the others. With --coverage the model also gives, by predict --sets, the \
      classes of each row among which the true one is with that probability: adaptive sets are larger for difficult rows, \
      class-wise ones keep the probability for the rows of each class. The \
      weights stay as they are; the classifier that is written calibrates by itself from then on.
      """)

  @Argument(help: "A model file, as softmax train writes it.")
  var model: String

  @Argument(
    help: ArgumentHelp(
      """
      Rows that were held out: a data set's name, \(FileFormats.namesOfLabeledData); several files are one table. \
      Without it, the file of --features.
      """, valueName: "data"))
  var namedData: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "model"))
  var output: String

  @Flag(help: "Replace a model that is there already.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "auto, or the method to take even if none is better: \(CalibrationMethod.names.joined(separator: ", ")).",
      valueName: "name"))
  var method = Self.automatic

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of folds, at least 2.", valueName: "n"))
  var folds = 5

  @Option(help: ArgumentHelp("The seed of the folds.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Make sets of classes that hold the true one with this probability, for predict --sets.",
      valueName: "p"))
  var coverage: Double?

  @Option(
    help: ArgumentHelp(
      "The kind of these sets: \(ConformalPredictor.Kind.all.map(\.name).joined(separator: ", ")).",
      valueName: "name"))
  var kind = ConformalPredictor.Kind.plain.name

  @OptionGroup
  var threading: ThreadOptions

  @OptionGroup
  var source: SourceOptions

  @Flag(help: "Write the result as JSON.")
  var json = false

  private static let automatic = "auto"

  private var methods: [CalibrationMethod] {
    method == Self.automatic
      ? CalibrationMethod.all : CalibrationMethod.all.filter { $0.name == method }
  }

  func validate() throws {
    try source.arrays.validate(data: namedData)
    guard !output.isEmpty else { throw ValidationError("--output needs the name of a file") }
    guard folds >= 2 else { throw ValidationError("--folds must be at least 2, got \(folds)") }
    guard ConformalPredictor.Kind.all.contains(where: { $0.name == kind }) else {
      throw ValidationError(
        "there are no sets of the kind '\(kind)'; use "
          + ConformalPredictor.Kind.all.map(\.name).joined(separator: ", "))
    }
    if let coverage, !(coverage > 0 && coverage < 1) {
      throw ValidationError(
        "--coverage must be greater than 0 and less than 1, got \(coverage)")
    }
    guard !methods.isEmpty else {
      throw ValidationError(
        "there is no method '\(method)'; use \(Self.automatic) or "
          + CalibrationMethod.names.joined(separator: ", "))
    }
  }

  func run() throws {
    let console = Console()
    let reference = try DatasetReference(source.arrays.data(namedBy: namedData))
    let stored = try Classifier.load(model)
    try OutputFile.validate(output, replaces: force)
    let classifier = try stored.calibrated(by: nil)
    var loader = DatasetLoader(
      console: console, directory: source.folder, options: source.reading)
    let known = KnownInputs(of: classifier)
    let samples = try loader.samples(of: reference, default: .test, like: known)
    let hasParts = try loader.split(of: reference, like: known).hasParts
    if classifier.trainingRecord?.isOnRows(of: reference, hasParts: hasParts) == true {
      console.warning(
        "the classifier has learned from these rows, so it is surer of them than of others; calibrate on rows that were "
          + "held out")
    }
    try EvaluationMemory(rowCount: samples.count, classCount: classifier.classNames.count)
      .validate()
    let evaluation = try classifier.evaluation(on: samples, execution: threading.execution)
    let (calibration, heldOut) = try Calibration.fitted(
      to: evaluation, among: methods, isRequired: method != Self.automatic, foldCount: folds,
      seed: seed, execution: threading.execution)
    // A calibration of all rows is a little too good on them; those of the folds are not.
    let judged = calibration.isIdentity ? evaluation : heldOut
    let conformal = try coverage.map { coverage throws(SoftmaxError) in
      try ConformalPredictor.fitted(
        to: judged, coverage: coverage,
        kind: ConformalPredictor.Kind.all.first { $0.name == kind } ?? .plain, seed: seed)
    }
    try classifier.calibrated(by: calibration).with(conformal: conformal).save(to: output)
    let report = CalibrationReport(
      calibration: calibration, before: evaluation, after: heldOut, path: output)
    if json {
      try console.result(report.json.text)
    } else {
      try console.results(report.lines)
    }
    if let attempts = calibration.selection?.attempts, method != Self.automatic,
      let before = attempts.first?.logLoss,
      attempts.dropFirst().allSatisfy({ ($0.logLoss ?? before) >= before })
    {
      console.warning("the log loss of the folds is no less with this calibration than without it")
    }
  }
}
