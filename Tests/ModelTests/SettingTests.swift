// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// What holds of every loss, rule and schedule on the library's lists: a kind that is added is judged too.
@Suite struct SettingTests {
  static let kinds: [any Configurable.Type] =
    LossKinds.all.map { $0 as any Configurable.Type }
    + OptimizerRules.all.map { $0 as any Configurable.Type }
    + ScheduleKinds.all.map { $0 as any Configurable.Type }

  @Test(arguments: [
    ("{\"number\":{\"_0\":0.9}}", "{\"flag\":{\"_0\":true}}"), ("\"momentum\"", "\"momenta\""),
  ])
  func aStoredSettingThatIsUnknownOrOfAnotherTypeIsAnError(known: String, other: String) throws {
    let stored = String(
      decoding: try JSONEncoder().encode(Optimizer.sgd(momentum: 0.9)), as: UTF8.self)
    let changed = stored.replacing(known, with: other)
    #expect(changed != stored)
    let error = #expect(throws: SoftmaxError.self) {
      try JSONDecoder().decode(Optimizer.self, from: Data(changed.utf8))
    }
    #expect(error?.code == .invalidData)
  }

  // A value that makes sense and is not the usual one.
  private static func unusual(_ setting: Setting) -> Setting.Value {
    switch setting.usual {
    case .flag(let isOn): return .flag(!isOn)
    case .span(let span): return .span(.steps(span.count + 3))
    case .number(let usual):
      let other =
        switch setting.range {
        case .share, .factor, .fraction: usual == 0.5 ? 0.25 : 0.5
        default: usual + 2
        }
      return .number(other)
    }
  }

  // Another value that makes sense.
  private static func other(than value: Setting.Value) -> Setting.Value {
    switch value {
    case .flag(let isOn): .flag(!isOn)
    case .span(let span): .span(.steps(span.count + 1))
    case .number(let number): .number(number / 2)
    }
  }

  // The same kind with the usual values, and with one setting of another value.
  private static func pairs(
    _ kind: any Configurable.Type
  ) -> [(setting: Setting, usual: SettingValues, unusual: SettingValues)] {
    kind.settings.map { ($0, [:], [$0: unusual($0)]) }
  }

  @Test func namesAndSpellingsAreNoOthers() {
    for kinds in [
      LossKinds.all.map { $0 as any Configurable.Type }, OptimizerRules.all.map { $0 },
      ScheduleKinds.all.map { $0 },
    ] {
      #expect(Set(kinds.map { $0.name }).count == kinds.count)
      #expect(Set(kinds.map { $0.spelling }).count == kinds.count)
      for kind in kinds {
        #expect(Set(kind.settings.map(\.name)).count == kind.settings.count, "\(kind.name)")
        #expect(Set(kind.settings.map(\.spelling)).count == kind.settings.count, "\(kind.name)")
        #expect(kind.settings.filter(\.isNameOptional).count <= 1, "\(kind.name)")
      }
    }
  }

  @Test func usualValuesMakeSense() throws {
    for kind in Self.kinds {
      for setting in kind.settings {
        try setting.validate(setting.usual)
        try setting.validate(Self.unusual(setting))
      }
    }
    for rule in OptimizerRules.all {
      try Optimizer(rule, [:]).validate()
      #expect(rule.settings.contains { $0.name == rule.learningRate.name }, "\(rule.name)")
      #expect(rule.settings.contains { $0.name == rule.weightDecay.name }, "\(rule.name)")
      #expect(0...3 ~= rule.init([:]).stateNames.count)
      for peer in [Peer.keras, .pytorch, .scikitLearn] {
        try Optimizer(rule, rule.settings(of: peer, given: [:])).validate()
      }
    }
    for kind in ScheduleKinds.all { try LearningRateSchedule(kind).validate() }
  }

  // Every value of every setting is in what a record and a checkpoint keep, tells two of a kind apart,
  // and is what the kind computes with, which is made of nothing else.
  @Test func everySettingIsSavedAndTellsApart() throws {
    for kind in LossKinds.all {
      for (setting, usual, unusual) in Self.pairs(kind) {
        let (a, b) = (Loss(kind, usual), Loss(kind, unusual))
        #expect(a != b && a.settings != b.settings, "\(kind.name) \(setting.name)")
        #expect(Loss(kind, unusual) == b && Loss(kind, unusual).hashValue == b.hashValue)
      }
    }
    for kind in OptimizerRules.all {
      for (setting, usual, unusual) in Self.pairs(kind) {
        let (a, b) = (Optimizer(kind, usual), Optimizer(kind, unusual))
        #expect(a != b && a.settings != b.settings, "\(kind.name) \(setting.name)")
        try expectSameAfterJSON(a)
        try expectSameAfterJSON(b)
      }
    }
    for kind in ScheduleKinds.all {
      for (setting, usual, unusual) in Self.pairs(kind) {
        let (a, b) = (LearningRateSchedule(kind, usual), LearningRateSchedule(kind, unusual))
        #expect(a != b && a.settings != b.settings, "\(kind.name) \(setting.name)")
        try expectSameAfterJSON(Optimizer.sgd().scheduled(b))
        let settings = Optimizer.sgd().scheduled(b).settings
        for (name, value) in b.settings { #expect(settings[name] == value) }
      }
    }
  }

  private func expectSameAfterJSON(_ optimizer: Optimizer) throws {
    let json = try JSONEncoder().encode(optimizer)
    let same = try JSONDecoder().decode(Optimizer.self, from: json)
    #expect(same == optimizer && same.settings == optimizer.settings)
  }

  @Test func settingsAreInTheRecordAndInTheSettingsOfACheckpoint() throws {
    let dataset = try PlanCase(features: 6, classes: 3).dataset()
    var network = try Sequential(input: [6], seed: 5) { Dense(3) }
    for (number, kind) in LossKinds.all.enumerated() {
      let rule = OptimizerRules.all[number % OptimizerRules.all.count]
      let schedule = ScheduleKinds.all[number % ScheduleKinds.all.count]
      func values(_ kind: any Configurable.Type) -> SettingValues {
        kind.settings.reduce(into: [:]) { $0[$1] = Self.unusual($1) }
      }
      let smoothing = Loss(kind).kind.smoothing == nil ? 0 : 0.125
      let loss = Loss(
        kind, values(kind), labelSmoothing: smoothing, classWeights: [1, 2, 3], ignoredClass: 1)
      let optimizer = Optimizer(rule, values(rule))
        .scheduled(LearningRateSchedule(schedule, values(schedule)))
      let history = try network.fit(to: dataset, loss: loss, optimizer: optimizer, epochs: 1)
      let record = TrainingRecord(
        rowCount: dataset.count, loss: loss, optimizer: optimizer, l2Penalty: 0, batchSize: 32,
        seed: 0, history: history)
      #expect(record.lossSettings == loss.settings && record.classWeights == [1, 2, 3])
      #expect(record.optimizerSettings == optimizer.settings)
      #expect(loss.settings.count == kind.settings.count + (smoothing == 0 ? 1 : 2))
      let kept = rule.settings.count { !$0.isOmittedAtZero || values(rule)[$0] != .flag(false) }
      #expect(
        optimizer.settings.count == kept
          + LearningRateSchedule(schedule, values(schedule)).settings.count)
      // A training with any other setting does not go on from its checkpoint.
      let checkpoint = try Trainer(network, on: dataset, loss: loss, optimizer: optimizer)
        .checkpoint(at: .init(epoch: 0))
      for setting in kind.settings {
        var others = values(kind)
        others[setting] = Self.other(than: others[setting])
        let other = Loss(
          kind, others, labelSmoothing: smoothing, classWeights: [1, 2, 3], ignoredClass: 1)
        let trainer = try Trainer(network, on: dataset, loss: other, optimizer: optimizer)
        #expect(throws: SoftmaxError.self) { try trainer.restore(checkpoint) }
      }
      for setting in rule.settings {
        var others = values(rule)
        others[setting] = Self.other(than: others[setting])
        let trainer = try Trainer(
          network, on: dataset, loss: loss,
          optimizer: Optimizer(rule, others)
            .scheduled(LearningRateSchedule(schedule, values(schedule))))
        #expect(throws: SoftmaxError.self, "\(rule.name) \(setting.name)") {
          try trainer.restore(checkpoint)
        }
      }
    }
  }

  @Test func anUnknownNameIsADecodingError() throws {
    let json = String(
      decoding: try JSONEncoder().encode(Optimizer.sgd()), as: UTF8.self)
    for (known, unknown) in [("\"sgd\"", "\"lamb\""), ("\"constant\"", "\"linear\"")] {
      #expect(json.contains(known))
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(
          Optimizer.self, from: Data(json.replacingOccurrences(of: known, with: unknown).utf8))
      }
    }
  }
}
