// SPDX-License-Identifier: Apache-2.0

/// The memory layout of a dense layer's weight, which also determines the order of the layer's sums.
///
/// A layer with few outputs has its inputs in vector lanes, a layer with many outputs its outputs. So few
/// lanes are lost to padding, and each of the three matrix products of training (outputs, input gradients,
/// weight gradients) reads its operands contiguously.
///
/// A sum has one of two orders. *Ascending*: the terms are added in order of their index by fused
/// multiply-add. *16 lanes*: term k is added to partial sum k mod 16, and the 16 partial sums are added in a
/// tree. Long sums are split into chunks in both orders. The order determines the bits of the results
/// (`docs/decisions/0001`), so the rule depends only on shapes, never on the machine.
enum WeightLayout: Sendable, BitwiseCopyable {
  /// [outputs, inputs]: outputs are summed in 16 lanes, input gradients ascending.
  case outputMajor
  /// [inputs, outputs]: outputs are summed ascending, input gradients in 16 lanes.
  case inputMajor

  init(inputCount: Int, outputCount: Int) {
    self = outputCount <= 32 && inputCount >= outputCount ? .outputMajor : .inputMajor
  }
}
