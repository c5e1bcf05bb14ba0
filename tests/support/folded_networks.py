"""Networks that nobody trained, with random weights and statistics, and what they fold to."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from cnn.digits.parts import DEVIATION, MEAN
from cnn.net.folded import PlainLayer, fold, normalisation
from cnn.net.modules import build_modules, weights_of
from cnn.net.networks import Network, walk


def random_model(network: Network, seed: int) -> nn.Sequential:
    """Return a network whose weights and running statistics are random, some scales of norms negative or 0."""
    generator = torch.Generator().manual_seed(seed)
    model = build_modules(network)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data = torch.randn(module.weight.shape, generator=generator)
            module.weight.data[0] = 0
            module.bias.data = torch.randn(module.bias.shape, generator=generator)
            module.running_mean = torch.randn(module.weight.shape, generator=generator)
            module.running_var = torch.rand(module.weight.shape, generator=generator) + 0.1
        elif isinstance(module, nn.Conv2d | nn.Linear):
            if module.bias is not None:
                module.bias.data = torch.randn(module.bias.shape, generator=generator)
            module.weight.data = torch.randn(module.weight.shape, generator=generator) / module.weight[0].numel() ** 0.5
    return model


def folded(network: Network, model: nn.Sequential) -> Sequence[PlainLayer]:
    """Return the plain layers of a network."""
    return fold(tuple(walk(network)), weights_of(model), normalisation(MEAN, DEVIATION))
