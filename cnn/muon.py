"""Muon for convolution kernels: momentum whose update is made orthogonal (Jordan and others, 2024)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

STEPS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(matrix: Tensor) -> Tensor:
    """Return roughly U·Vᵀ of the matrix U·S·Vᵀ: the same singular vectors, singular values near 1.

    Newton–Schulz iteration with the quintic p(s) = a·s + b·s³ + c·s⁵, which drives small values up fast.
    """
    a, b, c = QUINTIC
    wide = matrix.shape[0] <= matrix.shape[1]
    x: Tensor = (matrix if wide else matrix.T) / (matrix.norm() + 1e-7)
    for _ in range(STEPS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.T


class Muon(torch.optim.Optimizer):
    """Gradient descent with Nesterov momentum, each update made orthogonal, and decoupled weight decay.

    A kernel (out, in, k, k) is updated as the matrix (out, in·k·k), with O the orthogonal form of its
    averaged gradient: w := w·(1 − η·decay) − η·√max(1, rows/columns)·O.
    """

    def __init__(self, params: Iterable[Any], lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients there are."""
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is not None:
                    self.update(kernel, kernel.grad, group["lr"], group["momentum"], group["weight_decay"])

    def update(self, kernel: Tensor, gradient: Tensor, rate: float, momentum: float, decay: float) -> None:
        """Update one kernel in place."""
        state = self.state[kernel]
        if not state:
            state["mean"] = torch.zeros_like(gradient)
        mean = state["mean"].lerp_(gradient, 1 - momentum)
        ahead = gradient.lerp(mean, momentum).flatten(1)
        size = max(1.0, ahead.shape[0] / ahead.shape[1]) ** 0.5
        kernel.mul_(1 - rate * decay).add_(orthogonal(ahead).view_as(kernel), alpha=-rate * size)
