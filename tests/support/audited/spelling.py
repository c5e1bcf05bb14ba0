"""How people spell the names of the quantities in their workbooks."""

from __future__ import annotations

import re
from collections.abc import Callable

Style = Callable[[str], str]


def _names(loss: str, act: str) -> Style:
    """Return the spelling of names alone: the total loss, and the activations."""

    def spelled(name: str) -> str:
        name = re.sub(r"\bE_total\b", loss, name)
        return re.sub(r"\ba_(\w+)", act, name)

    return spelled


def seed(name: str) -> str:
    return name


def out(name: str) -> str:
    return _names("E", r"out_\1")(name)


def latin(name: str) -> str:
    return _names("E_total", r"out_\1")(name).replace("∂", "d").replace("mean ", "avg ")


def sigma(name: str) -> str:
    return _names("E_t", r"σ(\1)")(name)


def loss(name: str) -> str:
    return re.sub(r"\bE\b", "Loss", _names("Loss", r"act_\1")(name)).replace("∂", "d")


def grad(name: str) -> str:
    """Write the gradients of weights in a word; those of other quantities as quotients."""
    name = _names("Error", r"out_\1")(name)
    return re.sub(r"∂\w+/∂(w\d*|b\d*|v\d*|c)$", r"grad_\1", name).replace("∂", "d")


STYLES: dict[str, Style] = {
    "seed": seed,
    "out": out,
    "latin": latin,
    "sigma": sigma,
    "loss": loss,
    "grad": grad,
}
