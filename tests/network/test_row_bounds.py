"""The bounds of a training's rows."""

from __future__ import annotations

import pytest
from tracing import trace

from sheetgen import load
from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.row_program import Row
from sheetgen.network.study import Study

UNIT = 1e-15


def row_bounds(seed: Study, rows: list[Row], unit: float) -> dict[str, float]:
    bounds = RowBounds(seed.graph, seed.constants(0), unit, seed.batch)
    for row in rows:
        bounds.follow(row)
    return bounds.here()


def test_the_bounds_of_a_row_of_the_seed() -> None:
    seed = load()
    rows = next(iter(trace(seed))).rows[0]
    row = dict(zip(seed.graph.names, rows[0], strict=True))
    bounds = row_bounds(seed, rows[:1], UNIT)
    assert set(seed.graph.names) <= set(bounds)
    assert bounds["iteration"] == 0
    for name in seed.graph.names[1:]:
        assert 0 < bounds[name] < 1e-13 * max(1.0, abs(row[name])), name
    halved = row_bounds(seed, rows[:1], UNIT / 2)
    assert halved["∂E_total/∂w1"] == pytest.approx(bounds["∂E_total/∂w1"] / 2)


def test_bounds_do_not_grow_from_row_to_row() -> None:
    seed = load()
    rows = next(iter(trace(seed))).rows[0]
    early, late = (row_bounds(seed, rows[:count], UNIT)["w1"] for count in (3, 100))
    assert UNIT * 0.1 < late < 2 * early
