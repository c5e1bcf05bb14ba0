"""The page on templates names every row of the tables, with its defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from sheetgen.algebra.ops import activations, functions, losses_in_layers
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "template.md").read_text("utf-8")


_OF_TORCH = {"anneal_strategy", "cycle_momentum"}
"""Settings of torch that the page names only to say which of its schedules ours is."""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table under a column heading; a bar in a cell is escaped."""
    lines = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert lines, f"the page has no table under {heading!r}"
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def test_every_function() -> None:
    assert set(re.findall(r"`(\w+)\(", "".join(row[0] for row in rows("Function")))) == set(functions())


@pytest.mark.parametrize(
    ("key", "names"),
    [("activation", {*activations(), "softmax"}), ("loss", set(losses_in_layers()))],
)
def test_every_word_of_layers(key: str, names: set[str]) -> None:
    (text,) = (row[1] for row in rows("key") if row[0].strip() == f"`{key}`")
    assert set(re.findall(r"`(\w+)`", text)) == names


@pytest.mark.parametrize(
    ("heading", "table"), [("optimiser", OPTIMIZERS), ("schedule", SCHEDULES)], ids=["optimisers", "schedules"]
)
def test_every_method_and_its_defaults(heading: str, table: Mapping[str, Optimizer | Schedule]) -> None:
    documented: set[str] = set()
    for names, settings in rows(heading):
        for name in re.findall(r"`([\w-]+)`", names):
            documented.add(name)
            known = table[name].settings
            for key, default in re.findall(r"`(\w+) = ([^`]+)`", settings):
                assert known[key].default == float(default), (name, key)
            if "the same" not in settings:
                assert set(re.findall(r"`(\w+)(?: = [^`]+)?`", settings)) - _OF_TORCH == set(known)
    assert documented == set(table)
