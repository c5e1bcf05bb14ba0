"""The layer table as torch modules."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cnn.net.folded import Array, Weights
from cnn.net.networks import LayerFacts, Network, as_trained, walk


class SparseDropout(nn.Module):
    """Dropout for a small probability p, at a fraction of the cost of ``nn.Dropout`` on a CPU.

    Instead of drawing one random number for each of the n activations, it draws the places to drop: k places,
    uniformly and with replacement, k = ln(1 − p)/ln(1 − 1/n) rounded, so that each activation is dropped with
    probability 1 − (1 − 1/n)^k = p (to one part in k). Those kept are scaled by 1/(1 − p). In evaluation it
    is the identity.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def extra_repr(self) -> str:
        """Return what ``repr`` shows inside the brackets."""
        return f"p={self.p}"

    def forward(self, x: Tensor) -> Tensor:
        """Return x with some activations zero and the others scaled; any shape, gradients follow the same
        mask.
        """
        n = x.numel()
        if not self.training or self.p == 0 or n < 2:
            return x
        places = round(math.log1p(-self.p) / math.log1p(-1 / n))
        mask = torch.full((n,), 1 / (1 - self.p), dtype=x.dtype, device=x.device)
        mask[torch.randint(n, (places,), device=x.device)] = 0
        return x * mask.as_strided(x.shape, x.stride()) if is_dense(x) else x * mask.view(x.shape)


def is_dense(x: Tensor) -> bool:
    """Say whether x fills its memory without gaps, in whichever order of its dimensions."""
    return x.is_contiguous() or (x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last))


def module(layer: LayerFacts, dropout: nn.Module) -> nn.Module:
    """Return the module of one layer in its place."""
    match layer.kind:
        case "conv":
            shape = layer.channels_in, layer.channels, layer.kernel, layer.stride, layer.padding
            return nn.Conv2d(*shape, bias=layer.bias)
        case "batchnorm":
            return nn.BatchNorm2d(layer.channels)
        case "relu":
            return nn.ReLU()
        case "dropout":
            return dropout
        case "identity":
            return nn.Identity()
        case "maxpool":
            return nn.MaxPool2d(layer.kernel, layer.stride)
        case "avgpool":
            return nn.AvgPool2d(layer.kernel)
        case "linear":
            return nn.Sequential(nn.Flatten(), nn.Linear(layer.channels_in, layer.channels, bias=layer.bias))


def build_modules(network: Network, dropout: float = 0.0, sparse: bool = True) -> nn.Sequential:
    """Return the network as modules: pictures (batch, 1, 28, 28) in, logits (batch, 10) out.

    ``sparse`` takes `SparseDropout` instead of ``nn.Dropout``. A dropout of 0 leaves the layers out of the
    computation, not out of the numbering, so checkpoints fit either way.
    """
    kind = SparseDropout if sparse else nn.Dropout
    return nn.Sequential(*(module(layer, kind(dropout)) for layer in walk(as_trained(network, dropout))))


def weights_of(model: nn.Module) -> Weights:
    """Return what gives the arrays of each layer of a network, by torch's names, in double precision."""
    state = {name: tensor.detach().cpu().double().numpy() for name, tensor in model.state_dict().items()}

    def of(layer: LayerFacts) -> dict[str, Array]:
        prefix = f"{layer.number - 1}."
        return {name.rpartition(".")[2]: array for name, array in state.items() if name.startswith(prefix)}

    return of
