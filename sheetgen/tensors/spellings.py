"""Functions and options of tensors as NumPy and torch spell them, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sheetgen.algebra.spellings import spelled_here

_SAME: Mapping[str, str] = {
    "cat": "concat",
    "concatenate": "concat",
    "vstack": "concat",
    "hstack": "concat",
    "max_pool1d": "maxpool",
    "max_pool2d": "maxpool",
    "avg_pool1d": "avgpool",
    "avg_pool2d": "avgpool",
    "view": "reshape",
    "ravel": "flatten",
    "average": "mean",
    "amax": "max",
    "amin": "min",
    "tril": "mask",
    "causal_mask": "mask",
}
_LOSS = "write mean((y - t)^2)"
_CROSS_ENTROPY = "write mean(cce_with_logits(z, t)) of logits z and one-hot t"
_DRAWN = "weights are drawn in [parameters]: W = { shape = [4, 3] }"
_TYPED = "numbers stand in [inputs], [targets] or [parameters] as nested lists"
_WRITTEN: Mapping[str, str] = {
    "mm": "write a @ b",
    "bmm": "write a @ b",
    "dot": "write a @ b",
    "mv": "write a @ b",
    "linear": "write x @ W.T + b",
    "einsum": "write products as a @ b, and sums as sum(a*b, axis=0)",
    "mse": _LOSS,
    "mse_loss": _LOSS,
    "mean_squared_error": _LOSS,
    "cross_entropy": _CROSS_ENTROPY,
    "categorical_cross_entropy": _CROSS_ENTROPY,
    "nll_loss": "write mean(-sum(t*z, axis=-1)) of z = log_softmax(…) and one-hot t",
    "var": "write mean((x - mean(x))^2)",
    "std": "write sqrt(mean((x - mean(x))^2))",
    "norm": "write sqrt(sum(x^2))",
    "randn": _DRAWN,
    "rand": _DRAWN,
    "array": _TYPED,
    "tensor": _TYPED,
}
_OPTIONS: Mapping[str, str] = {"dim": "axis", "axes": "axis", "keepdim": "keepdims", "epsilon": "eps", "rate": "p"}


def function_here(name: str, known: Collection[str]) -> str:
    """Return what to do about a function that is known by another spelling; "" where it is not."""
    return spelled_here(name, known, _SAME, _WRITTEN) or spelled_here(name, known)


def option_here(name: str, known: Collection[str]) -> str:
    """Return the option that is meant by one of another library; "" where there is none."""
    meant = _OPTIONS.get(name.lower(), name.lower())
    return meant if meant in known else ""
