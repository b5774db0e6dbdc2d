# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime called from Python: probabilities of 784-128-10; the median of many calls.

usage: onnx_infer.py rows=1024 threads=2
"""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from protocol import median_seconds, serve, settings

chosen = settings()
rows, threads = int(chosen["rows"]), int(chosen["threads"])


def session(w1, w2, threads):
    parts = {"w1": w1, "b1": np.zeros(len(w1), "f4"), "w2": w2, "b2": np.zeros(len(w2), "f4")}
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["x", "w1", "b1"], ["h"], transB=1),
            helper.make_node("Relu", ["h"], ["a"]),
            helper.make_node("Gemm", ["a", "w2", "b2"], ["z"], transB=1),
            helper.make_node("Softmax", ["z"], ["p"], axis=1),
        ],
        "mlp",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(v, k) for k, v in parts.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


random = np.random.default_rng(0)
x = random.random((rows, 784), dtype="f4")
w1 = (random.random((128, 784), dtype="f4") - np.float32(0.5)) / 10
w2 = (random.random((10, 128), dtype="f4") - np.float32(0.5)) / 5
own = session(w1, w2, threads)


def run():
    count = 0

    def call():
        nonlocal count
        count += 1
        own.run(None, {"x": x})

    return {"seconds": median_seconds(call, 0.1), "calls": count}


def agree(folder):
    """The largest distance of our probabilities from theirs, relative to their largest."""
    w = np.fromfile(f"{folder}/weights.f32", "<f4")
    given = session(w[: 128 * 784].reshape(128, 784), w[128 * 784 :].reshape(10, 128), threads)
    inputs = np.fromfile(f"{folder}/inputs.f32", "<f4").reshape(rows, 784)
    result = np.fromfile(f"{folder}/result.f32", "<f4").reshape(rows, 10)
    (theirs,) = given.run(None, {"x": inputs})
    return {"resultDifference": float(np.abs(result - theirs).max() / theirs.max())}


run()
serve("ONNX Runtime", onnxruntime.__version__, run=run, agree=agree)
