"""Functions of tensors that are several calls of others, as the independent reference makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Make(Protocol):
    """Makes a call of a function at some slots, numbers of the equation among them; returns the slot of its result."""

    def __call__(self, function: str, *operands: int, **options: Any) -> int:
        """Make a call."""


def _powers(make: Make, x: int) -> tuple[int, int, int]:
    """Return x less the largest along the last axis, the powers of e to that, and their sum."""
    largest = make("held", make("max", x, axis=-1, keepdims=True))
    below = make("_Sub", x, largest)
    powers = make("exp", below)
    return below, powers, make("sum", powers, axis=-1, keepdims=True)


def _softmax(make: Make, number: Callable[[float], int], x: int) -> int:
    _, powers, total = _powers(make, x)
    return make("_Div", powers, total)


def _log_softmax(make: Make, number: Callable[[float], int], x: int) -> int:
    below, _, total = _powers(make, x)
    return make("_Sub", below, make("ln", total))


def _cce_with_logits(make: Make, number: Callable[[float], int], x: int, t: int) -> int:
    return make("_USub", make("sum", make("_Mult", _log_softmax(make, number, x), t), axis=-1))


def _root_mean_square(make: Make, number: Callable[[float], int], x: int, axis: int, eps: float) -> int:
    square = make("mean", make("_Mult", x, x), axis=axis, keepdims=True)
    return make("sqrt", make("_Add", square, number(eps)))


def _normed(axis: int) -> Callable[..., int]:
    """Return the norm that takes the mean off and divides by the standard deviation, along an axis."""

    def norm(make: Make, number: Callable[[float], int], x: int, gain: int, bias: int, eps: float = 1e-5) -> int:
        off = make("_Sub", x, make("mean", x, axis=axis, keepdims=True))
        normed = make("_Div", off, _root_mean_square(make, number, off, axis, eps))
        return make("_Add", make("_Mult", normed, gain), bias)

    return norm


def _rmsnorm(make: Make, number: Callable[[float], int], x: int, gain: int, eps: float = 1e-5) -> int:
    return make("_Mult", make("_Div", x, _root_mean_square(make, number, x, -1, eps)), gain)


def _dropout(make: Make, number: Callable[[float], int], x: int, mask: int, p: float = 0.5) -> int:
    return make("_Mult", x, make("_Div", mask, number(1 - p)))


COMPOSITES: Mapping[str, Callable[..., int]] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cce_with_logits": _cce_with_logits,
    "layernorm": _normed(-1),
    "batchnorm": _normed(0),
    "rmsnorm": _rmsnorm,
    "dropout": _dropout,
}
"""The functions by their names: each is given how a call is made, how a number, its operands and its options."""
