// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A setting of a loss, of an optimizer's rule or of a schedule: its names and its valid values.
package struct Setting: Sendable {
  /// The value of a setting.
  package enum Value: Hashable, Sendable, Codable {
    case number(Double)
    case flag(Bool)
    case span(TrainingSpan)
  }

  /// The valid values of a setting.
  ///
  /// Values that a kernel uses as `Float` are checked after conversion to `Float`.
  package enum Range: Hashable, Sendable {
    /// Finite and greater than 0 as a `Float`.
    case positive
    /// Finite and at least 0 as a `Float`.
    case notNegative
    /// In 0..<1, also after rounding to `Float`.
    case share
    /// Greater than 0 and at most 1.
    case factor
    /// In 0...1.
    case fraction
    /// Finite and at least 1.
    case atLeastOne
    /// On or off.
    case flag
    /// A number of steps or epochs, from the given minimum to the maximum of a 32-bit integer.
    case span(atLeast: Int)
  }

  /// The name in saved models; empty if the schedule's name and the unit suffice to name it.
  package let name: String
  /// The name in error messages.
  package let title: String
  /// The name on the command line.
  package let spelling: String
  /// The default value.
  package let usual: Value
  /// The valid values.
  package let range: Range
  /// Whether 0 means that the setting is not used; saved models then omit it.
  package let isOmittedAtZero: Bool
  /// Whether the command line accepts the value without the setting's name.
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

  /// Returns a setting whose value is a number.
  package static func number(
    _ name: String, _ title: String, spelling: String? = nil, usual: Double, _ range: Range,
    isOmittedAtZero: Bool = false, isNameOptional: Bool = false
  ) -> Setting {
    Setting(
      name, title, spelling: spelling, usual: .number(usual), range,
      isOmittedAtZero: isOmittedAtZero, isNameOptional: isNameOptional)
  }

  /// Returns a setting that is on or off, off by default; saved models contain it as 1 if it is on.
  package static func flag(_ name: String, _ title: String) -> Setting {
    Setting(name, title, spelling: nil, usual: .flag(false), .flag, isOmittedAtZero: true)
  }

  /// Returns a setting whose value is a length of training.
  ///
  /// On the command line, a count without a unit has the unit of the default value.
  package static func span(
    _ name: String, _ title: String, spelling: String? = nil, usual: TrainingSpan,
    atLeast least: Int = 1, isOmittedAtZero: Bool = false
  ) -> Setting {
    Setting(
      name, title, spelling: spelling, usual: .span(usual), .span(atLeast: least),
      isOmittedAtZero: isOmittedAtZero)
  }

  /// Throws `invalidArgument` for a value that is not valid.
  package func validate(_ value: Value) throws(SoftmaxError) {
    if let problem = range.problem(with: value) {
      throw SoftmaxError(.invalidArgument, "\(title) must be \(problem)")
    }
  }
}

extension Setting.Range {
  // Returns the end of an error message, "must be ...", for a value that is not valid; nil for a valid one.
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

// MARK: - Settings of a kind

/// A kind of loss, rule or schedule that is configured by named settings.
///
/// A conforming type is created from the values of its settings and from nothing else. Saved models and
/// checkpoints store these values, so they describe the computation completely. Each kind has one source
/// file and one entry in a list, from which the command's help, options and errors are made.
package protocol Configurable: Sendable {
  /// The name in saved models.
  static var name: String { get }
  /// The name on the command line.
  static var spelling: String { get }
  /// All settings, in the order in which the help lists them.
  static var settings: [Setting] { get }

  /// Creates the kind from a value for each setting.
  init(_ values: SettingValues)
}

/// The values of the settings of a kind, by name; a setting without a value has its default.
package struct SettingValues: Hashable, Sendable, Codable {
  private var values: [String: Setting.Value] = [:]

  /// Returns whether a value is stored for a setting.
  package func has(_ setting: Setting) -> Bool { values[setting.name] != nil }

  /// The value of a setting; the default if none is stored.
  package subscript(_ setting: Setting) -> Setting.Value {
    get { values[setting.name] ?? setting.usual }
    set { values[setting.name] = newValue }
  }

  /// Returns the value of a setting that is a number.
  package func number(_ setting: Setting) -> Double {
    guard case .number(let number) = self[setting] else {
      preconditionFailure("\(setting.title) is no number")
    }
    return number
  }

  /// Returns the value of a setting that is on or off.
  package func flag(_ setting: Setting) -> Bool {
    guard case .flag(let isOn) = self[setting] else {
      preconditionFailure("\(setting.title) is no switch")
    }
    return isOn
  }

  /// Returns the value of a setting that is a length of training.
  package func span(_ setting: Setting) -> TrainingSpan {
    guard case .span(let span) = self[setting] else {
      preconditionFailure("\(setting.title) is no length of training")
    }
    return span
  }

  /// Returns a value for every setting: the stored values, and the defaults for the others.
  func completed(by settings: [Setting]) -> SettingValues {
    var result = self
    for setting in settings { result[setting] = self[setting] }
    return result
  }

  /// Returns the values of `others` overwritten by these values.
  package func replacing(_ others: SettingValues) -> SettingValues {
    var result = others
    result.values.merge(values) { _, own in own }
    return result
  }

  /// Throws `invalidData` for a name that is not a setting, or a value whose type is not the setting's.
  ///
  /// Used for values that were read from a file.
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

  /// Throws `invalidArgument` for the first value that is not valid.
  func validate(_ settings: [Setting]) throws(SoftmaxError) {
    for setting in settings { try setting.validate(self[setting]) }
  }

  /// Returns the values by name, as saved models contain them.
  ///
  /// A flag that is on is 1; the name of a span ends in its unit.
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

  /// Whether a stored span is counted in epochs.
  var usesEpochs: Bool {
    values.values.contains { if case .span(let span) = $0 { span.isEpochs } else { false } }
  }
}

extension SettingValues: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (Setting, Setting.Value)...) {
    for (setting, value) in elements { values[setting.name] = value }
  }
}
