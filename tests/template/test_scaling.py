"""Columns of [data] brought to one scale: against NumPy, through [layers], proven; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tracing import trace

from sheetgen import TemplateError, build, loads, verify
from sheetgen.template.write import effective_template

SIZES, ROOMS, PRICES = (2104.0, 1600.0, 2400.0, 1416.0), (3.0, 3.0, 4.0, 2.0), (400.0, 330.0, 369.0, 232.0)
HOUSES = f"""rates = [0.1]
iterations = 8
batch = "full"
[data]
inputs = ["size", "rooms"]
targets = ["price"]
standardise = ["size", "price"]
minmax = ["rooms"]
rows = {[list(row) for row in zip(SIZES, ROOMS, PRICES, strict=True)]}
"""
LINE = """[parameters]
a = 0.1
b = 0.2
c = 0
[forward]
y = "a*size_scaled + b*rooms_scaled + c"
[loss]
E = "(y - price_scaled)^2"
"""


def test_the_columns_are_those_of_numpy() -> None:
    study = loads(HOUSES + LINE)
    (chunk,) = trace(study)
    rows = [dict(zip(study.graph.names, row, strict=True)) for row in chunk.rows[0]]
    scaled = {
        "size_scaled": (np.array(SIZES) - np.mean(SIZES)) / np.std(SIZES),
        "price_scaled": (np.array(PRICES) - np.mean(PRICES)) / np.std(PRICES),
        "rooms_scaled": (np.array(ROOMS) - 2) / 2,
    }
    for name, expected in scaled.items():
        assert [row[name] for row in rows[:4]] == pytest.approx(expected, rel=1e-13)
    x, w = np.column_stack([scaled["size_scaled"], scaled["rooms_scaled"], np.ones(4)]), np.array([0.1, 0.2, 0])
    for iteration in range(9):
        assert [rows[4 * iteration][name] for name in "abc"] == pytest.approx(w, rel=1e-12)
        w = w - 0.1 * 2 / 4 * x.T @ (x @ w - scaled["price_scaled"])


def test_their_numbers_stand_on_inputs_and_are_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    study = loads(HOUSES + LINE)
    assert study.values["size_mean"] == np.mean(SIZES)
    assert study.values["rooms_range"] == 2
    assert set(study.network.fixed) == {
        "size_mean", "size_deviation", "price_mean", "price_deviation", "rooms_least", "rooms_range",
    }  # fmt: skip
    build(study, tmp_path / "houses.xlsx")
    report = verify(tmp_path / "houses.xlsx", engine_name)
    assert report.ok, report.diffs[:3]


def test_layers_read_what_is_scaled() -> None:
    study = loads(HOUSES + '[layers]\nsizes = [2, 2, 1]\nactivation = "tanh"\noutput = "identity"\n')
    assert "size_scaled" in study.equations["h1"]
    assert "rooms_scaled" in study.equations["h1"]
    assert "price_scaled" in study.equations["E_total"]
    again = loads(effective_template(study))
    assert replace(again, name=study.name) == study


def test_the_effective_template_is_the_same_study() -> None:
    study = loads(HOUSES + LINE)
    again = loads(effective_template(study))
    assert replace(again, name=study.name) == study


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            '"size", "price"]\nm',
            '"sise"]\nm',
            7,
            "standardise names 'sise', which is no column of numbers; did you mean",
        ),
        ('minmax = ["rooms"]', 'minmax = ["size"]', 8, "'size' is scaled twice; list it once, in standardise or in"),
        ('minmax = ["rooms"]', "minmax = 3", 8, 'minmax must be a list of texts, such as ["x1", "x2"]'),
        (
            "[forward]",
            "rooms_scaled = 1\n[forward]",
            8,
            "minmax of rooms makes 'rooms_scaled', which [parameters] declares, too; give",
        ),
        ("[forward]", "size_mean = 1\n[forward]", 7, "standardise of size makes 'size_mean', which [parameters] decl"),
        (", 2.0, 232", ", 3.0, 232", 8, "rooms is the same in all samples, so nothing scales it; leave it out"),
    ],
)
def test_what_is_refused(old: str, new: str, line: int, message: str) -> None:
    text = (HOUSES + LINE).replace(old, new)
    text = text.replace("4.0, 369", "3.0, 369") if "3.0, 232" in new else text
    with pytest.raises(TemplateError) as caught:
        loads(text)
    assert message in str(caught.value)
    assert f"line {line}:" in str(caught.value)


def test_layers_one_by_one_read_other_columns() -> None:
    with pytest.raises(
        TemplateError, match=r"scaled or filled stand in equations; type the equations, or use \[layers\]"
    ):
        loads('loss = "mean_squared_error"\n' + HOUSES + '[[layers]]\nkind = "linear"\nout_features = 1\n')
