"""A small template for each function over tensors, from the one equation in which it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TENSORS = {
    "A": [[0.3, -0.7, 1.1], [0.9, 0.4, -0.2]],
    "B": [[0.5, 0.2], [-0.4, 1.3], [0.8, -0.6]],
    "M": [[0.6, -0.3, 0.9], [-1.2, 0.7, 0.1], [0.25, -0.8, 1.4]],
    "u": [0.35, -0.55],
    "v": [1.2, -0.9, 0.45],
    "n": 0.65,
    "I": [[0.1, -0.2, 0.3, 0.7], [0.5, 0.9, -0.6, 0.2], [-0.4, 0.8, 0.15, -0.35], [0.55, -0.75, 0.05, 0.95]],
    "C": [
        [[0.1, -0.2, 0.3], [0.5, 0.9, -0.6], [0.2, 0.4, 0.8]],
        [[-0.4, 0.8, 0.15], [0.55, -0.75, 0.05], [1.1, 0, -1]],
    ],
    "k": [0.4, -0.9],
    "k2": [[0.4, -0.9], [0.3, 0.2]],
    "k3": [[[0.4, -0.9], [0.3, 0.2]], [[-0.1, 0.6], [0.75, -0.25]]],
    "k4": [[[[0.4, -0.9], [0.3, 0.2]], [[-0.1, 0.6], [0.7, -0.2]]]],
    "Q": [[[0.2, -0.4, 0.6], [0.1, 0.3, -0.5]], [[0.9, 0.7, -0.8], [-0.3, 0.15, 1.2]]],
    "tokens": [2, 0, 2],
}
_GIVEN = {"tokens"}

CASES = {
    # products, of every number of axes
    "matrix by matrix": "A @ B",
    "vector by matrix": "v @ B",
    "matrix by vector": "A @ v",
    "vector by vector": "v @ v + u @ u",
    "many by one": "Q @ B",
    "one by many": "A.T @ Q",
    "many by many": "Q @ reshape(Q, [2, 3, 2])",
    "vector by many": "u @ Q",
    "many by vector": "Q @ v",
    "product by name": "matmul(A, B)",
    # broadcasting
    "rows": "A*v + n",
    "columns": "A/(3 + A[:, 0:1]) - 2",
    "behind": "Q*A - v",
    # parts
    "row": "A[1]",
    "element": "A[1, 2]*A",
    "column": "A[:, 2]",
    "from the end": "A[-1, -2:]",
    "span": "I[1:3, :2]",
    "of an expression": "(A @ B)[0]",
    # along axes
    "sum": "sum(A) + sum(A, axis=0) + sum(A, axis=-1, keepdims=True)",
    "mean": "mean(A) + mean(A, axis=0) + mean(A, axis=1, keepdims=True)",
    "max": "max(A) + max(A, axis=0) + max(A, axis=-1, keepdims=True)",
    "min": "min(A) + min(A, axis=0) + min(A, axis=1, keepdims=True)",
    "kept axes": "sum(A, keepdims=True)*mean(Q, keepdims=True) - max(A, keepdims=True) + min(Q, axis=1)",
    "argmax": "A.T*argmax(A)",
    # elsewhere
    "transpose": "transpose(Q)*Q.T + v[0]",
    "reshape": "reshape(A, [3, -1]) @ A",
    "flatten": "flatten(A)*flatten(B)",
    "concat": "concat(A, Q[0], axis=1) + concat(v, v)",
    "concat rows": "concat(A, M, 2*A) @ v",
    "stack": "stack(u, A[:, 0], zeros(2))*stack(A[0], A[1], axis=-1)",
    "mask": "softmax(mask(M))",
    "onehot": "A @ onehot(tokens, 3)",
    "zeros": "zeros([2, 3]) + A*ones(3)",
    "embedding": "embedding(tokens, B)",
    # windows
    "conv1d": "conv1d(v, k)",
    "conv1d of many": "conv1d(A, k3, stride=2, padding=1) + conv1d(v, k2, padding=1)[0:1, 0:2]",
    "conv2d": "conv2d(I, k2, stride=2)",
    "conv2d, dilated": "conv2d(I, k2, dilation=2, padding=1, stride=2)",
    "conv1d, dilated": "conv1d(v, k2[0], dilation=2, padding=1)",
    "conv2d of groups": "conv2d(stack(I, I.T), reshape(stack(k2, k2.T), [2, 1, 2, 2]), groups=2, dilation=2)",
    "conv2d, many": "conv2d(C, k4, padding=1)",
    "conv2d, kernels": "conv2d(I, k3, stride=3, padding=1)",
    "maxpool": "maxpool(I, 2) + maxpool(C, 2, stride=1)",
    "maxpool, a line": "maxpool(v, 2, stride=1) + maxpool(I, [1, 2], stride=2)[0]",
    "avgpool": "avgpool(I, [2, 2]) + avgpool(v, 3)",
    # of several steps
    "softmax": "softmax(M)",
    "log_softmax": "log_softmax(Q)",
    "layernorm": "layernorm(A, v, n*v)",
    "batchnorm": "batchnorm(A, v, n, eps=0.01)",
    "rmsnorm": "rmsnorm(Q, v)",
    "dropout": "dropout(A, ones([2, 3])*v, p=0.25)",
    # elementwise
    "exp": "exp(A) - ln(A^2 + 1)/sqrt(1.5 + A)",
    "sin": "sin(A)*cos(A) + pi()",
    "abs": "abs(A) + sign(A)*v + l1_penalty(A) + l2_penalty(A)",
    "max of many": "max(A, n, v) - min(A, v)",
    "floor": "floor(3*A)*v + mod(A, 0.7)",
    "held": "held(A)*A",
    "identity": "identity(A)*A",
    "where": "where(A > v, A*n, 2*v) + where(A <= n, A, n)",
    "sigmoid": "sigmoid(A) + tanh(A) - silu(A)*gelu(A)",
    "relu": "relu(A) + leaky_relu(A)*elu(A) + softplus(A)",
    "squared_error": "squared_error(A, v) + half_squared_error(A, n) + huber(3*A, v)",
    "bce": "bce(sigmoid(A), sigmoid(v)) + cce(sigmoid(A), v)",
    "logits": "bce_with_logits(3*A, v) + stable_sigmoid(A)",
    "cce_with_logits": "cce_with_logits(M, stable_sigmoid(M))",
    "power": "A^3 + (2 + A)^v - 2^A",
}
"""What stands on the right of the equation, by what is tried there."""

LOOPED = {
    "loop": ('"h[0]" = "v"\n"h[t] for t in 1..3" = "tanh(h[t-1] @ M + t*n)"', "h[-1]"),
    "whole": ('"h[t] for t in 0..2" = "sin(M[t] + t)"', "h @ h.T"),
    "span": ('"h[t] for t in 0..2" = "sin(M[t])"', "h[1:3, 0]*u"),
    "before": ('"h[0]" = "v"\n"h[t] for t in 1..2" = "mean(h[0:t], axis=0)*M[t]"', "h[2] + h[0]"),
    "backwards": ('"h[t] for t in 0..1" = "h[t+1] @ M"\n"h[2]" = "v"', "h[0]"),
    "of unlike shapes": ('"h[0]" = "A"\n"h[1]" = "h[0] @ B"', "h[1] @ h[0]"),
    "two letters": ('"h[i, j] for i in 0..1 for j in 0..2" = "A[i, j]*B[j] + i - j"', "h*h[1, 2] + h[0, -1]"),
    "another name": ('h = "A"\ng = "h"\nf = "1.5"', "h*g + f*A[0] + f"),
}
"""The same after other equations."""


def template_of(name: str) -> str:
    """Return a template of a case: it minimises a sum over the equation, with the tensors that are used in it."""
    before, right = LOOPED[name] if name in LOOPED else ("", CASES[name])
    used = [name for name in _TENSORS if re.search(rf"\b{name}\b", before + right)]
    given = {name: _TENSORS[name] for name in used if name in _GIVEN}
    trained = {name: _TENSORS[name] for name in used if name not in _GIVEN}
    small = "".join(f" + 0.01*sum({name}^2)" for name in used if name not in _GIVEN)
    return f"""
title = "One equation"
rates = [0.01]
iterations = 2

[inputs]
x = 1.5
{_lines(given)}

[parameters]
{_lines(trained)}

[forward]
z = "x^2"
{before}
y = "{right}"

[loss]
E = "sum(sin(y) + z*y^2){small}"
"""


def _lines(tensors: Mapping[str, object]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in tensors.items())
