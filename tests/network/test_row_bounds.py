"""The bounds of a training's rows: those of the plain definition, whatever is computed at once."""

from __future__ import annotations

import numpy as np
import pytest
from networks import template
from plain_bounds import plain_bounds
from random_networks import random_network

from sheetgen import load, loads, override
from sheetgen.network.alike import Alike
from sheetgen.network.array_bounds import Pair
from sheetgen.network.array_values import Array
from sheetgen.network.batches import batches
from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.template.shipped import template_names

UNIT = 1e-15


def bounds(study: Study, variant: int = 0, unit: float = UNIT, chunk_rows: int = 512, numbers: int = 20_000) -> Array:
    """Return the bounds of all rows of a variant, [row, quantity]."""
    row_bounds = RowBounds(study.graphs[variant], study.constants(variant), unit, study.batch)
    some_at_a_time = batches(Trace(study, chunk_rows, most_held=0), variant, numbers)
    found = [row_bounds.of_some(some, range(len(some.values))) for some in some_at_a_time]
    return np.concatenate(found).reshape(study.rows, -1)


def plainly(study: Study, variant: int = 0, unit: float = UNIT) -> Array:
    rows = list(Trace(study).rows_of(variant))
    return np.array([list(row.values()) for row in plain_bounds(study, variant, rows, unit)])


def test_the_bounds_of_a_row_of_the_seed() -> None:
    seed = load()
    names = seed.graph.names
    row = dict(zip(names, next(Trace(seed).rows_of(0)), strict=True))
    found, halved = (dict(zip(names, bounds(seed, unit=unit)[0], strict=True)) for unit in (UNIT, UNIT / 2))
    assert found["iteration"] == 0
    for name in names[1:]:
        assert 0 < found[name] < 1e-13 * max(1.0, abs(row[name])), name
    assert halved["∂E_total/∂w1"] == pytest.approx(found["∂E_total/∂w1"] / 2)


def test_bounds_do_not_grow_from_row_to_row() -> None:
    early, late = bounds(load())[[2, 99], load().graph.position["w1"]]
    assert UNIT * 0.1 < late < 2 * early


ROW_BY_ROW = [name for name in template_names() if not load(name).network.over_batch]
"""The templates whose rows do not meet; tests/network/test_bounds_over_batch.py is about numbers of a whole batch."""


@pytest.mark.parametrize("unit", [UNIT, 1.0])
@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_bounds_of_the_gallery_are_those_of_the_definition(name: str, unit: float) -> None:
    study = load(name)
    study = override(study, iterations=3) if study.trains else study
    for variant in range(len(study.variants)):
        np.testing.assert_allclose(bounds(study, variant, unit), plainly(study, variant, unit), rtol=1e-10)


@pytest.mark.parametrize("number", range(16))
def test_bounds_of_random_networks_are_those_of_the_definition(number: int) -> None:
    """They have batches, optimisers and functions of all kinds."""
    study = loads(random_network(number).template)
    np.testing.assert_allclose(bounds(study), plainly(study), rtol=1e-9)


@pytest.mark.parametrize(("chunk_rows", "numbers"), [(1, 1), (3, 1), (20, 1), (7, 8_000), (1000, 1), (1000, 10**9)])
def test_what_is_computed_at_once_changes_nothing(chunk_rows: int, numbers: int) -> None:
    study = override(load("iris"), iterations=4)
    found = bounds(study, chunk_rows=chunk_rows, numbers=numbers)
    np.testing.assert_allclose(found, bounds(study), rtol=1e-12)


def test_some_batches_and_some_of_their_rows() -> None:
    study = override(load("iris"), iterations=6)
    row_bounds = RowBounds(study.graph, study.constants(0), UNIT, study.batch)
    (some,) = batches(Trace(study), 0)
    whole = row_bounds.of_some(some, range(7))
    for chosen in ([], [0], [3], [0, 1, 6], [2, 5]):
        np.testing.assert_allclose(row_bounds.of_some(some, chosen), whole[chosen], rtol=1e-12)
        np.testing.assert_allclose(row_bounds.of_some(some, chosen, rows=1), whole[chosen, :1], rtol=1e-12)


def layers(*sizes: int) -> Study:
    values = "\n".join(f"x{k} = 0.{k}" for k in range(1, sizes[0] + 1))
    targets = "\n".join(f"t{k} = 0.{k}" for k in range(1, sizes[-1] + 1))
    return loads(
        f"rates = [0.1]\niterations = 3\n[inputs]\n{values}\n[targets]\n{targets}\n"
        f"[layers]\nsizes = {list(sizes)}\nactivation = 'tanh'\nloss = 'half_squared_error'\nseed = 1\n"
    )


def steps(study: Study, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the sizes of what is bounded at once, step by step."""
    sizes: list[int] = []
    plain = Alike.bound

    def counted(self: Alike, here: Pair, above: Pair | None, unit: float) -> None:
        sizes.append(len(self.quantities) * here[0][0].size)
        plain(self, here, above, unit)

    with monkeypatch.context() as patched:
        patched.setattr(Alike, "bound", counted)
        bounds(study)
    return sizes


def test_a_layer_is_bounded_at_once_however_wide_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow, wide = (steps(layers(4, width, 3), monkeypatch) for width in (5, 50))
    assert len(wide) == len(narrow) < 100
    assert sum(wide) < 10 * sum(narrow)


def test_what_bounds_cost_grows_with_the_rows_and_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = "\n".join(['a0 = "w*x"', *(f'a{k} = "tanh(a{k - 1})"' for k in range(1, 30))])
    text = template(forward, 'E = "(t - a29)^2"', "w = 0.4", "0.5", 1023)
    few, many = (steps(override(loads(text), iterations=count), monkeypatch) for count in (1023, 2047))
    assert len(many) < 2.01 * len(few)
    assert sum(many) < 2.01 * sum(few)
