"""Muon for convolution kernels: momentum whose update is made orthogonal (Jordan and others, 2024)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from cnn.training.lean import Lean

STEPS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)


class Stack:
    """Matrices of several shapes in one tensor, so that they go through an iteration together.

    ``matrices`` (count, rows, columns) has each laid wide in its corner, zeros elsewhere. ``places`` are these corners
    in the shapes asked for, a kernel (out, in, k, k) being the matrix (out, in·k·k): what is written into them stands
    in ``matrices``.
    """

    def __init__(self, like: Sequence[Tensor]) -> None:
        flat = [tensor.flatten(1).shape for tensor in like]
        rows, columns = max(map(min, flat)), max(map(max, flat))
        self.matrices = like[0].detach().new_zeros(len(like), rows, columns)
        self.places = [
            self._corner(number, *shape).view(tensor.shape)
            for number, (shape, tensor) in enumerate(zip(flat, like, strict=True))
        ]

    def _corner(self, number: int, rows: int, columns: int) -> Tensor:
        """Return the place of a matrix, which lies on its side where it is taller than wide."""
        whole = self.matrices[number]
        return whole[:rows, :columns] if rows <= columns else whole[:columns, :rows].T

    def make_orthogonal(self) -> None:
        """Put roughly U·Vᵀ in place of each matrix U·S·Vᵀ: the same singular vectors, singular values near 1.

        Newton–Schulz iteration with the quintic p(s) = a·s + b·s³ + c·s⁵, which drives small values up fast; what was
        filled up with zeros stays zeros.
        """
        a, b, c = QUINTIC
        x = self.matrices / (torch.linalg.vector_norm(self.matrices, dim=(1, 2), keepdim=True) + 1e-7)
        for _ in range(STEPS):
            square = x @ x.mT
            x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
        self.matrices.copy_(x)


class Muon(Lean):
    """Gradient descent with Nesterov momentum, each update made orthogonal, and decoupled weight decay.

    A kernel (out, in, k, k) is updated as the matrix (out, in·k·k), with O the orthogonal form of its
    averaged gradient: w := w·(1 − η·decay) − η·√max(1, rows/columns)·O. Every kernel needs a gradient.
    """

    def __init__(self, params: Iterable[Any], lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.stacks = [Stack(group["params"]) for group in self.param_groups]

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients."""
        for group, stack in zip(self.param_groups, self.stacks, strict=True):
            for kernel, place in zip(group["params"], stack.places, strict=True):
                self.average(kernel, group["momentum"], place)
            stack.make_orthogonal()
            rate, decay = group["lr"], group["weight_decay"]
            for kernel, update in zip(group["params"], stack.places, strict=True):
                rows_by_columns = len(kernel) ** 2 / kernel.numel()
                kernel.mul_(1 - rate * decay).add_(update, alpha=-rate * max(1.0, rows_by_columns) ** 0.5)

    def average(self, kernel: Tensor, momentum: float, place: Tensor) -> None:
        """Take a kernel's gradient into its running mean; put that, looked ahead as Nesterov does, into its place."""
        gradient, state = kernel.grad, self.state[kernel]
        assert gradient is not None
        if not state:
            state["mean"] = torch.zeros_like(gradient)
        torch.lerp(gradient, state["mean"].lerp_(gradient, 1 - momentum), momentum, out=place)
