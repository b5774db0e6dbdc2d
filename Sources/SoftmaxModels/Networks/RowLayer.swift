// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A custom layer, written as functions of one sample.
///
/// If each output depends only on the input at the same index, ``ElementLayer`` is shorter and faster.
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
/// The layer trains and predicts like the layers of the library. Each thread makes one dynamic call per batch
/// and pass; the loop over the rows is compiled in the module of the layer. In such a loop a selection
/// between two values, `(x[i] > 0 ? 1 : 0) * dy[i]`, is faster than a branch, because it can be vectorized.
/// Several threads may call a layer at once with different rows. The results have the same bits on any number
/// of threads if they depend on the arguments alone.
///
/// Two layers are the same if they are equal as values. A model file holds no code, so a network with a
/// custom layer cannot be saved.
public protocol RowLayer: Layer, Hashable {
  /// The name of the type in summaries; by default the name of the Swift type.
  var typeName: String { get }

  /// Returns the number of outputs; by default the number of inputs.
  func outputCount(inputCount: Int) -> Int

  /// Returns the trained tensors with their initial values; by default none.
  ///
  /// - Parameters:
  ///   - inputCount: the number of inputs of a row.
  ///   - generator: the source of random values, which depends on the network's seed and the index of the
  ///     layer.
  func initialTensors(inputCount: Int, using generator: CounterBasedGenerator) -> [LayerTensor]

  /// Computes the outputs of a sample.
  ///
  /// - Parameters:
  ///   - x: the inputs.
  ///   - parameters: the values of all tensors, concatenated in order.
  ///   - y: receives the outputs; every element must be written.
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>)

  /// Computes the gradient of the loss with respect to the inputs of a sample.
  ///
  /// - Parameters:
  ///   - dy: the gradient with respect to the outputs.
  ///   - x: the inputs.
  ///   - y: the outputs.
  ///   - parameters: as in ``forward(_:parameters:into:)``.
  ///   - dx: receives the gradient with respect to the inputs; every element must be written.
  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>)

  /// Adds the contribution of a sample to the gradient with respect to the parameters; by default nothing.
  ///
  /// The calls for the samples of a batch are made in order, on one thread.
  func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>)

  /// Computes the outputs of all rows by one call per row; a layer does not implement it.
  func forward(_ batch: LayerBatch)
  /// Computes the input gradients of all rows by one call per row; a layer does not implement it.
  func backward(_ batch: LayerBatch)
  /// Sums the parameter gradients over all rows by one call per row; a layer does not implement it.
  func sumGradient(_ batch: LayerBatch)
}

extension RowLayer {
  /// The name of the Swift type.
  public var typeName: String { String(describing: Self.self) }

  /// Returns the number of inputs.
  public func outputCount(inputCount: Int) -> Int { inputCount }

  /// Returns no tensors.
  public func initialTensors(
    inputCount: Int, using generator: CounterBasedGenerator
  ) -> [LayerTensor] { [] }

  /// Adds nothing.
  @inlinable
  public func addGradient(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    to gradient: inout MutableSpan<Float>
  ) {}

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(CustomLayer(self)) }
}
