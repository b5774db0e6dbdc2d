// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What a worker does to its units of a hidden layer behind their products: activation, dropout,
/// batch normalization, a function of the user's own.
struct FusedSteps: Sendable, BitwiseCopyable {
  private struct Step: Sendable, BitwiseCopyable {
    let operation: PlanOperation
    let x: MatrixView
    let y: MatrixView
    let dy: MatrixView
    let dx: MatrixView
  }

  /// Where the products go: [rows, units].
  let products: MatrixView
  /// Where the gradient to the outputs goes.
  let outputGradient: MatrixView
  private let steps: VectorView<Step>

  /// - Parameters:
  ///   - outputs: where the outputs go.
  ///   - gradient: where the gradient to the products goes.
  init(
    of layer: FusedShape.Layer, _ part: FusedNetwork.HiddenPart, outputs: MatrixView,
    gradient: MatrixView, seed: UInt64, in arena: Arena
  ) {
    func memory() -> MatrixView {
      arena.matrix(rowCount: outputs.rowCount, columnCount: outputs.columnCount)
    }
    var normalizations = part.normalizations.elements()[...]
    let operations: [PlanOperation] = layer.steps.map { step in
      switch step {
      case .activation(let function): return .activation(function)
      case .dropout(let rate, let place):
        let draw = DropoutDraw(
          rate: rate, seed: seed, layer: place, outputCount: layer.outputCount,
          firstOutput: part.firstUnit)
        return .dropout(PlanOperation.Dropout(draw: draw, mask: memory()))
      case .batchNormalization(let momentum, let epsilon, _):
        guard let normalization = normalizations.popFirst() else {
          preconditionFailure("a normalization for each that the form names")
        }
        return .batchNormalization(
          BatchNormalizationOperation(
            normalization.tensors, momentum: momentum, epsilon: epsilon, isFrozen: false,
            rowCapacity: outputs.rowCount, in: arena))
      case .custom(let own):
        return .custom(
          PlanOperation.Custom(
            layer: arena.keep(own), parameters: arena.matrix(rowCount: 1, columnCount: 0),
            outputCount: outputs.columnCount, isElementwise: true))
      }
    }
    // What goes into each, and the gradients to that: in place where nobody asks for it again.
    var (inputs, value) = ([MatrixView](), outputs)
    for (index, operation) in operations.enumerated().reversed() {
      let isAskedFor = index > 0 && operations[index - 1].needsOutput
      if !operation.isInPlace || isAskedFor { value = memory() }
      inputs.insert(value, at: 0)
    }
    var (steps, dx) = ([Step](), gradient)
    for (index, operation) in operations.enumerated() {
      let dy = operation.isGradientInPlace ? dx : memory()
      steps.append(
        Step(
          operation: operation, x: inputs[index],
          y: index + 1 < inputs.count ? inputs[index + 1] : outputs, dy: dy, dx: dx))
      dx = dy
    }
    products = inputs.first ?? outputs
    outputGradient = dx
    self.steps = arena.vector(copying: steps)
  }

  /// From the products to the outputs of some rows, the first of which is row `firstRow` of the
  /// training's step `number`.
  func forward(rowCount: Int, firstRow: Int, number: Int, with kernels: Kernels) {
    let part = PlanPart(rows: 0..<rowCount, columns: 0..<products.columnCount)
    for index in 0..<steps.count {
      let step = steps[index]
      step.operation.forward(
        step.x, into: step.y, part: part, firstRow: firstRow, step: number, with: kernels)
    }
  }

  /// From the gradient to the outputs to that to the products.
  func backward(rowCount: Int, with kernels: Kernels) {
    let part = PlanPart(rows: 0..<rowCount, columns: 0..<products.columnCount)
    for index in (0..<steps.count).reversed() {
      let step = steps[index]
      step.operation.backward(
        x: step.x, y: step.y, dy: step.dy, into: step.dx, part: part, with: kernels)
    }
  }

  /// Calls `body` with the place of each batch normalization among them, and with the gradients to its
  /// factors and its shifts.
  func forEachNormalization(
    _ body: (_ place: Int, _ gamma: MatrixView, _ beta: MatrixView) -> Void
  ) {
    var place = 0
    for index in 0..<steps.count {
      guard case .batchNormalization(let layer) = steps[index].operation else { continue }
      body(place, layer.productSum, layer.gradientSum)
      place += 1
    }
  }
}
