"""Functions of tensors that are several steps, each a quantity of its own; written in the language itself.

One new function is one new row: the names of its operands, the defaults of its options, its steps, each under the word
that names it behind the name of the result, and the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.tensors.tree import Option


@dataclass(frozen=True)
class Composite:
    """A function of several steps. Its steps may use the operands, the options, and the steps before them."""

    operands: tuple[str, ...]
    result: str
    steps: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)


_NORMED = {
    "mean": "mean(x, axis={axis}, keepdims=True)",
    "dev": "x - mean",
    "var": "mean(dev^2, axis={axis}, keepdims=True)",
    "std": "sqrt(var + eps)",
    "hat": "dev/std",
}


def _normed(axis: int) -> dict[str, str]:
    return {word: text.format(axis=axis) for word, text in _NORMED.items()}


_SOFTMAX = {
    # The largest is subtracted so that nothing overflows, and held, because the difference it makes cancels.
    "max": "held(max(x, axis=-1, keepdims=True))",
    "exp": "exp(x - max)",
    "sum": "sum(exp, axis=-1, keepdims=True)",
}

COMPOSITES: dict[str, Composite] = {
    "softmax": Composite(("x",), "exp/sum", _SOFTMAX),
    # The logarithm is a step of its own: beside a number that is large, what is checked of it would be lost.
    "log_softmax": Composite(("x",), "x - max - log", {**_SOFTMAX, "log": "ln(sum)"}),
    # One number a row: the cross-entropy of softmax(x), whose probabilities may round to 0.
    "cce_with_logits": Composite(
        ("x", "t"), "sum(t*cost, axis=-1)", {**_SOFTMAX, "log": "ln(sum)", "cost": "log - (x - max)"}
    ),
    # Ba, Kiros and Hinton, 2016.
    "layernorm": Composite(("x", "gain", "bias"), "gain*hat + bias", _normed(-1), {"eps": 1e-5}),
    # Ioffe and Szegedy, 2015, over the rows of a tensor.
    "batchnorm": Composite(("x", "gain", "bias"), "gain*hat + bias", _normed(0), {"eps": 1e-5}),
    # Zhang and Sennrich, 2019.
    "rmsnorm": Composite(
        ("x", "gain"),
        "gain*x/rms",
        {"square": "mean(x^2, axis=-1, keepdims=True)", "rms": "sqrt(square + eps)"},
        {"eps": 1e-5},
    ),
    # What is kept grows, so that its mean stays; the mask is data, 1 for what is kept (Srivastava et al., 2014).
    "dropout": Composite(("x", "mask"), "x*mask/(1 - p)", options={"p": 0.5}),
}
"""The functions by their names."""
