// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct LossFigureTests {
  static let places = [-2.5, -1.01, -0.99, -0.3, 0.2, 0.5, 0.98, 1.03, 2.7]

  @Test(arguments: [LossFigure.squared, .absolute, .huber(), .huber(delta: 0.4), .crossEntropy])
  func gradientsAreThoseOfTheLosses(figure: LossFigure) {
    for x in Self.places where figure != .crossEntropy || x > 0 {
      let h = 1e-3
      let l = [-2, -1, 1, 2].map { figure.loss(x + $0 * h) }
      let difference = (l[0] - 8 * l[1] + 8 * l[2] - l[3]) / (12 * h)
      #expect(abs(figure.gradient(x) - difference) < 1e-8)
    }
  }

  @Test func lossesAreThoseOfTheirFormulas() {
    #expect(LossFigure.squared.loss(3) == 4.5)
    #expect(LossFigure.absolute.loss(-3) == 3)
    #expect(LossFigure.huber().loss(0.5) == 0.125 && LossFigure.huber().loss(-3) == 2.5)
    #expect(LossFigure.huber(delta: 2).loss(3) == 4)
    #expect(abs(LossFigure.crossEntropy.loss(0.1) - 2.302585) < 1e-6)
    #expect(LossFigure.absolute.gradient(0) == 0)
  }

  @Test func figuresShowTheLossesThatTrain() throws {
    let pairs: [(LossFigure, Loss)] = [
      (.squared, .squared), (.absolute, .absolute), (.huber(delta: 0.4), .huber(delta: 0.4)),
    ]
    for (figure, loss) in pairs {
      for x in Self.places {
        // Output 1 has the target 0, output 0 costs nothing; the loss is their mean.
        let value = try loss.value(of: .labels([0]), logits: Matrix([[1, Float(x)]]))
        #expect(abs(2 * value.loss - figure.loss(x)) < 1e-6)
        #expect(abs(2 * Double(value.gradient[0, 1]) - figure.gradient(x)) < 1e-6)
      }
    }
    for p in [0.1, 0.5, 0.99] {
      let logits = try Matrix([[Float(log(p)), Float(log(1 - p))]])
      let value = try Loss.crossEntropy.value(of: .labels([0]), logits: logits)
      #expect(abs(value.loss - LossFigure.crossEntropy.loss(p)) < 1e-6)
    }
  }

  @Test func likelihoodsAreTheirExponentials() {
    for figure in [LossFigure.squared, .absolute, .huber()] {
      #expect(figure.likelihood(0) == 1)
      #expect(figure.likelihood(2) == exp(-figure.loss(2)))
    }
    #expect(LossFigure.crossEntropy.likelihood(0.25) == 0.25)
  }

  @Test func figuresHaveThreeCurvesOnTheSameAxes() throws {
    for figure in [LossFigure.squared, .absolute, .huber()] {
      #expect(figure.chart.series.map(\.name) == ["loss", "gradient", "likelihood"])
      #expect(figure.chart.xRange == -3...3 && figure.chart.yRange == -3...5)
    }
    // The gradient of the absolute loss jumps, which no line may hide.
    let points = ParsedPicture(LossFigure.absolute.svg()).elements.filter { $0.name == "polyline" }
    #expect(points.count == 4)
  }
}
