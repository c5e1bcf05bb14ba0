"""Convolution, ReLU, batch norm, 1×1 convolution, batch norm and max pooling, trained as a few matrix products.

The two batch norms and the 1×1 convolution between them are one affine map of the activations r in front of them,
and its coefficients follow from the mean μ and the covariance C of r over the batch alone. With the kernel W,

    A = W·diag(γ₁·ρ₁),  ρ₁ = (C_kk + ε)^−½,    F = diag(γ₂·ρ₂)·A,  ρ₂ = ((A·C·Aᵀ)_kk + ε)^−½,
    y = F·(r − μ) + β₂.

β₁ moves nothing, and its gradient is exactly 0: the second norm takes every constant away. So no normalized picture is
ever stored, and one product each is left for r, C and y. Backward, with ∂x for ∂E/∂x, N pixels, Σ over them,

    ∂β₂ = Σ∂y,  ∂F = Σ∂y·rᵀ − ∂β₂·μᵀ,  ∂(γ₂ρ₂) = rowsum(∂F∘A),  v = −½·ρ₂³·γ₂·∂(γ₂ρ₂),
    ∂A = diag(γ₂ρ₂)·∂F + 2·diag(v)·A·C,  ∂W = ∂A·diag(γ₁ρ₁),  ∂(γ₁ρ₁) = columnsum(∂A∘W),
    ∂C = Aᵀ·diag(v)·A − ½·diag(ρ₁³·γ₁·∂(γ₁ρ₁)),  ∂r = Fᵀ·∂y − Fᵀ·∂β₂/N + (2/N)·∂C·(r − μ).

Pixels lie along the rows of the matrices, apart for the four corners of the pooling windows, so that pooling compares
whole rows. On a CPU, with so few channels, that takes less time than the six modules (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from cnn.net.networks import LayerFacts

KINDS = ("conv", "relu", "batchnorm", "conv", "batchnorm", "maxpool")
CORNERS = 4


def begins(facts: Sequence[LayerFacts]) -> bool:
    """Say whether these layers begin with a block that `FirstBlock` can do: one plane in, nothing padded, halved."""
    block = facts[: len(KINDS)]
    if tuple(layer.kind for layer in block) != KINDS:
        return False
    first, second, pool = block[0], block[3], block[5]
    if any(layer.padding or layer.bias for layer in (first, second, pool)):
        return False
    steps = [(layer.kernel, layer.stride) for layer in (second, pool)]
    return first.channels_in == first.stride == 1 and steps == [(1, 1), (2, 2)] and pool.side_in % 2 == 0


class FirstBlock(nn.Module):
    """A network whose first block is done by matrix products in training; in evaluation it is the network itself.

    The network's modules keep all parameters and running statistics, so checkpoints are the network's. The network
    is one that `begins` accepts; pictures have even maps behind the first convolution, and get no gradient.
    """

    def __init__(self, network: nn.Sequential) -> None:
        super().__init__()
        self.network = network
        self.layers: tuple[Any, ...] = tuple(network)
        for conv in (self.layers[0], self.layers[3]):  # strides as their gradients have, which DDP asks for
            conv.weight.data = conv.weight.data.clone(memory_format=torch.contiguous_format)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (n, 10) of pictures (n, 1, h, w)."""
        if not self.training:
            return self.network(x)  # type: ignore[no-any-return]
        first, _, norm1, second, norm2, _, *rest = self.layers
        kernel, side = second.weight.flatten(1), first.kernel_size[0]
        height, width = halved(x.shape[2:], side)
        patches = corners_of(x.squeeze(1), side)
        norms = norm1.weight, norm1.bias, norm2.weight, norm2.bias
        pooled, mean, variance1, variance2 = _Block.apply(patches, first.weight.flatten(1), kernel, *norms, norm1.eps)
        with torch.no_grad():
            pixels = CORNERS * patches.shape[2]
            follow(norm1, mean, variance1, pixels)
            follow(norm2, kernel @ norm1.bias, variance2, pixels)
        x = pooled.view(len(kernel), -1, height, width).transpose(0, 1).contiguous(memory_format=torch.channels_last)
        for layer in rest:
            x = layer(x)
        return x


def follow(norm: Any, mean: Tensor, variance: Tensor, pixels: int) -> None:
    """Move a batch norm's running statistics towards those of a batch of so many pixels, as torch does it."""
    norm.num_batches_tracked.add_(1)
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (pixels / (pixels - 1)), norm.momentum)


def halved(sides: Sequence[int], kernel: int) -> tuple[int, int]:
    """Return height and width of a picture behind a convolution and a pooling that halves it."""
    height, width = ((side - kernel + 1) // 2 for side in sides)
    return height, width


def corners_of(pictures: Tensor, side: int) -> Tensor:
    """Return the side·side pixels under a kernel at each of its places, (4, side·side, windows), of (n, h, w).

    The four are the corners of the 2 × 2 pooling windows, row by row.
    """
    pictures = pictures.contiguous()
    count, height, width = pictures.shape
    down, right = halved((height, width), side)
    shape = (2, 2, side, side, count, down, right)
    strides = (width, 1, width, 1, height * width, 2 * width, 2)
    return pictures.as_strided(shape, strides).reshape(CORNERS, side * side, count * down * right)


class _Block(torch.autograd.Function):
    """The block's output (d, windows); of the batch μ (c,), the diagonals of C (c,) and of A·C·Aᵀ (d,).

    In: patches (4, k·k, windows), first kernel (c, k·k), W (d, c), γ₁, β₁ (c,), γ₂, β₂ (d,), ε of both norms. The
    loops go corner by corner, so that what one product leaves is still in the cache for the next.
    """

    @staticmethod
    def forward(
        ctx: Any, patches: Tensor, first: Tensor, kernel: Tensor, gamma1: Tensor, beta1: Tensor, gamma2: Tensor,
        beta2: Tensor, eps: float,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        pixels = CORNERS * patches.shape[2]
        active = patches.new_empty(CORNERS, len(first), patches.shape[2])
        for r, p in zip(active, patches, strict=True):
            torch.mm(first, p, out=r)
        mean = active.relu_().sum((0, 2)) / pixels
        centred = (r - mean[:, None] for r in active)
        spread = torch.stack([r @ r.T for r in centred]).sum(0) / pixels
        rho1 = (spread.diagonal() + eps).rsqrt()
        inner = kernel * (gamma1 * rho1)
        mixed = inner @ spread
        variance = (mixed * inner).sum(1).clamp_min_(0)  # what is left of two like numbers may be below 0
        rho2 = (variance + eps).rsqrt()
        outer = inner * (gamma2 * rho2)[:, None]
        constant = (beta2 - outer @ mean)[:, None]
        y = [torch.addmm(constant, outer, r) for r in active]
        above, below = torch.maximum(y[0], y[1]), torch.maximum(y[2], y[3])
        gains = y[1] - y[0], y[3] - y[2], below - above
        ctx.save_for_backward(patches, active, *gains, kernel, gamma1, gamma2, mean, rho1, rho2, inner, mixed, outer)
        statistics = mean, spread.diagonal(), variance
        ctx.mark_non_differentiable(*statistics)
        return torch.maximum(above, below), *statistics

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        patches, active, *gains = ctx.saved_tensors[:5]
        kernel, gamma1, gamma2, mean, rho1, rho2, inner, mixed, outer = ctx.saved_tensors[5:]
        pixels = CORNERS * patches.shape[2]
        slopes = unpooled(slope.contiguous(), *gains)
        for_beta2 = slope.sum(1)
        for_outer = sum(s @ r.T for s, r in zip(slopes, active, strict=True)) - torch.outer(for_beta2, mean)
        for_scale2 = (for_outer * inner).sum(1)
        for_variance = -0.5 * rho2**3 * gamma2 * for_scale2
        for_inner = (gamma2 * rho2)[:, None] * for_outer + 2 * for_variance[:, None] * mixed
        for_scale1 = (for_inner * kernel).sum(0)
        for_spread = (inner.T * for_variance) @ inner - torch.diag(0.5 * rho1**3 * gamma1 * for_scale1)
        around = for_spread * (2 / pixels)
        level = (-(for_beta2 @ outer) / pixels - around @ mean)[:, None]
        back = (torch.addmm(level, around, r).addmm_(outer.T, s) for r, s in zip(active, slopes, strict=True))
        for_first = sum(masked(b, r) @ p.T for b, r, p in zip(back, active, patches, strict=True))
        for_kernel, for_beta1 = for_inner * (gamma1 * rho1), torch.zeros_like(gamma1)
        return None, for_first, for_kernel, rho1 * for_scale1, for_beta1, rho2 * for_scale2, for_beta2, None


def masked(slope: Tensor, by: Tensor) -> Tensor:
    """Return the slopes where ``by`` is positive and 0 elsewhere, as a ReLU passes them back."""
    passed: Tensor = torch.ops.aten.threshold_backward(slope, by, 0)  # as autograd does for a ReLU
    return passed


def unpooled(slope: Tensor, upper: Tensor, lower: Tensor, downward: Tensor) -> list[Tensor]:
    """Return the slopes of the four corners from those of the largest of them, each (d, windows).

    ``upper`` and ``lower`` are the gains from the left to the right corner, ``downward`` that from the larger of the
    upper two to the larger of the lower two. Of equals the first has the slope, as in torch.
    """
    below = masked(slope, downward)
    above = slope - below
    above_right, below_right = masked(above, upper), masked(below, lower)
    return [above - above_right, above_right, below - below_right, below_right]
