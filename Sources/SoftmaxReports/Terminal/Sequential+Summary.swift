// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
public import SoftmaxModels

extension Sequential {
  /// A table of the layers with output shapes and numbers of parameters, in the layout of Keras.
  ///
  /// The sizes in bytes are those of the parameters alone, without optimizer state.
  public var summary: String { summary(columns: 88) }

  /// Returns the table for a given terminal width; it is wider if names need more space.
  public func summary(columns: Int) -> String {
    var rows: [(String, String, String)] = []
    for layer in layers {
      let title = PrintableText.line("\(layer.name) (\(layer.configuration.typeName))")
      let shape = layer.outputShape.map { "\($0)" }.joined(separator: ", ")
      rows.append((title, "(None, \(shape))", NumberText.grouped(layer.parameterCount)))
    }
    let header = ("Layer (type)", "Output Shape", "Param #")
    // Of 88 columns Keras uses 36, 27 and 15 for the texts and 10 for the frame.
    let room = min(max(columns, 10), 1000) - 10
    let shares = [room * 36 / 78, room * 27 / 78, room - room * 36 / 78 - room * 27 / 78]
    let cells = rows + [header]
    let widths = [
      max(shares[0], cells.map { PrintableText.width($0.0) }.max() ?? 0),
      max(shares[1], cells.map { PrintableText.width($0.1) }.max() ?? 0),
      max(shares[2], cells.map { PrintableText.width($0.2) }.max() ?? 0),
    ]

    func rule(_ left: String, _ line: String, _ cross: String, _ right: String) -> String {
      left + widths.map { String(repeating: line, count: $0 + 2) }.joined(separator: cross) + right
    }
    func row(_ cells: (String, String, String), _ edge: String) -> String {
      let texts = [
        PrintableText.padded(cells.0, to: widths[0]), PrintableText.padded(cells.1, to: widths[1]),
        PrintableText.rightAligned(cells.2, to: widths[2]),
      ]
      return "\(edge) " + texts.joined(separator: " \(edge) ") + " \(edge)"
    }

    var lines = ["Model: \"sequential\""]
    lines.append(rule("┏", "━", "┳", "┓"))
    lines.append(row(header, "┃"))
    lines.append(rule("┡", "━", "╇", "┩"))
    for (index, cells) in rows.enumerated() {
      if index > 0 { lines.append(rule("├", "─", "┼", "┤")) }
      lines.append(row(cells, "│"))
    }
    lines.append(rule("└", "─", "┴", "┘"))
    let trained = trainedParameterCount
    for (title, count) in [
      ("Total", parameterCount), ("Trainable", trained),
      ("Non-trainable", parameterCount - trained),
    ] {
      lines.append(" \(title) params: \(NumberText.grouped(count)) (\(bytes(count * 4)))")
    }
    return lines.joined(separator: "\n")
  }

  // 1 KB is 1,024 bytes, as in Keras.
  private func bytes(_ count: Int) -> String {
    var value = Double(count)
    var unit = "B"
    for next in ["KB", "MB", "GB", "TB"] where value >= 1024 {
      value /= 1024
      unit = next
    }
    return "\(NumberText.fixed(value, 2)) \(unit)"
  }
}
