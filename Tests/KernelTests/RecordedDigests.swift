// SPDX-License-Identifier: Apache-2.0

/// The digests of the results of the quick sweep with seed 1, by operation.
///
/// They pin the bits of the specification across compilers, optimization levels and architectures.
/// A change to the arithmetic or to the list of the sweep changes them on purpose; then
/// `Tests/neon/run.sh` prints the new ones, once both architectures agree.
let recordedDigests: [String: String] = [
  "gemm_ascending": "e18f8de67e6f3d98",
  "gemm_lanes": "a2698980bbbe89d6",
  "lanes_columns": "d64f535fc6f7f137",
  "sum_of_columns": "a100b6e08cafdf11",
  "gather_bytes": "a41541b1b76adef9",
  "gather_floats": "6934f565253bd655",
  "exponential": "88aff456c6886675",
  "logarithm": "a1628f2607724a1a",
  "relu": "bcca531db04fe4c3",
  "tanh": "ea769654dd1ffa81",
  "sigmoid": "748a851d33886841",
  "add": "020815317b03c044",
  "relu_gradient": "f02f2e6291057424",
  "tanh_gradient": "398a729335fd4998",
  "sigmoid_gradient": "e815317678d0b558",
  "softmax_rows": "20dd09da6a44cf6a",
  "log_softmax_rows": "d8ca81547848d6cb",
  "log_sum_exp_rows": "42c49319cbf544f8",
  "cross_entropy_labels": "66eea17c1b504ba1",
  "cross_entropy_distributions": "b899fea5558ddc56",
  "cross_entropy_columns": "0132a98325b7cd3d",
  "argmax_rows": "739cc16fd852b390",
  "philox": "e1df718532587168",
  "sgd": "edae055d84f9d6f7",
  "adam": "1c613152bed76005",
  "gradient_sgd": "0ca81d8a653203b1",
  "gradient_adam": "0b8be3adeb1e2c14",
]
