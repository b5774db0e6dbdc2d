// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The choice of a penalty as a callback, so that the checkpoints of the last solve hold it.
struct PenaltyChoice: TrainingCallback {
  private let settings: SettingsTree
  private let cs: [Double]
  private let foldCount: Int
  private let usesOneStandardErrorRule: Bool
  var path: PenaltyPath?

  private static let countKey = "count"
  // Present if fewer folds were judged than asked for.
  private static let foldsKey = "folds"

  init(of estimator: SoftmaxRegressionCV) {
    cs = estimator.cs.sorted()
    foldCount = estimator.foldCount
    usesOneStandardErrorRule = estimator.usesOneStandardErrorRule
    var settings: SettingsTree = [
      "name": "cross-validation", "c": .init(cs.map { SettingsTree($0) }),
      "folds": .init(Double(foldCount)),
      "rule": usesOneStandardErrorRule ? "one standard error" : "least log loss",
    ]
    if estimator.isCoarse { settings["solves"] = "coarse" }
    self.settings = settings
  }

  var state: CallbackState? {
    get {
      let points = path?.points ?? []
      var values = [Self.countKey: Double(points.count)]
      if let path, path.foldCount != foldCount { values[Self.foldsKey] = Double(path.foldCount) }
      for (index, point) in points.enumerated() {
        for (name, value) in Self.values(of: point) { values["\(name) \(index)"] = value }
      }
      return CallbackState(settings: settings, values: values)
    }
    // The path was taken from the checkpoint before.
    set {}
  }

  private static let names = ["l2", "log_loss", "standard_error", "accuracy"]

  private static func values(of point: PenaltyPath.Point) -> [(name: String, value: Double)] {
    zip(names, [point.l2Penalty, point.logLoss, point.standardError, point.accuracy]).map {
      ($0, $1)
    }
  }

  /// Returns the path that a checkpoint of a training with these settings holds; nil if it holds none.
  func path(in checkpoint: Checkpoint) throws(SoftmaxError) -> PenaltyPath? {
    guard let state = checkpoint.callbacks.first(where: { $0.settings == settings }) else {
      return nil
    }
    let points = try cs.prefix(state.count(Self.countKey, atMost: cs.count)).enumerated().map {
      index, c throws(SoftmaxError) in
      let values = Self.names.map { state.values["\($0) \(index)"] ?? .nan }
      guard values[0] > 0, values.allSatisfy(\.isFinite) else {
        throw SoftmaxError(
          .invalidData, "the checkpoint's cross-validation makes no sense at C \(c): \(values)")
      }
      return PenaltyPath.Point(
        c: c, l2Penalty: values[0], logLoss: values[1], standardError: values[2],
        accuracy: values[3])
    }
    guard !points.isEmpty else { return nil }
    return PenaltyPath(
      points: points, penaltyCount: cs.count,
      foldCount: state.values[Self.foldsKey] == nil
        ? foldCount : state.count(Self.foldsKey, atMost: foldCount),
      usesOneStandardErrorRule: usesOneStandardErrorRule)
  }
}
