"""Numbers, rates and iterations changed from outside a template."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pytest

from sheetgen import UsageError, load, override
from sheetgen.template.overrides import parse_settings


def test_values_are_replaced_and_nothing_else() -> None:
    seed = load()
    study = override(seed, values={"w1": 0.2, "i2": -3, "t1": 0})
    assert study.values == {**seed.values, "w1": 0.2, "i2": -3.0, "t1": 0.0}
    assert (study.variants, study.iterations, study.graph) == (seed.variants, seed.iterations, seed.graph)
    assert seed.values["w1"] == 0.15


def test_rates_and_iterations() -> None:
    study = override(load(), rates=[3, 0.25], iterations=7)
    assert [(v.sheet, v.rate) for v in study.variants] == [("lr 3.0", 3.0), ("lr 0.25", 0.25)]
    assert (study.iterations, study.rows) == (7, 8)
    assert override(load()) == load()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("w9", 1.0, "'w9' is no input, target or initial weight of mlp-2-2-2; there are i1, i2, t1, t2, w1"),
        ("h1", 1.0, "'h1' is computed, not given, in mlp-2-2-2; there are i1"),
        ("w11", 1.0, "'w11' is no input, target or initial weight of mlp-2-2-2; did you mean 'w1'?"),
        ("w1", math.nan, "w1 must be a finite number that a cell can hold, not nan"),
        ("w1", 10**400, "w1 must be a finite number that a cell can hold, not an integer of 401 digits"),
    ],
)
def test_values_that_do_not_fit(name: str, value: float, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        override(load(), values={name: value})


def test_of_many_names_only_the_first_and_the_last_are_told() -> None:
    with pytest.raises(UsageError, match=re.escape("there are text_0_the, text_0_cat, … U_3_dog") + "$"):
        override(load("gpt-small"), values={"W": 3.0})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates": [0.0]}, "a learning rate must be greater than 0"),
        ({"rates": [0.5, 0.5]}, "listed twice"),
        ({"rates": [math.inf]}, "a learning rate must be a finite number"),
        ({"iterations": 0}, "iterations must be a whole number"),
        ({"iterations": 1_048_572}, "iterations must be a whole number"),
    ],
)
def test_rates_and_iterations_that_do_not_fit(change: Mapping[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        override(load(), **change)  # type: ignore[arg-type]


def test_settings_as_typed() -> None:
    assert parse_settings(["w1=0.2"]) == {"w1": 0.2}
    assert parse_settings([" w1 = -1e-3 ", "i1=2"]) == {"w1": -0.001, "i1": 2.0}


@pytest.mark.parametrize("text", ["w1", "=3", "w1=", "w1=a", "w1==2", ""])
def test_settings_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"--set {text} cannot be read; write a name and a number")):
        parse_settings([text])
