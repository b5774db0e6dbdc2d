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
  "sum_of_squares": "b6e410f5c89b8ffb",
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
  "softmax_rows": "4958684ed7936bce",
  "log_softmax_rows": "ab395ba4943915a9",
  "log_sum_exp_rows": "1fc868022cc2ec8b",
  "cross_entropy_labels": "0dcd3b666eb44bf4",
  "cross_entropy_distributions": "cdcfdfa14084b109",
  "argmax_rows": "78d8e4edcea11752",
  "cross_entropy_columns": "0132a98325b7cd3d",
  "philox": "e1df718532587168",
  "sgd": "edae055d84f9d6f7",
  "adam": "14882654edd0fb7e",
  "sgd_nesterov": "22d68ed1c67c51cb",
  "adagrad": "3ff361078b588f1c",
  "rmsprop": "44837017a0834607",
  "adamw": "e1b38901a4636125",
  "penalize": "66bbd427ab6427c2",
  "clip": "b542b038f5d6c32c",
  "multiply": "d0ed46006c266658",
  "gradient_sgd": "0ca81d8a653203b1",
  "gradient_adam": "0b8be3adeb1e2c14",
]
