// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A setting of a loss, of an optimizer's rule or of a schedule: its names, and the values that it takes.
package struct Setting: Sendable {
  /// What it can be.
  package enum Value: Hashable, Sendable, Codable {
    case number(Double)
    case flag(Bool)
    case span(TrainingSpan)
  }

  /// Which values make sense.
  ///
  /// Numbers that a kernel takes are judged as it uses them, in single precision.
  package enum Range: Hashable, Sendable {
    /// A float greater than 0.
    case positive
    /// A float of at least 0.
    case notNegative
    /// Within 0..<1, in single precision too.
    case share
    /// Greater than 0, at most 1.
    case factor
    /// Within 0...1.
    case fraction
    /// Finite and at least 1.
    case atLeastOne
    /// On or off.
    case flag
    /// So many steps or epochs, and not more than a 32-bit integer holds.
    case span(atLeast: Int)
  }

  /// The name, as a saved model has it; empty for the span that a schedule is named by alone.
  package let name: String
  /// What an error calls it.
  package let title: String
  /// What the command line calls it.
  package let spelling: String
  /// What it is where nobody says.
  package let usual: Value
  /// Which values make sense.
  package let range: Range
  /// Whether a saved model leaves it out where it is 0.
  package let isOmittedAtZero: Bool
  /// Whether the command line takes it without its name.
  package let isNameOptional: Bool

  private init(
    _ name: String, _ title: String, spelling: String?, usual: Value, _ range: Range,
    isOmittedAtZero: Bool = false, isNameOptional: Bool = false
  ) {
    self.name = name
    self.title = title
    self.spelling = spelling ?? name
    self.usual = usual
    self.range = range
    self.isOmittedAtZero = isOmittedAtZero
    self.isNameOptional = isNameOptional
  }

  /// A number.
  package static func number(
    _ name: String, _ title: String, spelling: String? = nil, usual: Double, _ range: Range,
    isOmittedAtZero: Bool = false, isNameOptional: Bool = false
  ) -> Setting {
    Setting(
      name, title, spelling: spelling, usual: .number(usual), range,
      isOmittedAtZero: isOmittedAtZero, isNameOptional: isNameOptional)
  }

  /// A switch, off where nobody says; a saved model has it as 1 where it is on.
  package static func flag(_ name: String, _ title: String) -> Setting {
    Setting(name, title, spelling: nil, usual: .flag(false), .flag, isOmittedAtZero: true)
  }

  /// A length of training.
  ///
  /// The command line takes a count without a unit for one of the unit of `usual`.
  package static func span(
    _ name: String, _ title: String, spelling: String? = nil, usual: TrainingSpan,
    atLeast least: Int = 1, isOmittedAtZero: Bool = false
  ) -> Setting {
    Setting(
      name, title, spelling: spelling, usual: .span(usual), .span(atLeast: least),
      isOmittedAtZero: isOmittedAtZero)
  }

  /// Throws `invalidArgument` for a value that makes no sense.
  package func validate(_ value: Value) throws(SoftmaxError) {
    if let problem = range.problem(with: value) {
      throw SoftmaxError(.invalidArgument, "\(title) must be \(problem)")
    }
  }
}

extension Setting.Range {
  // What a value must be, and what it is; nil where it is that.
  fileprivate func problem(with value: Setting.Value) -> String? {
    switch (self, value) {
    case (.flag, .flag): nil
    case (.span(let least), .span(let span)):
      least...Int(Int32.max) ~= span.count
        ? nil : "\(least) to \(Int32.max) \(span.unit), got \(span.count)"
    case (_, .number(let x)):
      numbers.flatMap { $0.contains(x) ? nil : "\($0.text), got \(x)" }
    default: "of another type, got \(value)"
    }
  }

  private var numbers: (text: String, contains: (Double) -> Bool)? {
    switch self {
    case .positive:
      ("a float greater than 0", { Float($0).isFinite && Float($0) > 0 })
    case .notNegative:
      ("a float of at least 0", { Float($0).isFinite && Float($0) >= 0 })
    case .share: ("in 0..<1", { $0 >= 0 && Float($0) < 1 })
    case .factor: ("greater than 0 and at most 1", { $0 > 0 && $0 <= 1 })
    case .fraction: ("in 0...1", { 0...1 ~= $0 })
    case .atLeastOne: ("finite and at least 1", { $0.isFinite && $0 >= 1 })
    case .flag, .span: nil
    }
  }
}

// MARK: - Of a kind

/// A kind of loss, rule or schedule that is made of named settings.
///
/// It is made of the values of its settings and of nothing else, so what it computes with is what a
/// saved model and a checkpoint say: a parameter that is no setting has nowhere to come from. A kind
/// stands in one file and in one list; the command's help, options and errors follow from the list.
package protocol Configurable: Sendable {
  /// The name, as a saved model has it.
  static var name: String { get }
  /// What the command line calls it.
  static var spelling: String { get }
  /// Every setting, in the order in which help names them.
  static var settings: [Setting] { get }

  /// Makes it of a value for each setting.
  init(_ values: SettingValues)
}

/// The values of the settings of a kind.
package struct SettingValues: Hashable, Sendable, Codable {
  private var values: [String: Setting.Value] = [:]

  /// Whether there is a value of a setting.
  package func has(_ setting: Setting) -> Bool { values[setting.name] != nil }

  /// The value of a setting; without one the usual.
  package subscript(_ setting: Setting) -> Setting.Value {
    get { values[setting.name] ?? setting.usual }
    set { values[setting.name] = newValue }
  }

  /// A number.
  package func number(_ setting: Setting) -> Double {
    guard case .number(let number) = self[setting] else {
      preconditionFailure("\(setting.title) is no number")
    }
    return number
  }

  /// A switch.
  package func flag(_ setting: Setting) -> Bool {
    guard case .flag(let isOn) = self[setting] else {
      preconditionFailure("\(setting.title) is no switch")
    }
    return isOn
  }

  /// A length of training.
  package func span(_ setting: Setting) -> TrainingSpan {
    guard case .span(let span) = self[setting] else {
      preconditionFailure("\(setting.title) is no length of training")
    }
    return span
  }

  /// A value of every setting: these, and the usual ones of the others.
  func completed(by settings: [Setting]) -> SettingValues {
    var result = self
    for setting in settings { result[setting] = self[setting] }
    return result
  }

  /// These values in the place of others.
  package func replacing(_ others: SettingValues) -> SettingValues {
    var result = others
    result.values.merge(values) { _, own in own }
    return result
  }

  /// Throws `invalidData` for a name that is no setting, or for a value of another type than its
  /// setting's: of values that a file holds.
  func validateTypes(_ settings: [Setting]) throws(SoftmaxError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let setting = settings.first(where: { $0.name == name }) else {
        throw SoftmaxError(.invalidData, "there is no setting \(name.debugDescription)")
      }
      switch (setting.usual, value) {
      case (.number, .number), (.flag, .flag), (.span, .span): continue
      default:
        throw SoftmaxError(
          .invalidData, "\(setting.title) is \(setting.usual), not of the type of \(value)")
      }
    }
  }

  /// Throws `invalidArgument` for the first value that makes no sense.
  func validate(_ settings: [Setting]) throws(SoftmaxError) {
    for setting in settings { try setting.validate(self[setting]) }
  }

  /// The values by name, as a saved model has them.
  ///
  /// A switch that is on is 1, a span has its unit in its name.
  func saved(_ settings: [Setting], prefix: [String] = []) -> [String: Double] {
    var result: [String: Double] = [:]
    for setting in settings {
      let (value, unit): (Double, [String]) =
        switch self[setting] {
        case .number(let number): (number, [])
        case .flag(let isOn): (isOn ? 1 : 0, [])
        case .span(let span): (Double(span.count), [span.unit])
        }
      guard value != 0 || !setting.isOmittedAtZero else { continue }
      let words = prefix + [setting.name] + unit
      result[words.filter { !$0.isEmpty }.joined(separator: "_")] = value
    }
    return result
  }

  /// Whether a span is counted in epochs.
  var usesEpochs: Bool {
    values.values.contains { if case .span(let span) = $0 { span.isEpochs } else { false } }
  }
}

extension SettingValues: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (Setting, Setting.Value)...) {
    for (setting, value) in elements { values[setting.name] = value }
  }
}
