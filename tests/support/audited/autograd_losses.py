"""The losses of the networks in matrices, written for automatic differentiation by torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _mlp(torch: Any, x: Any, t: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    hidden = torch.sigmoid(W1 @ x + b1)
    return 0.5 * ((t - torch.sigmoid(W2 @ hidden + b2)) ** 2).sum()


def _softmax_batch(torch: Any, X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    outputs = torch.tanh(X @ W1 + b1) @ W2 + b2
    return torch.nn.functional.cross_entropy(outputs, Y)


def _relu(torch: Any, x: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return ((torch.relu(x @ W1 + b1) @ W2 + b2 - y) ** 2).mean()


def _softmax_squared(torch: Any, x: Any, t: Any, W: Any, b: Any) -> Any:
    return ((torch.softmax(W @ x + b, dim=0) - t) ** 2).sum() / 2


def _square(torch: Any, X: Any, T: Any, W1: Any, W2: Any) -> Any:
    return ((torch.sigmoid(W2 @ torch.tanh(W1 @ X)) - T) ** 2).sum() / 2


LOSSES: dict[str, Callable[..., Any]] = {
    "2-3-2 with sigmoids, names beside": _mlp,
    "2-3-2 with sigmoids, names above": _mlp,
    "batch of 4, softmax with cross-entropy": _softmax_batch,
    "ReLU with biases": _relu,
    "softmax with the squared error": _softmax_squared,
    "square matrices": _square,
}
