"""Adam's bias correction, held against Kingma and Ba, ICLR 2015, whatever the cells it is spread over.

The step is η·c₁·m / (√(c₂·v) + ε); right are c₁ = 1/(1 − β₁ᵗ) and c₂ = 1/(1 − β₂ᵗ).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.memories import Memories
from sheetgen.audit.unfolded import Unfolded

LEFT_OUT = "adam-bias-left-out"
WRONG_POWER = "adam-bias-power"
_HUGE = 1e16  # a second moment beside which every ε is nothing
_ALIKE = 1e-6


@dataclass(frozen=True)
class Moments:
    """An update that is a step of Adam: its moments' cells, their β, and the number of the step, from 1.

    ``scale`` is η·c₁/√c₂ as the cells have it.
    """

    update: Unfolded
    m: str
    v: str
    beta1: float
    beta2: float
    step: int
    scale: float


Correction = Callable[[float, float, int], tuple[float, float]]
"""c₁ and c₂ from β₁, β₂ and t."""


def _with(first: int | None, second: int | None) -> Correction:
    """Return the correction whose powers are off by so much, None where one is left out."""

    def correction(beta1: float, beta2: float, step: int) -> tuple[float, float]:
        c1 = 1.0 if first is None else 1 / (1 - beta1 ** (step + first))
        c2 = 1.0 if second is None else 1 / (1 - beta2 ** (step + second))
        return c1, c2

    return correction


def _at_power(power: int, first: int, second: int) -> Correction:
    """Return the correction that takes β to one power at all steps, for β₁, for β₂ or for both."""

    def correction(beta1: float, beta2: float, step: int) -> tuple[float, float]:
        return _with((power - step) * first, (power - step) * second)(beta1, beta2, step)

    return correction


def _by(first: int, second: int) -> Correction:
    """Return the correction that takes these of both β for the first and the second moment, counted from 0."""

    def correction(beta1: float, beta2: float, step: int) -> tuple[float, float]:
        betas = beta1, beta2
        return 1 / (1 - betas[first] ** step), 1 / (1 - betas[second] ** step)

    return correction


RIGHT = _with(0, 0)
_OFF = {-2: "t − 2", -1: "t − 1", 1: "t + 1", 2: "t + 2"}
_OF = {"of both moments": (1, 1), "of the first moment": (1, 0), "of the second moment": (0, 1)}
WRONG: Sequence[tuple[str, str, Correction]] = (
    (LEFT_OUT, "leaves out the bias correction of both moments", _with(None, None)),
    (LEFT_OUT, "leaves out the bias correction 1/(1 − β₁^t) of the first moment", _with(None, 0)),
    (LEFT_OUT, "leaves out the bias correction 1/(1 − β₂^t) of the second moment", _with(0, None)),
    *[
        (WRONG_POWER, f"corrects the bias {of} with β^({power}) where β^t is needed", _with(off * first, off * second))
        for off, power in _OFF.items()
        for of, (first, second) in _OF.items()
    ],
    *[
        (WRONG_POWER, f"corrects the bias {of} with {spelled} where β^t is needed", _at_power(power, first, second))
        for power, spelled in ((1, "β"), (2, "β² at every step"))
        for of, (first, second) in _OF.items()
    ],
    (WRONG_POWER, "corrects the bias of each moment with the other one's β", _by(1, 0)),
    (WRONG_POWER, "corrects the bias of the second moment with β₁ where β₂ is needed", _by(0, 0)),
    (WRONG_POWER, "corrects the bias of the first moment with β₂ where β₁ is needed", _by(1, 1)),
)


def moments_of(update: Unfolded, memories: Memories) -> Moments | None:
    """Return an update as a step of Adam, None for any other."""
    firsts: list[tuple[str, float]] = []
    seconds: list[tuple[str, float]] = []
    for name in update.between:
        memory = memories.of(name)
        if memory is None or len(update.gradients) != 1:
            continue
        kind = _moment(update, name, memory)
        if kind is not None:
            (firsts if kind[0] == 1 else seconds).append((name, kind[1]))
    if len(firsts) != 1 or len(seconds) != 1:
        return None
    (m, beta1), (v, beta2) = firsts[0], seconds[0]
    try:
        scale = _scale(update, m, v)
    except ARITHMETIC_ERRORS:
        return None
    return Moments(update, m, v, beta1, beta2, memories.steps(m), scale) if scale else None


def moments_before(later: Moments, update: Unfolded, memories: Memories) -> Moments | None:
    """Return an update as the step of Adam before another one, by the moments that this one remembers."""
    m, v = memories.of(later.m), memories.of(later.v)
    if m is None or v is None or m not in update.between or v not in update.between:
        return None
    try:
        scale = _scale(update, m, v)
    except ARITHMETIC_ERRORS:
        return None
    return Moments(update, m, v, later.beta1, later.beta2, later.step - 1, scale) if scale else None


def _moment(update: Unfolded, name: str, memory: str) -> tuple[int, float] | None:
    """Return 1 or 2 for a moving average of the gradients or of their squares, with its β."""
    (gradient,) = update.gradients

    def at(remembered: float, slope: float) -> float:
        return update.value({memory: remembered, gradient: slope}, name)

    try:
        nothing, beta, one, two = at(0, 0), at(1, 0), at(0, 1), at(0, 2)
    except (KeyError, *ARITHMETIC_ERRORS):
        return None
    if abs(nothing) > _ALIKE or not 0 < beta < 1 or not math.isclose(one, 1 - beta, rel_tol=_ALIKE):
        return None
    for power in (1, 2):
        if math.isclose(two, 2**power * one, rel_tol=_ALIKE):
            return power, beta
    return None


def _scale(update: Unfolded, m: str, v: str) -> float:
    """Return η·c₁/√c₂: the step at m = 1, times √v, where v is so large that ε does not count."""
    still, moved = (update.value({m: first, v: _HUGE}) for first in (0.0, math.sqrt(_HUGE)))
    return still - moved


def correction_of(steps: Sequence[tuple[Moments, float | None]]) -> tuple[str, str, Correction] | None:
    """Return the kind and the words of what is wrong with the corrections of some steps of one parameter, and these.

    Each step comes with its learning rate, where that is known. None where they are right, or are something else.
    """
    if not steps or explains(RIGHT, steps):
        return None
    return next((entry for entry in WRONG if explains(entry[2], steps)), None)


def explains(correction: Correction, steps: Sequence[tuple[Moments, float | None]]) -> bool:
    """Whether the steps are corrected so, at their learning rates, or at one where those are not known."""
    rates = []
    for moments, rate in steps:
        try:
            c1, c2 = correction(moments.beta1, moments.beta2, moments.step)
            found = moments.scale * math.sqrt(c2) / c1
        except ARITHMETIC_ERRORS:
            return False
        if rate is not None and not math.isclose(found, rate, rel_tol=_ALIKE):
            return False
        rates.append(found)
    alike = all(math.isclose(rate, rates[0], rel_tol=_ALIKE) for rate in rates)
    return all(rate is not None for _, rate in steps) or (len(steps) > 1 and alike)
