"""What the independent reference makes of each function, written anew from its definition, for NumPy's arrays.

An entry works in real and in complex numbers alike: values are computed in real ones, derivatives by a complex step.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np


def _where(condition: Any, a: Any, b: Any) -> Any:
    """Choose elementwise; what is not chosen may be infinite or no number, and does not leak."""
    return np.where(condition, a, b)


def _abs(z: Any) -> Any:
    """Return |Re z| with the sign of the slope; 0 has the slope 0."""
    return np.sign(np.real(z)) * z


def _mod(a: Any, b: Any) -> Any:
    whole = np.floor(np.real(a) / np.real(b))
    return np.real(a) - whole * np.real(b) + 1j * (np.imag(a) - whole * np.imag(b))


def _softplus(z: Any) -> Any:
    return np.where(np.real(z) > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))


def _stable_sigmoid(z: Any) -> Any:
    right = 1 / (1 + np.exp(-np.where(np.real(z) > 0, z, 0)))
    power = np.exp(np.where(np.real(z) > 0, 0, z))
    return np.where(np.real(z) > 0, right, power / (1 + power))


def _gelu(z: Any) -> Any:
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z * z * z)))


def _huber(a: Any, b: Any) -> Any:
    apart = a - b
    return np.where(np.abs(np.real(apart)) <= 1, 0.5 * apart * apart, _abs(apart) - 0.5)


def _cce(a: Any, b: Any) -> Any:
    certain = (np.real(a) == 0) & (np.real(b) == 0)
    return -b * np.log(np.where(certain, 1, a))


def _whole_power(base: Any, exponent: Any) -> Any:
    """Raise by repeated squaring, as logarithms lose Im of a complex power; real numbers are raised as they are."""
    if not np.iscomplexobj(base):
        return np.asarray(base, dtype=float) ** exponent
    result, square, left = base * 0 + 1, base, int(exponent)
    while left:
        if left & 1:
            result = result * square
        square, left = square * square, left >> 1
    return result


def _first_largest(x: Any) -> Any:
    places = np.argmax(np.real(x), axis=1)[:, np.newaxis]
    return np.take_along_axis(x, places, axis=1) + 0 * x


def _variance(x: Any) -> Any:
    apart = x - np.mean(x, axis=1, keepdims=True)
    return np.mean(apart * apart, axis=1, keepdims=True) + 0 * x


OVER_BATCH: dict[str, Callable[[Any], Any]] = {
    "batch_mean": lambda x: np.mean(x, axis=1, keepdims=True) + 0 * x,
    "batch_var": _variance,
    "batch_max": _first_largest,
    "batch_sum": lambda x: np.sum(x, axis=1, keepdims=True) + 0 * x,
    "batch_place": lambda x: np.argmax(np.real(x), axis=1)[:, np.newaxis] + 1.0 + 0 * np.real(x),
}
"""The functions of arrays [batch, row] that give one number for all rows of a batch. They work in real and complex
numbers alike, too."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "pi": lambda: np.pi,
    "abs": _abs,
    "sign": lambda z: np.sign(np.real(z)),
    "max": lambda a, b: np.where(np.real(a) >= np.real(b), a, b),
    "min": lambda a, b: np.where(np.real(a) <= np.real(b), a, b),
    "floor": lambda z: np.floor(np.real(z)),
    "mod": _mod,
    "held": np.real,
    "where": _where,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "stable_sigmoid": _stable_sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(np.real(z) > 0, z, 0),
    "leaky_relu": lambda z: np.where(np.real(z) > 0, z, 0.01 * z),
    "elu": lambda z: np.where(np.real(z) > 0, z, np.expm1(z)),
    "softplus": _softplus,
    "gelu": _gelu,
    "silu": lambda z: z / (1 + np.exp(-z)),
    "squared_error": lambda a, b: (a - b) * (a - b),
    "half_squared_error": lambda a, b: (a - b) * (a - b) / 2,
    "huber": _huber,
    "bce": lambda a, b: -b * np.log(a) - (1 - b) * np.log(1 - a),
    "bce_with_logits": lambda a, b: b * _softplus(-a) + (1 - b) * _softplus(a),
    "cce": _cce,
    "l1_penalty": _abs,
    "l2_penalty": lambda z: z * z,
    **{f"_{name}": function for name, function in OVER_BATCH.items()},
    "_Add": operator.add,
    "_Sub": operator.sub,
    "_Mult": operator.mul,
    "_Div": np.divide,
    "_USub": operator.neg,
    "_Pow": lambda base, exponent: np.multiply(base, 1.0) ** exponent,
    "_WholePow": _whole_power,
    "_Gt": lambda a, b: np.real(a) > np.real(b),
    "_GtE": lambda a, b: np.real(a) >= np.real(b),
    "_Lt": lambda a, b: np.real(a) < np.real(b),
    "_LtE": lambda a, b: np.real(a) <= np.real(b),
    "_Eq": lambda a, b: np.real(a) == np.real(b),
}
"""One entry a function, and one a sign (of Python's names for signs, after a _, which begins no function's name).

Comparisons, and where a function bends, ask for real parts: the imaginary ones carry derivatives.
"""

FOLDED = frozenset({"max", "min"})
"""The functions that take more operands than their entry: max(a, b, c) is max(max(a, b), c)."""
