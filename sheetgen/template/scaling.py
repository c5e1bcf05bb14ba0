"""Columns of ``[data]`` brought to one scale by numbers that stand in cells: ``standardise = ["x1"]``, ``minmax``.

The samples stay as they are. A scaled column is an equation, ``x1_scaled = (x1 - x1_mean)/x1_deviation``, over two
parameters that are held fixed and stand on Inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.errors import did_you_mean, listed
from sheetgen.template.document import Document
from sheetgen.template.holes import Filled
from sheetgen.template.prepared import Prepared


@dataclass(frozen=True)
class _Scale:
    """A way to scale: the words behind a column's name for what is taken off, and for what is divided by, and both."""

    words: tuple[str, str]
    numbers: Callable[[Sequence[float]], tuple[float, float]]


def _moments(numbers: Sequence[float]) -> tuple[float, float]:
    """Return the mean, and the standard deviation with the number of samples under the sum."""
    mean = math.fsum(numbers) / len(numbers)
    return mean, math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _ends(numbers: Sequence[float]) -> tuple[float, float]:
    return min(numbers), max(numbers) - min(numbers)


SCALES: Mapping[str, _Scale] = {
    "standardise": _Scale(("mean", "deviation"), _moments),
    "minmax": _Scale(("least", "range"), _ends),
}
"""The ways to scale, by their keys in ``[data]``."""


def scale(document: Document, filled: Filled) -> Mapping[str, str]:
    """Write the equations of scaled columns into a template; return what each is called instead, by its own name.

    What was filled is scaled as it was filled. Raises TemplateError for a name that is no column, a column that is
    listed twice, one without any spread, and names that the template declares itself.
    """
    table, samples, prepared = document.table("data"), filled.samples, Prepared(document)
    for key, way in SCALES.items():
        for name in document.strings(table.get(key, []), key, "data", key):
            numbers = filled.numbers.get(name, samples.all.get(name))
            if numbers is None or samples.shapes.get(name) not in ((), None):
                hint = did_you_mean(name, samples.all, f"the columns of numbers are {listed(samples.all)}")
                document.fail(f"{key} names {name!r}, which is no column of numbers", hint, "data", key)
            if name in prepared.names:
                document.fail(f"{name!r} is scaled twice", "list it once, in standardise or in minmax", "data", key)
            off, by = (f"{name}_{word}" for word in way.words)
            fixed = dict(zip((off, by), way.numbers(numbers), strict=True))
            if not fixed[by] or not math.isfinite(fixed[by]):
                document.fail(f"{name} is the same in all samples, so nothing scales it", "leave it out", "data", key)
            equation = f"({filled.names.get(name, name)} - {off})/{by}"
            prepared.add(key, name, f"{name}_scaled", equation, fixed)
    prepared.write()
    return {**filled.names, **prepared.names}
