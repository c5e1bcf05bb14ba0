"""The folded network as an ONNX graph, node by node, and ONNX Runtime's word on it.

A convolution that pads a map with other than zeros takes the map minus what it pads with: then zeros stand around it,
and the bias has what was taken away, Σ w·ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnn.errors import CnnError
from cnn.export.plain import INPUT, Exported
from cnn.extra import require
from cnn.net.folded import Array, PlainLayer
from cnn.net.networks import CLASSES, SIDE

OPSET, IR_VERSION = 17, 9
"""The operators' version, and that of the format: of 2023, which runtimes of today read."""
TOLERANCE = 1e-4
"""Of a score, relative to the largest of its picture where that is above 1: ONNX holds single precision."""
_PICTURES, _SEED = 20, 1


def as_onnx(exported: Exported) -> bytes:
    """Return the model: ``pixels`` (n, 1, 28, 28) of 0…255 in, ``scores`` and ``probabilities`` (n, 10) out."""
    require("onnx", extra="export")
    from onnx import TensorProto, checker, helper

    graph = _Graph()
    name = "pixels"
    for number, layer in enumerate(exported.layers, start=1):
        name = graph.layer(number, layer, name)
    graph.node("Identity", [name], "scores")
    graph.node("Softmax", ["scores"], "probabilities", axis=1)
    given = [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 1, SIDE, SIDE], INPUT)]
    results = [helper.make_tensor_value_info(out, TensorProto.FLOAT, ["n", CLASSES]) for out in graph.results]
    whole = helper.make_graph(graph.nodes, exported.network, given, results, graph.numbers)
    opsets = [helper.make_opsetid("", OPSET)]
    told = f"{exported.network}, run {exported.run}, after {exported.epoch} epochs; takes {INPUT}"
    model = helper.make_model(whole, opset_imports=opsets, ir_version=IR_VERSION, producer_name="cnn", doc_string=told)
    checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


class _Graph:
    """The nodes and the numbers so far."""

    results = ("scores", "probabilities")

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.numbers: list[Any] = []

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node; return the name of what it gives."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def number(self, name: str, values: Array) -> str:
        """Add constant numbers in single precision; return their name."""
        from onnx import numpy_helper

        self.numbers.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def layer(self, number: int, layer: PlainLayer, given: str) -> str:
        """Add the nodes of a layer; return the name of what it gives."""
        name, size = f"{number}.{layer.kind}", [layer.kernel, layer.kernel]
        strides = [layer.stride, layer.stride]
        match layer.kind:
            case "maxpool":
                given = self.node("MaxPool", [given], name, kernel_shape=size, strides=strides)
            case "avgpool":
                given = self.node("AveragePool", [given], name, kernel_shape=size, strides=strides)
            case "scale":
                given = self._scale(number, layer, given, name)
            case "conv":
                given = self._convolution(number, layer, given, name, size, strides)
            case "linear":
                flat = self.node("Flatten", [given], f"{number}.flat")
                given = self.node("Gemm", [flat, *self._weights(number, layer, layer.bias)], name, transB=1)
        return self.node("Relu", [given], f"{number}.relu") if layer.relu else given

    def _weights(self, number: int, layer: PlainLayer, bias: Array | None) -> list[str]:
        assert layer.weight is not None
        assert bias is not None
        return [self.number(f"{number}.weight", layer.weight), self.number(f"{number}.bias", bias)]

    def _scale(self, number: int, layer: PlainLayer, given: str, name: str) -> str:
        assert layer.weight is not None
        assert layer.bias is not None
        scale = self.number(f"{number}.weight", layer.weight.reshape(1, -1, 1, 1))
        shift = self.number(f"{number}.bias", layer.bias.reshape(1, -1, 1, 1))
        return self.node("Add", [self.node("Mul", [given, scale], f"{number}.scaled"), shift], name)

    def _convolution(
        self, number: int, layer: PlainLayer, given: str, name: str, size: list[int], strides: list[int]
    ) -> str:
        assert layer.weight is not None
        assert layer.bias is not None
        bias = layer.bias
        if layer.ring is not None and layer.ring.any():
            ring = self.number(f"{number}.ring", layer.ring.reshape(1, -1, 1, 1))
            given = self.node("Sub", [given, ring], f"{number}.above")
            bias = bias + np.einsum("oikl,i->o", layer.weight, layer.ring)
        weights = self._weights(number, layer, bias)
        return self.node("Conv", [given, *weights], name, kernel_shape=size, strides=strides, pads=[layer.padding] * 4)


def run_onnx(content: bytes, images: Array) -> tuple[Array, Array]:
    """Return the scores and the probabilities (n, 10) that ONNX Runtime gives pictures (n, 28, 28)."""
    require("onnxruntime", extra="export")
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    scores, shares = session.run(list(_Graph.results), {"pixels": images[:, None].astype(np.float32)})
    return np.asarray(scores, dtype=np.float64), np.asarray(shares, dtype=np.float64)


def largest_difference(content: bytes, layers: Sequence[PlainLayer]) -> float:
    """Return by how much a score of ONNX Runtime differs at most from that of NumPy in double precision, over random
    pictures; raise `CnnError` where that is more than single precision explains.
    """
    from cnn.net.plain import forward

    images = np.random.default_rng(_SEED).integers(0, 256, (_PICTURES, SIDE, SIDE)).astype(np.float64)
    wanted = np.stack([forward(layers, image)[-1].ravel() for image in images])
    found, _ = run_onnx(content, images)
    distance = np.abs(found - wanted)
    if not (distance <= TOLERANCE * np.maximum(1, np.abs(wanted).max(axis=1, keepdims=True))).all():
        raise CnnError(
            f"ONNX Runtime gives other scores than NumPy, by up to {distance.max():.2g}; nothing was written"
        )
    return float(distance.max())
