// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A worker's slice of a parameter of a fused plan, with its position in the flat parameters.
struct FusedPart: Sendable, BitwiseCopyable {
  let parameter: FusedParameter
  let offset: Int
  let stride: Int
  let isOwned: Bool
}

extension FusedNetwork {
  /// Returns a worker's slices, with their positions in the flat parameters.
  func parts(of worker: Int, in layout: ParameterLayout) -> [FusedPart] {
    var parts: [FusedPart] = []
    func add(
      _ parameter: FusedParameter, _ name: String, ofLayer layer: Int, firstColumn: Int,
      isOwned: Bool = true
    ) {
      guard let segment = layout.segments.first(where: { $0.layer == layer && $0.name == name })
      else { preconditionFailure("a fused network trains all its layers") }
      parts.append(
        FusedPart(
          parameter: parameter, offset: segment.offset + firstColumn, stride: segment.columnCount,
          isOwned: isOwned))
    }
    func add(_ tensors: VectorView<UnitTensor>, of steps: [LoweredOperation], firstUnit: Int) {
      for (place, tensor) in steps.unitTensors.enumerated() {
        guard let parameter = tensors[place].parameter else { continue }
        add(parameter, tensor.shape.name, ofLayer: tensor.layer, firstColumn: firstUnit)
      }
    }
    let features = inputs[worker]
    add(features.unitTensors, of: shape.inputSteps, firstUnit: features.firstUnit)
    for (index, layer) in shape.hidden.enumerated() {
      let part = hidden[worker][index]
      for panel in part.panels.elements() {
        add(panel.weight, "weight", ofLayer: layer.index, firstColumn: panel.firstUnit)
      }
      add(part.bias, "bias", ofLayer: layer.index, firstColumn: part.firstUnit)
      add(part.unitTensors, of: layer.steps, firstUnit: part.firstUnit)
    }
    let own = output[worker]
    add(own.weight, "weight", ofLayer: shape.output.index, firstColumn: own.firstInput)
    add(own.bias, "bias", ofLayer: shape.output.index, firstColumn: 0, isOwned: worker == 0)
    return parts
  }
}
