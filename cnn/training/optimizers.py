"""The optimisers of a recipe."""

from __future__ import annotations

from inspect import unwrap

import torch
from torch import nn

from cnn.training.lean import Lean
from cnn.training.muon import Muon
from cnn.training.recipe import Recipe


class AdamW(Lean, torch.optim.AdamW):
    """torch's AdamW, step by step the same."""

    step = torch.no_grad()(unwrap(torch.optim.AdamW.step))


class SGD(Lean, torch.optim.SGD):
    """torch's gradient descent, step by step the same."""

    step = torch.no_grad()(unwrap(torch.optim.SGD.step))


def optimizers(recipe: Recipe, model: nn.Module) -> list[torch.optim.Optimizer]:
    """Return the recipe's optimisers, each group with its ``share`` of the learning rate.

    Weight decay acts on weight matrices and kernels only, not on BN or biases. ``muon`` is for the kernels,
    with AdamW for what is left.
    """
    kernels = [p for p in model.parameters() if p.dim() == 4 and recipe.optimizer == "muon"]
    decayed = [p for p in model.parameters() if p.dim() > 1 and all(p is not k for k in kernels)]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay, "share": 1.0},
        {"params": others, "weight_decay": 0.0, "share": 1.0},
    ]
    if recipe.momentum is not None:
        return [SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum)]
    adamw = AdamW(groups, lr=recipe.learning_rate, fused=True)
    if recipe.kernel_momentum is None or recipe.kernel_decay is None:
        return [adamw]
    group = {"params": kernels, "share": recipe.kernel_share}
    return [Muon([group], recipe.learning_rate, recipe.kernel_momentum, recipe.kernel_decay), adamw]
