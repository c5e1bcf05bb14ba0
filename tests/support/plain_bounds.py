"""The error bounds of a training's rows as they are defined: one row after the other, one number at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Expr
from sheetgen.network.error_bounds import BoundedNumbers, Known, compiled
from sheetgen.network.graph import Quantity, Section
from sheetgen.network.row_program import Row
from sheetgen.network.study import Study

Equation = Callable[[Quantity], Expr | None]
Errors = Mapping[str, float]


def plain_bounds(study: Study, variant: int, rows: Sequence[Row], unit: float) -> list[Errors]:
    """Return the bounds of the rows of a training, given from its first row on."""
    batches = [rows[first : first + study.batch] for first in range(0, len(rows), study.batch)]
    bounds = _of_batch(study, variant, batches[0], unit, lambda quantity: quantity.in_row(first=True))
    for before, batch in pairwise(batches):
        inherited = _of_batch(study, variant, before, unit, _at_start)
        bounds += _of_batch(study, variant, batch, unit, _later, before[-1], inherited[-1])
    return bounds


def _of_batch(
    study: Study,
    variant: int,
    rows: Sequence[Row],
    unit: float,
    first: Equation,
    above: Sequence[float] = (),
    errors_above: Errors | None = None,
) -> list[Errors]:
    bounds: list[Errors] = []
    for number, row in enumerate(rows):
        errors_above = _of_row(study, variant, row, unit, _later if number else first, above, errors_above or {})
        bounds.append(errors_above)
        above = row
    return bounds


def _of_row(
    study: Study,
    variant: int,
    row: Sequence[float],
    unit: float,
    equation: Equation,
    above: Sequence[float],
    errors_above: Errors,
) -> Errors:
    graph, constants = study.graphs[variant], study.constants(variant)
    values = {**constants, **dict(zip(graph.names, row, strict=True))}
    values_above = dict(zip(graph.names, above, strict=False))
    errors = {name: unit * abs(value) for name, value in constants.items()}
    known = Known(
        BoundedNumbers(values.__getitem__, errors.__getitem__),
        unit,
        BoundedNumbers(values_above.__getitem__, errors_above.__getitem__),
    )
    for quantity in graph.quantities:
        expr = equation(quantity)
        name = quantity.name
        errors[name] = unit * abs(values[name]) if expr is None else compiled(expanded(expr))(known)[1]
    kept = [quantity.name for quantity in graph.quantities if equation is _at_start and _is_kept(quantity)]
    return {name: errors[name] + unit * abs(values[name]) * (name in kept) for name in graph.names}


def _is_kept(quantity: Quantity) -> bool:
    """Whether an optimiser keeps it, so that it has the rounding of what was kept before, too."""
    return quantity.section == Section.OPTIMIZER and quantity.first is not None


def _later(quantity: Quantity) -> Expr | None:
    return quantity.in_row(first=False)


def _at_start(quantity: Quantity) -> Expr | None:
    """Return the equation of the first row of the batch before: data and weights are given, a mean begins anew, and
    what an optimiser keeps has the part of that row's gradient.
    """
    if quantity.is_given:
        return None
    if quantity.section == Section.MEANS or _is_kept(quantity):
        return quantity.first
    return None if quantity.first else quantity.equation
