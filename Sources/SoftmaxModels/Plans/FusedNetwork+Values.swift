// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// Conversion between the workers' slices of parameters and whole tensors.
extension FusedNetwork {
  /// Copies a network's parameters and other tensors into the workers' memory.
  func load(_ network: Sequential) {
    load(into: { $0.value }) { network.layers[$0].tensors }
    forEachUnitTensor { layer, shape, tensor, units in
      guard tensor.parameter == nil else { return }
      tensor.value.assign(network.layers[layer].tensors, shape.name, units: units)
    }
  }

  /// Copies trained tensors into the views that `view` returns for the parameters, such as optimizer state.
  ///
  /// `tensors` returns the tensors of a layer, by the layer's index; layers for which it returns nil are
  /// skipped.
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

  /// Copies the parameters and other tensors into a network.
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

  /// Returns the trained tensors of each layer, in order, with the values of the views that `view` returns.
  func layers(of view: (FusedParameter) -> MatrixView) -> [LayerTensors] {
    var result: [LayerTensors] = []
    func append(
      _ tensors: [(layer: Int, shape: LayerTensorShape)],
      _ unitTensors: (_ worker: Int) -> VectorView<UnitTensor>
    ) {
      for (place, tensor) in tensors.enumerated() where tensor.shape.isTrained {
        let values = inputs.indices.flatMap { worker in
          unitTensors(worker)[place].parameter.map { view($0).matrix().elements } ?? []
        }
        result.append(
          LayerTensor(name: tensor.shape.name, shape: tensor.shape.shape, values: values),
          ofLayer: tensor.layer)
      }
    }
    append(shape.inputSteps.unitTensors) { inputs[$0].unitTensors }
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
      append(layer.steps.unitTensors) { hidden[$0][index].unitTensors }
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

  // Calls `body` with the layer's index, the tensor's shape, and each worker's slice and its units.
  private func forEachUnitTensor(
    _ body: (_ layer: Int, LayerTensorShape, UnitTensor, _ units: Range<Int>) -> Void
  ) {
    for (place, tensor) in shape.inputSteps.unitTensors.enumerated() {
      for part in inputs {
        body(tensor.layer, tensor.shape, part.unitTensors[place], part.units)
      }
    }
    for (index, layer) in shape.hidden.enumerated() {
      for (place, tensor) in layer.steps.unitTensors.enumerated() {
        for parts in hidden {
          body(tensor.layer, tensor.shape, parts[index].unitTensors[place], parts[index].units)
        }
      }
    }
  }
}

extension MatrixView {
  /// Copies the values of some units from a tensor that has one value per unit.
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
