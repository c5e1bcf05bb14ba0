"""The graph against mathematics: every row of the trace, computed anew by the independent reference.

Each iteration's weights are taken from the trace, everything else of the row is computed by the
reference, and so are the next iteration's weights. So an error cannot hide behind an earlier one, and by
induction from the initial weights the whole run is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sheetgen.graph import Section
from sheetgen.layout import FIRST_ROW, Layout
from sheetgen.numeric import evaluate
from sheetgen.reference import SMALLEST_SLOPE, Array, Reference
from sheetgen.report import Difference, Kind
from sheetgen.study import Study
from sheetgen.tolerance import Tolerance, row_bounds
from sheetgen.trace import trace

_MOST_NUMBERS = 4_000_000
"""How many complex numbers the reference may hold at a time; more names are perturbed in several passes."""

_Columns = Mapping[str, Array]


def differences(study: Study, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield every number of the trace with which the reference disagrees."""
    reference = Reference(study.equations, study.graph.loss)
    for variant in range(len(study.variants)):
        expected_next: dict[str, float] = {
            state.name: evaluate(state.initial, study.values.__getitem__) for state in study.graph.states
        }
        for chunk in trace(study.only(variant)):
            block = np.array(chunk.rows[0])
            found = _row_values(study, reference, variant, block)
            found |= _weights(study, found, block, variant, expected_next)
            expected_next = {
                state.name: float(_update(study, found, block, variant, state.name)[-1]) for state in study.graph.states
            }
            yield from _compare(study, variant, chunk.first, block, found, tolerance)


def _column(study: Study, block: Array, name: str) -> Array:
    return block[:, study.graph.position[name]]


def _row_values(study: Study, reference: Reference, variant: int, block: Array) -> dict[str, Array]:
    """Return the reference's forward values and derivatives, from the weights of each row."""
    graph = study.graph
    weights = {state.name: _column(study, block, state.name) for state in graph.states}
    given: dict[str, Array | float] = {**study.values, **weights}
    prefix = f"∂{graph.loss}/∂"
    names = [quantity.name.removeprefix(prefix) for quantity in graph.derivatives]
    slopes: dict[str, Array] = {}
    size = max(1, _MOST_NUMBERS // (len(block) * len(study.equations)))
    for start in range(0, len(names), size):
        slopes |= reference.derivatives(given, names[start : start + size])
    shape = (len(block),)
    values = {name: np.broadcast_to(value, shape) for name, value in reference.values(given).items()}
    return values | {prefix + name: np.broadcast_to(slopes[name], shape) for name in names}


def _update(study: Study, found: _Columns, block: Array, variant: int, name: str) -> Array:
    """Return the weights that gradient descent makes of each row's."""
    slope = found[f"∂{study.graph.loss}/∂{name}"]
    return _column(study, block, name) - study.rates[variant] * slope


def _weights(study: Study, found: _Columns, block: Array, variant: int, first: Mapping[str, float]) -> dict[str, Array]:
    """Return the weights each row must have: what the row before it leads to."""
    weights = {}
    for state in study.graph.states:
        after = _update(study, found, block, variant, state.name)
        weights[state.name] = np.concatenate(([first[state.name]], after[:-1]))
    return weights


def _compare(
    study: Study, variant: int, first: int, block: Array, found: _Columns, tolerance: Tolerance
) -> Iterator[Difference]:
    """Yield the cells of a block that lie further from the reference than rounding explains."""
    names = [q.name for q in study.graph.quantities if q.section != Section.DATA]
    ours = np.column_stack([_column(study, block, name) for name in names])
    theirs = np.column_stack([found[name] for name in names])
    largest = np.maximum(np.abs(ours), np.abs(theirs))
    far = ~(np.isfinite(theirs) & (np.abs(ours - theirs) <= tolerance.rtol * largest))
    for offset in np.flatnonzero(far.any(axis=1)):
        row = dict(zip(study.graph.names, block[offset].tolist(), strict=True))
        bounds = row_bounds(study.graph, row, study.rates[variant], tolerance.atol)
        for index in np.flatnonzero(far[offset]):
            name, a, b = names[index], float(ours[offset, index]), float(theirs[offset, index])
            if not tolerance.close(a, b, bounds[name] + SMALLEST_SLOPE):
                yield _difference(study, variant, name, first + int(offset), a, b)


def _difference(study: Study, variant: int, name: str, iteration: int, ours: float, theirs: float) -> Difference:
    this = study.variants[variant]
    return Difference(
        sheet=this.sheet,
        cell=f"{Layout(study).letter(name)}{FIRST_ROW + iteration}",
        kind=Kind.REFERENCE,
        expected=ours,
        found=theirs,
        quantity=name,
        iteration=iteration,
        rate=this.rate,
    )
