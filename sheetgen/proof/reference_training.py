"""Training by NumPy, for the second opinion: which sample a row shows, what a rate and an optimiser make of it.

Written from the papers and from torch.optim's documentation, in whole arrays; it shares nothing with the
tables of methods that the workbook's formulas come from. One entry here stands against one row there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Memory = dict[str, Array]
"""An optimiser's columns for one weight, by their symbols."""

Settings = Mapping[str, float]

_LearningRate = Callable[[Settings, float, Array], Array]
"""Takes the settings, the base rate and the iterations; returns η at each."""

_Remember = Callable[[Settings, Array, Memory], Memory]
"""Takes the settings, a gradient and the memory before it; returns the memory after it."""

_Correct = Callable[[Settings, Memory, Array], Memory]
"""Takes the settings, a memory and the iterations; returns what is derived from it."""

_Step = Callable[[Settings, Array, Array, Array, Memory], Array]
"""Takes the settings, a weight, its gradient, the rate and the memory; returns the weight after the update."""


@dataclass(frozen=True)
class ReferenceOptimizer:
    """An optimiser: how a weight steps, what is remembered for it, and what is derived from that."""

    step: _Step
    remember: _Remember = lambda s, gradient, above: {}
    correct: _Correct = lambda s, memory, iteration: {}


def counters(rows: Array, samples: int, batch: int, order: Sequence[int] = ()) -> dict[str, Array]:
    """Return what each row, counted from 0, belongs to: iteration, place in the batch, turn, sample and epoch.

    ``order`` names the sample, from 1, of each turn; without it turn k is that of sample k.
    """
    turn = rows % samples + 1
    return {
        "iteration": rows // batch,
        "in batch": rows % batch + 1,
        "in epoch": turn,
        "sample": np.asarray(order, dtype=float)[turn.astype(int) - 1] if order else turn,
        "epoch": rows // samples + 1,
    }


# --- schedules ---


def _one_cycle(s: Settings, base: float, iteration: Array) -> Array:
    peak, end = s["pct_start"] * s["total_steps"] - 1, s["total_steps"] - 1
    low = base / s["div_factor"]
    return np.interp(iteration, [0, peak, end], [low, base, low / s["final_div_factor"]])


SCHEDULES: dict[str, _LearningRate] = {
    "constant": lambda s, base, iteration: np.full(iteration.shape, base),
    "step": lambda s, base, iteration: base * s["gamma"] ** np.floor_divide(iteration, s["step_size"]),
    "exponential": lambda s, base, iteration: base * np.power(s["gamma"], iteration),
    "cosine": lambda s, base, iteration: (
        s["eta_min"] + 0.5 * (base - s["eta_min"]) * (1 + np.cos(np.pi * iteration / s["t_max"]))
    ),
    "one-cycle": _one_cycle,
}


# --- optimisers ---


def _velocity(s: Settings, gradient: Array, above: Memory) -> Memory:
    return {"v": gradient + above["v"] * s["momentum"]}


def _moments(s: Settings, gradient: Array, above: Memory) -> Memory:
    return {
        "m": above["m"] + (1 - s["beta1"]) * (gradient - above["m"]),
        "v": above["v"] + (1 - s["beta2"]) * (np.square(gradient) - above["v"]),
    }


def _weight_so_far(beta: float, iteration: Array) -> Array:
    """Return how much of a moving average is not yet that of its start: 1 − βᵗ."""
    return -np.expm1((iteration + 1) * np.log(beta)) if beta else np.ones_like(iteration)


def _unbiased(s: Settings, memory: Memory, iteration: Array) -> Memory:
    """Return Adam's moments without their bias towards 0."""
    return {f"{k}̂": memory[k] / _weight_so_far(s[b], iteration) for k, b in (("m", "beta1"), ("v", "beta2"))}


def _adam(s: Settings, w: Array, g: Array, rate: Array, memory: Memory) -> Array:
    return w - rate * memory["m̂"] / (np.sqrt(memory["v̂"]) + s["eps"])


OPTIMIZERS: dict[str, ReferenceOptimizer] = {
    "sgd": ReferenceOptimizer(lambda s, w, g, rate, memory: w - rate * g),
    "momentum": ReferenceOptimizer(lambda s, w, g, rate, memory: w - rate * memory["v"], _velocity),
    "nesterov": ReferenceOptimizer(
        lambda s, w, g, rate, memory: w - rate * (g + s["momentum"] * memory["v"]), _velocity
    ),
    "adagrad": ReferenceOptimizer(
        lambda s, w, g, rate, memory: w - rate * g / (np.sqrt(memory["s"]) + s["eps"]),
        lambda s, gradient, above: {"s": above["s"] + np.square(gradient)},
    ),
    "rmsprop": ReferenceOptimizer(
        lambda s, w, g, rate, memory: w - rate * g / (np.sqrt(memory["v"]) + s["eps"]),
        lambda s, gradient, above: {"v": above["v"] + (1 - s["alpha"]) * (np.square(gradient) - above["v"])},
    ),
    "adam": ReferenceOptimizer(_adam, _moments, _unbiased),
    "adamw": ReferenceOptimizer(
        lambda s, w, g, rate, memory: _adam(s, w * (1 - rate * s["weight_decay"]), g, rate, memory), _moments, _unbiased
    ),
}


def learning_rate(schedule: str, s: Settings, base: float, iteration: Array) -> Array:
    """Return η at each iteration. Raises LookupError for a schedule that has no entry here."""
    if schedule not in SCHEDULES:
        raise LookupError(f"the reference knows no schedule {schedule!r}")
    return SCHEDULES[schedule](s, base, iteration)


def reference_optimizer(optimizer: str) -> ReferenceOptimizer:
    """Return the entry of an optimiser. Raises LookupError where it has none."""
    if optimizer not in OPTIMIZERS:
        raise LookupError(f"the reference knows no optimiser {optimizer!r}")
    return OPTIMIZERS[optimizer]


def remember(optimizer: str, s: Settings, gradient: Array, above: Memory) -> Memory:
    """Return an optimiser's memory after a gradient, from its memory before."""
    return reference_optimizer(optimizer).remember(s, gradient, above)


def corrected(optimizer: str, s: Settings, memory: Memory, iteration: Array) -> Memory:
    """Return what an optimiser derives from its memory."""
    return reference_optimizer(optimizer).correct(s, memory, iteration)


def step(optimizer: str, s: Settings, weight: Array, gradient: Array, rate: Array, memory: Memory) -> Array:
    """Return the weight after an update."""
    return reference_optimizer(optimizer).step(s, weight, gradient, rate, memory)
