// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

extension Kernels {
  /// An elementwise activation function that has a kernel.
  package enum ElementFunction: Sendable, BitwiseCopyable, Hashable {
    case relu, tanh, sigmoid, gelu, silu, selu
    case leakyReLU(slope: Float)
    case elu(alpha: Float)

    /// Whether the derivative is computed from the argument x rather than from the value f(x).
    package var needsArgument: Bool {
      switch self {
      case .gelu, .silu: true
      case .relu, .tanh, .sigmoid, .selu, .leakyReLU, .elu: false
      }
    }
  }

  /// Computes y = f(x) for each element; y may be x.
  package func apply(_ function: ElementFunction, to x: MatrixView, into y: MatrixView) {
    precondition(x.rowCount == y.rowCount && x.columnCount == y.columnCount, "shapes differ")
    for row in 0..<x.rowCount {
      let (from, to) = unsafe (x.base + row * x.stride, y.base + row * y.stride)
      switch function {
      case .relu: unsafe table.pointee.relu(x.columnCount, from, to)
      case .tanh: unsafe table.pointee.tanh(x.columnCount, from, to)
      case .sigmoid: unsafe table.pointee.sigmoid(x.columnCount, from, to)
      case .gelu: unsafe table.pointee.gelu(x.columnCount, from, to)
      case .silu: unsafe table.pointee.silu(x.columnCount, from, to)
      case .selu: unsafe table.pointee.selu(x.columnCount, from, to)
      case .leakyReLU(let slope): unsafe table.pointee.leaky_relu(x.columnCount, slope, from, to)
      case .elu(let alpha): unsafe table.pointee.elu(x.columnCount, alpha, from, to)
      }
    }
  }

  /// Computes dx = dy f'(x) for each element; dx may be dy.
  ///
  /// - Parameters:
  ///   - function: the activation function f.
  ///   - y: the values f(x), or the arguments x if the function's `needsArgument` is true.
  ///   - dy: the gradient with respect to the values.
  ///   - dx: the gradient with respect to the arguments.
  package func applyGradient(
    of function: ElementFunction, at y: MatrixView, _ dy: MatrixView, into dx: MatrixView
  ) {
    precondition(
      y.rowCount == dy.rowCount && y.columnCount == dy.columnCount && dx.rowCount == dy.rowCount
        && dx.columnCount == dy.columnCount, "shapes differ")
    let count = y.columnCount
    for row in 0..<y.rowCount {
      let at = unsafe y.base + row * y.stride
      let (from, to) = unsafe (dy.base + row * dy.stride, dx.base + row * dx.stride)
      switch function {
      case .relu: unsafe table.pointee.relu_gradient(count, at, from, to)
      case .tanh: unsafe table.pointee.tanh_gradient(count, at, from, to)
      case .sigmoid: unsafe table.pointee.sigmoid_gradient(count, at, from, to)
      case .gelu: unsafe table.pointee.gelu_gradient(count, at, from, to)
      case .silu: unsafe table.pointee.silu_gradient(count, at, from, to)
      case .selu: unsafe table.pointee.selu_gradient(count, at, from, to)
      case .leakyReLU(let slope):
        unsafe table.pointee.leaky_relu_gradient(count, slope, at, from, to)
      case .elu(let alpha): unsafe table.pointee.elu_gradient(count, alpha, at, from, to)
      }
    }
  }

  /// Computes y = x + a (f - x) with a share a for each column.
  ///
  /// `difference` receives f - x, unless it is nil. It may be f; without it y may be f.
  package func mix(
    _ f: MatrixView, into x: MatrixView, shares a: MatrixView, difference: MatrixView?,
    result y: MatrixView
  ) {
    func hasShape(_ view: MatrixView) -> Bool {
      view.rowCount == x.rowCount && view.columnCount == x.columnCount
    }
    precondition(
      hasShape(f) && hasShape(y) && difference.map(hasShape) ?? true && a.rowCount == 1
        && a.columnCount == x.columnCount, "shapes of a mixture")
    unsafe table.pointee.mix_columns(
      x.rowCount, x.columnCount, f.base, f.stride, x.base, x.stride, a.base, difference?.base,
      difference?.stride ?? 0, y.base, y.stride)
  }
}
