// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A custom layer, written for one sample.
///
/// Where each output takes the input at its own place alone, ``ElementLayer`` is shorter and faster.
///
/// ```swift
/// struct Doubling: RowLayer {
///   func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
///     for i in x.indices { y[i] = 2 * x[i] }
///   }
///   func backward(
///     _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
///     into dx: inout MutableSpan<Float>
///   ) {
///     for i in dx.indices { dx[i] = 2 * dy[i] }
///   }
/// }
/// ```
///
/// It trains and predicts like any other; a network asks it once for a batch and a thread, and the
/// loop over the rows is compiled in the layer's own module. There a choice between two values,
/// `(x[i] > 0 ? 1 : 0) * dy[i]`, is faster than a branch around one of them: whole vectors of it are
/// computed at once. A layer may be asked by several threads at once, for different rows. Its results
/// have the same bits on any number of threads as long as they depend on the arguments alone.
///
/// Two layers are the same if they are equal as values. A model file holds no code: a network with a
/// custom layer cannot be written to one.
public protocol RowLayer: Layer, Hashable {
  /// The name of the type, for the summary; without it that of the Swift type.
  var typeName: String { get }

  /// The number of outputs for so many inputs; without it the same number.
  func outputCount(inputCount: Int) -> Int

  /// What the layer trains, with the values that it begins with; without it nothing.
  ///
  /// - Parameters:
  ///   - inputCount: the number of inputs of a row.
  ///   - generator: what to draw them from; it depends on the network's seed and the layer's place.
  func initialTensors(inputCount: Int, using generator: CounterBasedGenerator) -> [LayerTensor]

  /// Computes a sample's outputs.
  ///
  /// - Parameters:
  ///   - x: the inputs.
  ///   - parameters: the values of all tensors, one tensor after the other.
  ///   - y: all outputs are to be written.
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>)

  /// Computes the gradient of the loss to a sample's inputs.
  ///
  /// - Parameters:
  ///   - dy: the gradient to the outputs.
  ///   - x: the inputs.
  ///   - y: the outputs.
  ///   - parameters: as in ``forward(_:parameters:into:)``.
  ///   - dx: the gradient to every input is to be written.
  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>)

  /// Adds a sample's part of the gradient to the parameters; without it they have none.
  ///
  /// The samples of a batch come one after the other, on one thread.
  func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>)

  /// Computes the outputs of all rows; there is no need to write this.
  func forward(_ batch: LayerBatch)
  /// Computes the gradients to the inputs of all rows; there is no need to write this.
  func backward(_ batch: LayerBatch)
  /// Sums the gradients to the parameters over all rows; there is no need to write this.
  func sumGradient(_ batch: LayerBatch)
}

extension RowLayer {
  /// The name of the Swift type.
  public var typeName: String { String(describing: Self.self) }

  /// As many outputs as inputs.
  public func outputCount(inputCount: Int) -> Int { inputCount }

  /// No parameters.
  public func initialTensors(
    inputCount: Int, using generator: CounterBasedGenerator
  ) -> [LayerTensor] { [] }

  /// No gradient.
  @inlinable
  public func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>
  ) {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(CustomLayer(self)) }
}
