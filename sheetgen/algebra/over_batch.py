"""The functions over the rows of a batch: ``batch_mean(z)`` is one number for all rows, made of the z of each.

Everything the project knows of one stands in its row of the table. Its derivative by the z of a row is given over the
row's own names: ``z``, the function's value ``y``, the mean ``m``, the place ``p`` of the largest and the row's own
``k``, and ``n``, the rows of a batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MEAN, VAR, MAX, SUM, PLACE = "batch_mean", "batch_var", "batch_max", "batch_sum", "batch_place"


@dataclass(frozen=True)
class BatchFunction:
    """A function of the numbers of a batch.

    ``of_all`` is the derivative n times, for where all rows gain the same by it. ``value`` gives it from the numbers,
    ``excel`` from their range. ``needs`` are the functions whose columns its
    derivative uses beside it. ``text`` and ``latex`` print its equation, with # for the name and the LaTeX of it;
    ``letters`` is what LaTeX puts before the name of its column.
    """

    value: Callable[[Sequence[float]], float]
    derivative: str
    of_all: str
    excel: str
    text: str
    latex: str
    letters: str
    needs: tuple[str, ...] = ()


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _variance(numbers: Sequence[float]) -> float:
    mean = _mean(numbers)
    return sum((number - mean) ** 2 for number in numbers) / len(numbers)


def _place(numbers: Sequence[float]) -> float:
    return numbers.index(max(numbers)) + 1.0


BATCH_FUNCTIONS: Mapping[str, BatchFunction] = {
    MEAN: BatchFunction(
        _mean,
        "1/n",
        "1",
        "AVERAGE({})",
        "mean of # over the batch",
        r"\frac{1}{|B|}\sum_{B} #",
        r"\operatorname{mean}_{B}",
    ),
    VAR: BatchFunction(
        _variance,
        "2*(z - m)/n",
        "2*(z - m)",
        "VARP({})",
        "mean of (# − batch_mean(#))² over the batch",
        r"\frac{1}{|B|}\sum_{B} \left(# - \operatorname{mean}_{B}(#)\right)^{2}",
        r"\operatorname{var}_{B}",
        (MEAN,),
    ),
    MAX: BatchFunction(
        max,
        "where(k == p, 1, 0)",
        "where(k == p, n, 0)",
        "MAX({})",
        "largest # of the batch",
        r"\max_{B} #",
        r"\operatorname{max}_{B}",
        (PLACE,),
    ),
    SUM: BatchFunction(
        sum,
        "1",
        "n",
        "SUM({})",
        "sum of # over the batch",
        r"\sum_{B} #",
        r"\operatorname{sum}_{B}",
    ),
    PLACE: BatchFunction(
        _place,
        "0",
        "0",
        "MATCH(MAX({0}),{0},0)",
        "place in the batch of the first largest #",
        r"\operatorname*{arg\,max}_{B} #",
        r"\operatorname{argmax}_{B}",
    ),
}
"""The functions by name. The variance is over the number of rows, n; of equal numbers the first is the largest."""

WRITTEN = (MEAN, VAR, MAX, SUM)
"""Those that equations may use."""


def over_batch(function: str, name: str) -> str:
    """Return the name of what a function makes of a quantity over the batch."""
    return f"{function}({name})"


def parts(name: str) -> tuple[str, str] | None:
    """Return the function and the quantity of such a name; None for any other."""
    function, bracket, rest = name.partition("(")
    return (function, rest[:-1]) if bracket and function in BATCH_FUNCTIONS and rest.endswith(")") else None


def finite(function: str, numbers: Sequence[float]) -> float:
    """Return what a function makes of some numbers; OverflowError where that is no finite number."""
    value = BATCH_FUNCTIONS[function].value(numbers)
    if not math.isfinite(value):
        raise OverflowError(f"{function} overflows")
    return value
