"""Training by NumPy, for the second opinion: which sample a row shows, what a rate and an optimiser make of it.

Written from the papers and from torch.optim's documentation, in whole arrays; it shares nothing with the
tables of methods that the workbook's formulas come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Memory = dict[str, Array]


def counters(rows: Array, samples: int, batch: int) -> dict[str, Array]:
    """Return what each row, counted from 0, belongs to: iteration, place in the batch, sample and epoch."""
    return {
        "iteration": rows // batch,
        "in batch": rows % batch + 1,
        "sample": rows % samples + 1,
        "epoch": rows // samples + 1,
    }


def learning_rate(schedule: str, s: Mapping[str, float], base: float, iteration: Array) -> Array:
    """Return η at each iteration."""
    if schedule == "constant":
        return np.full(iteration.shape, base)
    if schedule == "step":
        return base * s["gamma"] ** np.floor_divide(iteration, s["step_size"])
    if schedule == "exponential":
        return base * np.power(s["gamma"], iteration)
    if schedule == "cosine":
        return s["eta_min"] + 0.5 * (base - s["eta_min"]) * (1 + np.cos(np.pi * iteration / s["t_max"]))
    if schedule == "one-cycle":
        peak, end = s["pct_start"] * s["total_steps"] - 1, s["total_steps"] - 1
        low = base / s["div_factor"]
        return np.interp(iteration, [0, peak, end], [low, base, low / s["final_div_factor"]])
    raise ValueError(f"there is no schedule {schedule!r}")


def remember(optimizer: str, s: Mapping[str, float], gradient: Array, above: Memory) -> Memory:
    """Return an optimiser's memory after a gradient, from its memory before."""
    if optimizer == "sgd":
        return {}
    if optimizer in ("momentum", "nesterov"):
        return {"v": gradient + above["v"] * s["momentum"]}
    if optimizer == "adagrad":
        return {"s": above["s"] + np.square(gradient)}
    if optimizer == "rmsprop":
        return {"v": above["v"] + (1 - s["alpha"]) * (np.square(gradient) - above["v"])}
    if optimizer in ("adam", "adamw"):
        return {
            "m": above["m"] + (1 - s["beta1"]) * (gradient - above["m"]),
            "v": above["v"] + (1 - s["beta2"]) * (np.square(gradient) - above["v"]),
        }
    raise ValueError(f"there is no optimiser {optimizer!r}")


def corrected(optimizer: str, s: Mapping[str, float], memory: Memory, iteration: Array) -> Memory:
    """Return what an optimiser derives from its memory: Adam's moments without their bias towards 0."""
    if optimizer not in ("adam", "adamw"):
        return {}
    return {f"{k}̂": memory[k] / -np.expm1((iteration + 1) * np.log(s[b])) for k, b in (("m", "beta1"), ("v", "beta2"))}


_Step = Callable[[Mapping[str, float], Array, Array, Array, Memory], Array]


def _adam(s: Mapping[str, float], w: Array, g: Array, rate: Array, memory: Memory) -> Array:
    return w - rate * memory["m̂"] / (np.sqrt(memory["v̂"]) + s["eps"])


_STEPS: Mapping[str, _Step] = {
    "sgd": lambda s, w, g, rate, memory: w - rate * g,
    "momentum": lambda s, w, g, rate, memory: w - rate * memory["v"],
    "nesterov": lambda s, w, g, rate, memory: w - rate * (g + s["momentum"] * memory["v"]),
    "adagrad": lambda s, w, g, rate, memory: w - rate * g / (np.sqrt(memory["s"]) + s["eps"]),
    "rmsprop": lambda s, w, g, rate, memory: w - rate * g / (np.sqrt(memory["v"]) + s["eps"]),
    "adam": _adam,
    "adamw": lambda s, w, g, rate, memory: _adam(s, w * (1 - rate * s["weight_decay"]), g, rate, memory),
}


def step(optimizer: str, s: Mapping[str, float], weight: Array, gradient: Array, rate: Array, memory: Memory) -> Array:
    """Return the weight after an update."""
    return _STEPS[optimizer](s, weight, gradient, rate, memory)
