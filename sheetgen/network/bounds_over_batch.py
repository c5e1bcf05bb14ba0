"""Error bounds of numbers that are made of a whole batch, of many batches at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sheetgen.algebra.over_batch import MAX, MEAN, PLACE, SUM, VAR, finite
from sheetgen.network.array_values import Array
from sheetgen.network.error_bounds import Bounded, Known
from sheetgen.network.tolerance import Tolerance


def bound_over_batch(function: str, numbers: Array, errors: Array, unit: float) -> Array:
    """Return how far off what a function makes of the rows of batches may be, [row, batch], the same in every row.

    ``unit`` is the relative error granted to every operation. Terms may be added in any order, and engines may take a
    variance in any way that does not cancel.
    """
    return np.broadcast_to(_BOUNDS[function](numbers, errors, unit), numbers.shape)


def bounded_over_batch(function: str, names: Sequence[str]) -> Bounded:
    """Return the function that makes one number of those of some names, with its error bound."""

    def computed(known: Known) -> tuple[float, float]:
        numbers = [known.here.value(name) for name in names]
        errors = np.array([known.here.error(name) for name in names])
        bound = bound_over_batch(function, np.array(numbers)[:, np.newaxis], errors[:, np.newaxis], known.unit)
        return finite(function, numbers), float(bound[0, 0])

    return computed


def _sum(x: Array, errors: Array, unit: float) -> Array:
    bound: Array = np.sum(errors, axis=0) + unit * len(x) * np.sum(np.abs(x), axis=0)
    return bound


def _mean(x: Array, errors: Array, unit: float) -> Array:
    bound: Array = (_sum(x, errors, unit) + unit * np.abs(np.sum(x, axis=0))) / len(x)
    return bound


def _variance(x: Array, errors: Array, unit: float) -> Array:
    """A deviation from the mean has the rounding of both; the error of the mean itself cancels to first order."""
    apart = np.abs(x - np.mean(x, axis=0))
    off = errors + unit * np.abs(x) + _mean(x, errors, unit)
    bound: Array = np.sum(2 * apart * off + off**2 + 3 * unit * len(x) * apart**2, axis=0) / len(x)
    return bound


def _largest(x: Array, errors: Array, unit: float) -> Array:
    bound: Array = np.max(errors, axis=0)
    return bound


def _place(x: Array, errors: Array, unit: float) -> Array:
    """Where rounding decides which is the largest, any of those may be taken for the first."""
    units = unit / Tolerance.atol or 1.0
    best = np.argmax(x, axis=0)
    largest, its_error = np.max(x, axis=0), np.take_along_axis(errors, best[np.newaxis], axis=0)[0]
    apart = (largest - x) * units
    near = (apart > 0) & (apart <= errors + its_error + unit * (np.abs(x) + np.abs(largest)))
    places = np.arange(len(x))[:, np.newaxis]
    bound: Array = np.max(np.where(near, np.abs(places - best) * units, 0.0), axis=0)
    return bound


_BOUNDS: Mapping[str, Callable[[Array, Array, float], Array]] = {
    MEAN: _mean,
    VAR: _variance,
    MAX: _largest,
    SUM: _sum,
    PLACE: _place,
}
