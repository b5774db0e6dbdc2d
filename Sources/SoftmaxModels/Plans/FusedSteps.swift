// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The operations that a worker applies to its units of a hidden layer after the matrix product, or to its
/// features before the first one, with their memory: activation, dropout, batch normalization, a custom
/// function.
struct FusedSteps: Sendable, BitwiseCopyable {
  private struct Step: Sendable, BitwiseCopyable {
    let operation: LayerOperation
    let x: MatrixView
    let y: MatrixView
    let dy: MatrixView
    /// Nil for the first step on features, which need no gradient.
    let dx: MatrixView?
    /// The parameter that multiplies columns of a matrix, if there is one: its gradient is summed before the
    /// step.
    let product: Product?
  }

  /// The gradient of a parameter as the sum over the rows of `factors` times the output gradients.
  private struct Product: Sendable, BitwiseCopyable {
    let factors: MatrixView
    let sum: MatrixView
  }

  /// A parameter of a step, and the matrix in which the step sums its gradient.
  private struct Trained: Sendable, BitwiseCopyable {
    let parameter: FusedParameter
    let gradient: MatrixView
  }

  /// The memory for the matrix product or the features, which is the input of the first step: [rows, units].
  let products: MatrixView
  /// The memory for the gradient of the loss with respect to the outputs: [rows, units].
  let outputGradient: MatrixView
  private let steps: VectorView<Step>
  /// The trained parameters of the steps.
  private let trained: VectorView<Trained>

  /// Creates a worker's steps, and allocates their memory in the arena.
  ///
  /// - Parameters:
  ///   - units: the worker's units.
  ///   - tensors: the tensors of the operations, in order.
  ///   - outputs: the memory for the outputs of the last step.
  ///   - gradient: the memory for the gradient with respect to the matrix product; nil for features, which
  ///     need none.
  init(
    of operations: [LoweredOperation], units: Range<Int>,
    tensors: VectorView<FusedNetwork.UnitTensor>, outputs: MatrixView, gradient: MatrixView?,
    seed: UInt64, in arena: Arena
  ) {
    func memory() -> MatrixView {
      arena.matrix(rowCount: outputs.rowCount, columnCount: outputs.columnCount)
    }
    var rest = tensors.elements()[...]
    var trained: [Trained] = []
    var products: [Product?] = []
    let bodies = operations.map { step in
      let own = Array(rest.prefix(step.tensors.count))
      rest = rest.dropFirst(own.count)
      let operation = step.kind.operation(
        in: OperationMemory(
          arena: arena, rowCapacity: outputs.rowCount, columns: units,
          inputCount: step.inputCount, outputCount: step.outputCount,
          // An operation that joins its tensors is fused only if it has none, so an empty matrix suffices.
          tensors: step.traits.joinsTensors
            ? [arena.matrix(rowCount: 1, columnCount: 0)] : own.map(\.value),
          tensorCount: own.count, layer: step.layer, isFrozen: step.isFrozen, seed: seed))
      var product: Product?
      for parameter in operation.parameters {
        for place in parameter.tensors {
          guard let owned = own[place].parameter else {
            preconditionFailure("a fused network trains all its layers")
          }
          switch parameter.gradient {
          case .summed(let sum): trained.append(Trained(parameter: owned, gradient: sum))
          case .factor(let factors) where product == nil:
            let sum = arena.matrix(rowCount: 1, columnCount: units.count)
            product = Product(factors: factors, sum: sum)
            trained.append(Trained(parameter: owned, gradient: sum))
          default: preconditionFailure("what trains units has a factor, or sums on the way back")
          }
        }
      }
      products.append(product)
      return operation
    }
    // Assigns memory to the input of each step, and below to its gradients. A step that can work in place
    // shares the memory of its output, unless the step before needs its output again in the backward pass.
    var (inputs, value) = ([MatrixView](), outputs)
    for (index, step) in operations.enumerated().reversed() {
      let isAskedFor = index > 0 && operations[index - 1].traits.needsOutput
      if !step.traits.isInPlace || isAskedFor { value = memory() }
      inputs.insert(value, at: 0)
    }
    var (steps, dx) = ([Step](), gradient)
    for (index, body) in bodies.enumerated() {
      let shared = operations[index].traits.canOverwriteGradient ? dx : nil
      let dy = shared ?? memory()
      steps.append(
        Step(
          operation: body, x: inputs[index],
          y: index + 1 < inputs.count ? inputs[index + 1] : outputs, dy: dy, dx: dx,
          product: products[index]))
      dx = dy
    }
    self.products = inputs.first ?? outputs
    outputGradient = dx ?? memory()
    self.steps = arena.vector(copying: steps)
    self.trained = arena.vector(copying: trained)
  }

  /// Computes the outputs of some rows from the matrix products.
  ///
  /// The first row is row `firstRow` of the batch of the training's step `number`; the random numbers of
  /// dropout depend on both.
  func forward(rowCount: Int, firstRow: Int, number: Int, with kernels: Kernels) {
    let part = BatchPart(rows: 0..<rowCount, columns: 0..<products.columnCount)
    for index in 0..<steps.count {
      let step = steps[index]
      step.operation.forward(
        step.x, into: step.y, part: part, firstRow: firstRow, step: number, with: kernels)
    }
  }

  /// Computes the gradient with respect to the matrix products from that with respect to the outputs.
  func backward(rowCount: Int, with kernels: Kernels) {
    let part = BatchPart(rows: 0..<rowCount, columns: 0..<products.columnCount)
    for index in (0..<steps.count).reversed() {
      let step = steps[index]
      if let product = step.product {
        kernels.sumProductsOverRows(
          step.dy.rows(part.rows), product.factors.rows(part.rows), into: product.sum)
      }
      step.operation.backward(
        x: step.x, y: step.y, dy: step.dy, into: step.dx, part: part, with: kernels)
    }
  }

  /// Updates the trained parameters with the gradients over a block of rows, or without an update adds these to the
  /// sums.
  func descend(block: Int, by update: Kernels.Update?, with kernels: Kernels) {
    for place in 0..<trained.count {
      let (parameter, gradient) = (trained[place].parameter, trained[place].gradient)
      parameter.gradient(ofBlock: block).assign(gradient)
      parameter.descend(block: block, by: update, with: kernels)
    }
  }

  /// Calls `body` for each trained parameter.
  func forEachParameter(_ body: (FusedParameter) -> Void) {
    for place in 0..<trained.count { body(trained[place].parameter) }
  }
}
