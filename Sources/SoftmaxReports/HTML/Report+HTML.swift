// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

extension Report {
  // What is shown of many classes, mistakes and points: the page stays readable, and below a megabyte.
  private static let greatestClassCountOfMatrix = 60
  private static let greatestClassCountOfTable = 100
  private static let confusionCount = 10
  private static let mistakeCount = 12
  private static let curveCount = 6
  private static let pointsOfCurve = 200

  /// Returns the report as one HTML page: no script, no network, for screens in light and dark, paper and screen
  /// readers.
  ///
  /// It has the headline figures beside what always the most frequent class would reach, the confusion matrix, a table of
  /// the classes, how sure the model was and how often right, ROC curves of the classes that are hardest to tell, the
  /// surest mistakes, and how the model was made. All texts are escaped, and a content security policy lets the browser
  /// load nothing. Of many classes those with the most rows are shown.
  ///
  /// - Complexity: O(rows x classes), as the metrics; the page has at most about 1 MB.
  public func html() -> String {
    // Of a model whose predicted classes alone are known, nothing can be said of its probabilities.
    let ofProbabilities =
      evaluation.hasProbabilities ? [reliabilitySection, curveSection, mistakeSection] : []
    let sections = [headline, matrixSection, classSection] + ofProbabilities + [factSection]
    return HTMLDocument(
      title: title, body: [HTMLElement("h1", text: title)] + sections.flatMap(\.self)
    ).text
  }

  private var names: [String] { evaluation.classNames }

  // MARK: The headline

  private var headline: [HTMLElement] {
    let interval = evaluation.accuracyInterval
    let baseline = evaluation.baseline
    var figures = [
      figure(
        "Accuracy", NumberText.percent(evaluation.accuracy),
        "95 % interval \(NumberText.percent(interval.lowerBound)) to "
          + NumberText.percent(interval.upperBound),
        "always \(baseline.className): \(NumberText.percent(baseline.accuracy))")
    ]
    if evaluation.hasProbabilities {
      figures.append(
        figure(
          "Log loss", NumberText.metric(evaluation.logLoss), "0 is perfect",
          "always the frequencies of the classes: \(NumberText.metric(baseline.logLoss))"))
    }
    if let area = evaluation.rocAUCMacro {
      figures.append(
        figure("Area under ROC", NumberText.fixed(area), "mean over the classes", "by chance: 0.5"))
    }
    figures.append(
      figure(
        "Judged by", "\(NumberText.grouped(evaluation.rowCount)) rows",
        "\(NumberText.grouped(names.count)) classes",
        evaluation.sampleWeights == nil ? "each row counts once" : "rows count by their weights"))
    return [HTMLElement("p", text: verdict), HTMLElement("ul", ["class": "headline"], figures)]
  }

  private func figure(_ name: String, _ value: String, _ notes: String...) -> HTMLElement {
    HTMLElement(
      "li", [:],
      [
        HTMLElement("p", ["class": "muted"], text: name),
        HTMLElement("p", ["class": "value"], text: value),
      ]
        + notes.map { HTMLElement("p", ["class": "muted"], text: $0) })
  }

  private var verdict: String {
    let right = evaluation.confusionMatrix.correctCount
    let sentence =
      "Of \(NumberText.grouped(evaluation.rowCount)) rows \(NumberText.grouped(right)) were classified rightly. "
    let (baseline, interval) = (evaluation.baseline, evaluation.accuracyInterval)
    if interval.lowerBound > baseline.accuracy {
      return sentence + "The model is better than always the most frequent class."
    }
    return sentence
      + (interval.upperBound < baseline.accuracy
        ? "The model is worse than always the most frequent class, \(baseline.className)."
        : "That is no better than always the most frequent class, \(baseline.className), as far as these rows tell.")
  }

  // MARK: Mistakes between classes

  private var matrixSection: [HTMLElement] {
    let matrix = evaluation.confusionMatrix
    var elements = [HTMLElement("h2", text: "Which classes are mixed up")]
    if names.count <= Self.greatestClassCountOfMatrix {
      elements.append(HTMLElement("figure", [:], [.picture(matrix.drawing)]))
    }
    let confusions = matrix.mostConfused(Self.confusionCount)
    guard !confusions.isEmpty else {
      return elements + [HTMLElement("p", text: "No row was given a wrong class.")]
    }
    let counts = matrix.labelCounts
    return elements + [
      .table(
        caption: "The most frequent mistakes",
        head: ["true class", "predicted", "rows", "of the true class"],
        rows: confusions.map {
          [
            names[$0.label], names[$0.prediction], NumberText.grouped($0.count),
            NumberText.percent(Double($0.count) / Double(counts[$0.label])),
          ]
        })
    ]
  }

  private var classSection: [HTMLElement] {
    let (metrics, areas) = (evaluation.confusionMatrix.perClass, evaluation.rocAUC)
    let order = names.indices.sorted { (metrics[$1].support, $0) < (metrics[$0].support, $1) }
    let isWhole = names.count <= Self.greatestClassCountOfTable
    let shown = isWhole ? Array(names.indices) : Array(order.prefix(Self.greatestClassCountOfTable))
    let rows = shown.map { index in
      [
        names[index], NumberText.grouped(metrics[index].support),
        NumberText.fixed(metrics[index].precision), NumberText.fixed(metrics[index].recall),
        NumberText.fixed(metrics[index].f1), areas[index].map { NumberText.fixed($0) } ?? "–",
      ]
    }
    return [
      HTMLElement("h2", text: "Each class"),
      HTMLElement(
        "p",
        text:
          "Precision: the share of the rows predicted as the class that are. Recall: the share of the class's rows "
          + "that are found. F1: their harmonic mean. Area: under the ROC curve of the class against the rest."
      ),
      .table(
        caption: isWhole
          ? "All classes"
          : "The \(shown.count) of \(NumberText.grouped(names.count)) classes with the most rows",
        head: ["class", "rows", "precision", "recall", "F1", "area"], rows: rows),
    ]
  }

  // MARK: Probabilities

  private var reliabilitySection: [HTMLElement] {
    let (reliability, test) = (evaluation.reliability(), evaluation.calibrationTest)
    return [
      HTMLElement("h2", text: "Can the probabilities be trusted?"),
      HTMLElement(
        "p",
        text:
          "The expected calibration error is \(NumberText.fixed(reliability.error)): by so much the probability of a "
          + "prediction differs from how often it is right, on average. If all probabilities were exact, chance alone would "
          + "make it \(NumberText.fixed(test.expectedError)) on as many rows"
          + (test.significance < 0.05
            ? ", and hardly ever as large as here." : "; what is seen can be chance.")),
      HTMLElement(
        "figure", [:],
        [
          .picture(reliability.drawing),
          HTMLElement(
            "figcaption",
            text:
              "Above the diagonal predictions are right more often than their probability says, below it less often. The "
              + "larger a dot, the more rows."),
        ]),
    ]
  }

  private var curveSection: [HTMLElement] {
    let areas = evaluation.rocAUC
    let hardest = names.indices.filter { areas[$0] != nil }
      .sorted { (areas[$0] ?? 1, $0) < (areas[$1] ?? 1, $1) }
    // Of two classes one curve is that of the other, turned round.
    let shown = names.count == 2 ? Array(hardest.suffix(1)) : Array(hardest.prefix(Self.curveCount))
    let curves = shown.compactMap { index in
      evaluation.curve(ofClass: index).map { (name: names[index], curve: $0) }
    }
    guard !curves.isEmpty else { return [] }
    let chart = LineChart(
      title: "ROC curves", xLabel: "share of the other rows taken for the class",
      yLabel: "share of the class found",
      series: curves.map { name, curve in
        let points = Self.thinned(curve.points)
        return LineChart.Series(
          name:
            "\(PrintableText.shortened(PrintableText.line(name), to: 24)), \(NumberText.fixed(curve.areaUnderROC))",
          x: points.map(\.falsePositiveRate), y: points.map(\.recall))
      }, xRange: 0...1, yRange: 0...1)
    return [
      HTMLElement("h2", text: "One class against the rest"),
      HTMLElement("figure", [:], [.picture(chart.drawing)]),
      HTMLElement(
        "p", ["class": "muted"],
        text: names.count > shown.count && names.count > 2
          ? "The \(shown.count) classes that are hardest to tell, with the areas under their curves."
          : "The area under the curve stands behind the name."),
    ]
  }

  /// Returns some of many points, the first and the last among them.
  private static func thinned(_ points: [RankingCurve.Point]) -> [RankingCurve.Point] {
    guard points.count > pointsOfCurve else { return points }
    return (0..<pointsOfCurve).map { points[$0 * (points.count - 1) / (pointsOfCurve - 1)] }
  }

  // MARK: Rows

  private var mistakeSection: [HTMLElement] {
    let title = HTMLElement("h2", text: "The surest mistakes")
    if let gallery {
      return [title, HTMLElement("figure", [:], [.picture(gallery.drawing)])]
    }
    let scores = evaluation.predictionScores
    let wrong = evaluation.labels.indices.filter {
      evaluation.labels[$0] != evaluation.predictions[$0]
    }
    .sorted { (scores[$1], $0) < (scores[$0], $1) }
    guard !wrong.isEmpty else { return [] }
    return [
      title,
      .table(
        caption: "Rows are counted from 0. A wrong label in the data looks like such a mistake.",
        head: ["row", "true class", "predicted", "with probability", "of the true class"],
        rows: wrong.prefix(Self.mistakeCount).map { row in
          let (label, prediction) = (evaluation.labels[row], evaluation.predictions[row])
          return [
            "\(row)", names[label], names[prediction],
            NumberText.metric(evaluation.probability(row: row, class: prediction)),
            NumberText.metric(evaluation.probability(row: row, class: label)),
          ]
        }),
    ]
  }

  // MARK: How it was made

  private var factSection: [HTMLElement] {
    var elements: [HTMLElement] = []
    if !facts.isEmpty {
      elements = [
        HTMLElement("h2", text: "How the model was made"),
        HTMLElement(
          "dl", ["class": "facts"],
          facts.flatMap { [HTMLElement("dt", text: $0.name), HTMLElement("dd", text: $0.text)] }),
      ]
    }
    if let command {
      elements += [
        HTMLElement("h2", text: "This page again"), HTMLElement("pre", text: command),
      ]
    }
    return elements
  }
}
