// SPDX-License-Identifier: Apache-2.0

extension LineChart {
  /// Returns the chart as an SVG document.
  public func svg() -> String { drawing.text }

  var drawing: SVGDocument { Self.drawing(title: title, of: [self]) }

  /// Returns several charts, one below the other, as one SVG document.
  static func svg(title: String, of charts: [LineChart]) -> String {
    drawing(title: title, of: charts).text
  }

  private static func drawing(title: String, of charts: [LineChart]) -> SVGDocument {
    var elements: [SVGElement] = []
    var height = 0.0
    for chart in charts {
      elements.append(.group(y: height, chart.elements))
      height += chart.height
    }
    return SVGDocument(
      title: title, description: charts.map(\.summary).joined(separator: " "), height: height,
      body: elements)
  }

  /// The description of the chart for screen readers.
  private var summary: String {
    let curves = series.map { series in
      let finite = series.y.filter(\.isFinite)
      guard let first = finite.first, let last = finite.last, let low = finite.min(),
        let high = finite.max()
      else { return "\(series.name) has no points" }
      return "\(series.name) begins at \(Self.short(first)), ends at \(Self.short(last)), lies "
        + "within \(Self.short(low)) and \(Self.short(high))"
    }
    return "\(title): \(yLabel) over \(xLabel). \(curves.joined(separator: "; "))."
  }

  private static func short(_ value: Double) -> String {
    SVGElement.number((value * 10_000).rounded() / 10_000 == 0 ? 0 : value)
  }

  private var plot: (left: Double, right: Double, top: Double, bottom: Double) {
    (52, SVGDocument.width - 14, 40, 236)
  }

  /// The positions of the curves' names: below the chart, in as many lines as needed.
  private var legend: [(x: Double, y: Double)] {
    var places: [(x: Double, y: Double)] = []
    var (x, y) = (plot.left, plot.bottom + 60)
    for series in series {
      let width = 38 + SVGDocument.letterWidth * Double(series.name.count) + 14
      if x > plot.left, x + width > SVGDocument.width {
        (x, y) = (plot.left, y + 20)
      }
      places.append((x, y))
      x += width
    }
    return places
  }

  private var height: Double { (legend.last?.y ?? plot.bottom + 40) + 16 }

  private var elements: [SVGElement] {
    let x = axis(series.flatMap(\.x), xRange, tickCount: 6, from: plot.left, to: plot.right)
    let y = axis(series.flatMap(\.y), yRange, tickCount: 5, from: plot.bottom, to: plot.top)
    var elements = [SVGElement.label(title, x: 14, y: 22, class: "title")]
    for tick in y.ticks {
      let place = y.place(tick)
      elements += [
        .line(plot.left, place, plot.right, place, class: "grid"),
        .label(y.text(tick), x: plot.left - 7, y: place + 4, anchor: "end", class: "muted small"),
      ]
    }
    for tick in x.ticks {
      let place = x.place(tick)
      elements += [
        .line(place, plot.bottom, place, plot.bottom + 4, class: "axis"),
        .label(x.text(tick), x: place, y: plot.bottom + 18, anchor: "middle", class: "muted small"),
      ]
    }
    let middle = (plot.left + plot.right) / 2
    let centre = (plot.top + plot.bottom) / 2
    elements += [
      .line(plot.left, plot.bottom, plot.right, plot.bottom, class: "axis"),
      .label(xLabel, x: middle, y: plot.bottom + 36, anchor: "middle", class: "muted"),
      SVGElement(
        "text",
        [
          "transform": "translate(14 \(SVGElement.number(centre))) rotate(-90)",
          "text-anchor": "middle", "class": "text muted",
        ], text: yLabel),
    ]
    // Points outside of a fixed range are omitted, because they would be drawn over the rest of the
    // picture.
    for (index, series) in series.enumerated() {
      let style = "series series-\(index % SVGDocument.seriesStyleCount)"
      elements += curves(series, x, y, style: style)
      let place = legend[index]
      elements += [
        .line(place.x, place.y - 4, place.x + 30, place.y - 4, class: style),
        .label(series.name, x: place.x + 37, y: place.y),
      ]
    }
    return elements
  }

  // The horizontal axis covers exactly its points; the vertical axis ends at tick marks.
  private func axis(
    _ values: [Double], _ fixed: ClosedRange<Double>?, tickCount: Int, from begin: Double,
    to end: Double
  ) -> AxisScale {
    let finite = values.filter(\.isFinite)
    let isAcross = begin == plot.left
    return AxisScale(
      fixed?.lowerBound ?? finite.min() ?? 0, fixed?.upperBound ?? finite.max() ?? 1,
      tickCount: tickCount, isRounded: fixed == nil && !isAcross,
      isWhole: isAcross && finite.allSatisfy { $0 == $0.rounded() }, from: begin, to: end)
  }

  // Returns one polyline for each run of points between gaps; a single point appears as a dot.
  private func curves(
    _ series: Series, _ x: AxisScale, _ y: AxisScale, style: String
  ) -> [SVGElement] {
    let points = zip(series.x, series.y).map { point in
      let isShown =
        point.0.isFinite && point.1.isFinite && x.range.contains(point.0)
        && y.range.contains(point.1)
      return isShown
        ? "\(SVGElement.number(x.place(point.0))),\(SVGElement.number(y.place(point.1)))" : nil
    }
    return points.split(separator: nil).map { piece in
      let places = piece.compactMap { $0 }
      // A line of length 0 with round ends is a dot.
      let path = (places.count == 1 ? places + places : places).joined(separator: " ")
      return SVGElement("polyline", ["points": path, "class": style])
    }
  }
}
