"""Named sets of hyper-parameters, and the learning rate they give each step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cnn.errors import UsageError
from sheetgen.errors import did_you_mean


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    ``muon`` is Muon for convolution kernels, at ``kernel_share`` times the learning rate and with weight
    decay ``kernel_decay``, and AdamW for the rest. ``warmup`` is the part of all steps in which OneCycle
    rises; ``decay_every`` (epochs) and ``decay`` belong to StepLR. ``pipeline`` is ``pil`` (torchvision's
    transforms, picture by picture) or ``table`` (a batch at a time by a table of source pixels).
    ``rotation`` in degrees, ``shift`` in pixels, ``scale`` and ``shear`` as fractions: each the largest value
    either way. ``fill`` is the 8-bit grey of pixels from outside. Raises ValueError for values that no training
    has, such as less than one epoch or picture a batch.
    """

    name: str
    epochs: int
    batch_size: int
    optimizer: Literal["sgd", "adamw", "muon"]
    learning_rate: float
    schedule: Literal["step", "onecycle"]
    pipeline: Literal["pil", "table"] = "table"
    momentum: float = 0.9
    weight_decay: float = 0.0
    kernel_share: float = 1.2
    kernel_decay: float = 0.1
    decay_every: int = 6
    decay: float = 0.1
    warmup: float = 0.2
    rotation: float = 10.0
    shift: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    fill: int = 1
    dropout: float = 0.01

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size, self.decay_every) < 1:
            raise ValueError("epochs, batch_size and decay_every are at least 1")
        if not 0 <= self.warmup < 1:
            raise ValueError("warmup is at least 0 and less than 1")


SEED = Recipe("seed", 19, 128, "sgd", 0.01, "step", pipeline="pil")
FAST = Recipe("fast", 6, 128, "muon", 0.01, "onecycle", weight_decay=0.01, scale=0.1, shear=0.1)
BEST = replace(FAST, name="best", epochs=15)

RECIPES = {recipe.name: recipe for recipe in (FAST, BEST, SEED)}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name; raise `UsageError` with the nearest name, or those there are."""
    if name not in RECIPES:
        there_are = f"there are: {', '.join(RECIPES)}"
        raise UsageError(f"no recipe is called '{name}'", did_you_mean(name, RECIPES, there_are))
    return RECIPES[name]


def learning_rate_at(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step counted from 0 over the whole training.

    ``step``: multiplied by ``decay`` after each ``decay_every`` epochs. ``onecycle``: straight up from 1/25
    of the peak over the first ``warmup`` part of the steps, then straight down to 1/250,000 of it (Smith and
    Topin 2018, as torch's OneCycleLR does it).
    """
    if recipe.schedule == "step":
        return recipe.learning_rate * recipe.decay ** (step // steps_per_epoch // recipe.decay_every)
    total = recipe.epochs * steps_per_epoch
    top = recipe.warmup * total - 1
    peak, start = recipe.learning_rate, recipe.learning_rate / 25
    end = start / 1e4
    if top > 0 and step <= top:  # of five steps and a warm-up of a fifth, the first is at the top already
        return start + (peak - start) * step / top
    return peak + (end - peak) * (step - top) / (total - 1 - top)
