"""Muon for convolution kernels: momentum whose update is made orthogonal (Jordan and others, 2024)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from cnn.training.lean import Lean

STEPS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(matrices: Sequence[Tensor]) -> list[Tensor]:
    """Return roughly U·Vᵀ of each matrix U·S·Vᵀ: the same singular vectors, singular values near 1.

    Newton–Schulz iteration with the quintic p(s) = a·s + b·s³ + c·s⁵, which drives small values up fast. The
    matrices go through it together, laid wide and filled up with zeros, which stay zeros.
    """
    a, b, c = QUINTIC
    wide = [matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T for matrix in matrices]
    x = wide[0].new_zeros(len(wide), *(max(sides) for sides in zip(*(matrix.shape for matrix in wide), strict=True)))
    for padded, matrix in zip(x, wide, strict=True):
        padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    x /= torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True) + 1e-7
    for _ in range(STEPS):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    cut = [padded[: matrix.shape[0], : matrix.shape[1]] for padded, matrix in zip(x, wide, strict=True)]
    return [result if result.shape == matrix.shape else result.T for result, matrix in zip(cut, matrices, strict=True)]


class Muon(Lean):
    """Gradient descent with Nesterov momentum, each update made orthogonal, and decoupled weight decay.

    A kernel (out, in, k, k) is updated as the matrix (out, in·k·k), with O the orthogonal form of its
    averaged gradient: w := w·(1 − η·decay) − η·√max(1, rows/columns)·O.
    """

    def __init__(self, params: Iterable[Any], lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients there are."""
        for group in self.param_groups:
            kernels = [kernel for kernel in group["params"] if kernel.grad is not None]
            if kernels:
                self.update(kernels, group["lr"], group["momentum"], group["weight_decay"])

    def update(self, kernels: Sequence[Tensor], rate: float, momentum: float, decay: float) -> None:
        """Update kernels in place."""
        ahead = [self.averaged(kernel, momentum).flatten(1) for kernel in kernels]
        for kernel, step in zip(kernels, orthogonal(ahead), strict=True):
            size = max(1.0, step.shape[0] / step.shape[1]) ** 0.5
            kernel.mul_(1 - rate * decay).add_(step.reshape(kernel.shape), alpha=-rate * size)

    def averaged(self, kernel: Tensor, momentum: float) -> Tensor:
        """Take a kernel's gradient into its running mean; return it, looked ahead as Nesterov does."""
        gradient, state = kernel.grad, self.state[kernel]
        assert gradient is not None
        if not state:
            state["mean"] = torch.zeros_like(gradient)
        return gradient.lerp(state["mean"].lerp_(gradient, 1 - momentum), momentum)
