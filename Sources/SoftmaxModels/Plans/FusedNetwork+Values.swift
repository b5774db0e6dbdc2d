// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// Between the parts of the workers and whole tensors.
extension FusedNetwork {
  /// Takes over a network's values.
  func load(_ network: Sequential) {
    load(into: { $0.value }) { network.layers[$0].tensors }
    forEachUnitTensor { layer, shape, tensor, units in
      guard tensor.parameter == nil else { return }
      tensor.value.assign(network.layers[layer].tensors, shape.name, units: units)
    }
  }

  /// Takes over the trained tensors of each layer of which there are some, into what `view` gives of
  /// a parameter.
  func load(into view: (FusedParameter) -> MatrixView, _ tensors: (Int) -> [LayerTensor]?) {
    for (index, layer) in shape.hidden.enumerated() {
      guard let tensors = tensors(layer.index), let weight = tensors.matrix("weight") else {
        continue
      }
      for parts in hidden {
        let part = parts[index]
        for panel in part.panels.elements() {
          view(panel.weight).assign(weight, transposedRows: panel.units)
        }
        view(part.bias).assign(tensors, "bias", units: part.units)
      }
    }
    forEachUnitTensor { layer, shape, tensor, units in
      guard let parameter = tensor.parameter, let tensors = tensors(layer) else { return }
      view(parameter).assign(tensors, shape.name, units: units)
    }
    guard let tensors = tensors(shape.output.index), let weight = tensors.matrix("weight") else {
      return
    }
    for part in output {
      view(part.weight).assign(weight, columns: part.inputs)
      view(part.bias).assign(tensors, "bias", units: 0..<shape.output.outputCount)
    }
  }

  /// Hands the values back to a network.
  func store(into network: inout Sequential) {
    for layer in layers(of: { $0.value }) {
      for tensor in layer.tensors {
        network.layers[layer.layer].set(tensor.name, to: tensor.values)
      }
    }
    forEachUnitTensor { layer, shape, tensor, units in
      guard tensor.parameter == nil else { return }
      network.layers[layer].set(shape.name, units: units, to: tensor.value)
    }
  }

  /// The trained tensors of each layer, first to last, or what `view` gives in the place of a
  /// parameter.
  func layers(of view: (FusedParameter) -> MatrixView) -> [LayerTensors] {
    var result: [LayerTensors] = []
    for (index, layer) in shape.hidden.enumerated() {
      var weight = Matrix(rowCount: layer.outputCount, columnCount: layer.inputCount)
      for parts in hidden {
        for panel in parts[index].panels.elements() {
          view(panel.weight).copy(transposedTo: &weight, rows: panel.units)
        }
      }
      func row(_ parameter: (HiddenPart) -> FusedParameter) -> [Float] {
        hidden.flatMap { view(parameter($0[index])).matrix().elements }
      }
      result.append(
        LayerTensors(layer: layer.index, weight: weight, bias: row(\.bias)))
      for (place, tensor) in layer.unitTensors.enumerated() where tensor.shape.isTrained {
        let values = hidden.flatMap { parts in
          parts[index].unitTensors[place].parameter.map { view($0).matrix().elements } ?? []
        }
        if result.last?.layer != tensor.layer {
          result.append(LayerTensors(layer: tensor.layer, tensors: []))
        }
        result[result.count - 1].tensors.append(
          LayerTensor(name: tensor.shape.name, shape: tensor.shape.shape, values: values))
      }
    }
    var weight = Matrix(
      rowCount: shape.output.outputCount, columnCount: shape.output.inputCount)
    for part in output { view(part.weight).copy(to: &weight, columns: part.inputs) }
    result.append(
      LayerTensors(
        layer: shape.output.index, weight: weight,
        bias: view(output[0].bias).matrix().elements))
    return result
  }

  // Calls `body` with the place of the layer, with what the tensor is, and with each worker's part.
  private func forEachUnitTensor(
    _ body: (_ layer: Int, LayerTensorShape, UnitTensor, _ units: Range<Int>) -> Void
  ) {
    for (index, layer) in shape.hidden.enumerated() {
      for (place, tensor) in layer.unitTensors.enumerated() {
        for parts in hidden {
          body(tensor.layer, tensor.shape, parts[index].unitTensors[place], parts[index].units)
        }
      }
    }
  }
}

extension MatrixView {
  /// Takes some units' values of a tensor that has one for each.
  fileprivate func assign(_ tensors: [LayerTensor], _ name: String, units: Range<Int>) {
    guard let values = tensors[name]?.values else { return }
    for (column, unit) in units.enumerated() { self[0, column] = values[unit] }
  }
}

extension Sequential.LayerState {
  fileprivate mutating func set(_ name: String, units: Range<Int>, to numbers: MatrixView) {
    guard var values = tensors[name]?.values else { return }
    for (column, unit) in units.enumerated() { values[unit] = numbers[0, column] }
    set(name, to: values)
  }
}
