"""Named sets of hyper-parameters, and the learning rate they give each step."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from cnn.toml_file import nothing_called

_OPTIONAL = {
    "momentum": ("optimizer", "sgd", 0.9),
    "kernel_share": ("optimizer", "muon", 1.2),
    "kernel_decay": ("optimizer", "muon", 0.1),
    "kernel_momentum": ("optimizer", "muon", 0.95),
    "decay_every": ("schedule", "step", 6),
    "decay": ("schedule", "step", 0.1),
    "warmup": ("schedule", "onecycle", 0.2),
    "shift": ("pipeline", "table", 0.0),
    "scale": ("pipeline", "table", 0.0),
    "shear": ("pipeline", "table", 0.0),
    "elastic": ("pipeline", "table", 0.0),
    "erasing": ("pipeline", "table", 0.0),
    "maps": ("pipeline", "table", 1024),
}
"""The settings that belong to one choice of another setting, and their usual values."""

_RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, 10_000),
    "batch_size": (2, 60_000),
    "learning_rate": (1e-12, 1e30),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 100),
    "kernel_share": (1e-6, 1e6),
    "kernel_decay": (0, 100),
    "kernel_momentum": (0, 0.9999),
    "decay_every": (1, 10_000),
    "decay": (1e-12, 1),
    "warmup": (0, 0.9999),
    "rotation": (0, 180),
    "shift": (0, 28),
    "scale": (0, 0.9),
    "shear": (0, 10),
    "elastic": (0, 14),
    "erasing": (0, 1),
    "maps": (1, 8192),
    "fill": (0, 255),
    "dropout": (0, 0.9999),
}
"""The least and the largest value of each number."""


class SettingError(ValueError):
    """A setting that no training has; ``setting`` is its name."""

    def __init__(self, setting: str, message: str) -> None:
        self.setting = setting
        super().__init__(message)


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    ``muon`` is Muon for convolution kernels, at ``kernel_share`` times the learning rate, with ``kernel_momentum``
    and weight decay ``kernel_decay``, and AdamW for the rest; ``momentum`` is that of SGD. ``warmup`` is the part
    of all steps in which OneCycle rises; ``decay_every`` (epochs) and ``decay`` belong to StepLR. ``pipeline`` is
    ``pil`` (torchvision's transforms, picture by picture) or ``table`` (a batch at a time by a table of source
    pixels). ``rotation`` in degrees, ``shift`` in pixels, ``scale`` and ``shear`` as fractions: each the largest
    value either way. ``elastic`` is the standard deviation, in pixels, of how far each pixel is moved besides,
    ``erasing`` the probability that a box of a picture becomes paper. Of ``maps`` random maps an epoch, each picture
    is changed by one. ``fill`` is the 8-bit grey of pixels from outside. A setting that takes no part, such as
    ``warmup`` beside StepLR, is None; one that does, and is not given, has its usual value (`_OPTIONAL`). Raises
    SettingError for values that no training has (`_RANGES`).
    """

    name: str
    epochs: int
    batch_size: int
    optimizer: Literal["sgd", "adamw", "muon"]
    learning_rate: float
    schedule: Literal["step", "onecycle"]
    pipeline: Literal["pil", "table"] = "table"
    momentum: float | None = None
    weight_decay: float = 0.0
    kernel_share: float | None = None
    kernel_decay: float | None = None
    kernel_momentum: float | None = None
    decay_every: int | None = None
    decay: float | None = None
    warmup: float | None = None
    rotation: float = 10.0
    shift: float | None = None
    scale: float | None = None
    shear: float | None = None
    elastic: float | None = None
    erasing: float | None = None
    maps: int | None = None
    fill: int = 1
    dropout: float = 0.01

    def __post_init__(self) -> None:
        for name, (setting, choice, usual) in _OPTIONAL.items():
            if getattr(self, setting) != choice:
                object.__setattr__(self, name, None)
            elif getattr(self, name) is None:
                object.__setattr__(self, name, usual)
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise SettingError(name, f"{name} is {value:g}, and must be from {least:,g} to {most:,g}")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that take part, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def title(self) -> str:
        """The recipe's name, and whether its settings are others than those of the recipe of that name."""
        return f"{self.name}, changed" if self.changes else self.name

    @property
    def changes(self) -> dict[str, Any]:
        """The settings that are other than those of the built-in recipe of this name; none where there is no such."""
        if self.name not in RECIPES:
            return {}
        usual = RECIPES[self.name].settings
        return {name: value for name, value in self.settings.items() if usual.get(name) != value}


SEED = Recipe("seed", 19, 128, "sgd", 0.01, "step", pipeline="pil")
FAST = Recipe("fast", 6, 128, "muon", 0.01, "onecycle", weight_decay=0.01, scale=0.1, shear=0.1)
BEST = replace(FAST, name="best", epochs=15)
LONG = replace(BEST, name="long", epochs=30, elastic=0.5)
"""Takes more than the fewer than 20 epochs that the published table wants."""

RECIPES = {recipe.name: recipe for recipe in (FAST, BEST, LONG, SEED)}


def belongs_to(setting: str) -> tuple[str, str] | None:
    """Return the other setting, and the choice of it, that a setting takes part in; None where it always does."""
    return _OPTIONAL[setting][:2] if setting in _OPTIONAL else None


def find_recipe(name: str) -> Recipe:
    """Return the built-in recipe of that name; raise `UsageError` with the nearest name, or those there are."""
    if name not in RECIPES:
        raise nothing_called("recipe", name, RECIPES)
    return RECIPES[name]


def learning_rate_at(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step counted from 0 over the whole training.

    ``step``: multiplied by ``decay`` after each ``decay_every`` epochs. ``onecycle``: straight up from 1/25
    of the peak over the first ``warmup`` part of the steps, then straight down to 1/250,000 of it (Smith and
    Topin 2018, as torch's OneCycleLR does it).
    """
    if recipe.decay is not None and recipe.decay_every is not None:
        return recipe.learning_rate * recipe.decay ** (step // steps_per_epoch // recipe.decay_every)
    assert recipe.warmup is not None
    total = recipe.epochs * steps_per_epoch
    top = recipe.warmup * total - 1
    peak, start = recipe.learning_rate, recipe.learning_rate / 25
    end = start / 1e4
    if top > 0 and step <= top:  # of five steps and a warm-up of a fifth, the first is at the top already
        return start + (peak - start) * step / top
    return peak + (end - peak) * (step - top) / (total - 1 - top)
