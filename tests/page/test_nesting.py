"""How deep a formula nests, counted by hand; and what the engines read of formulas that nest as deep as is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine_routes import ENGINES, engine
from hypothesis import given
from hypothesis import strategies as st
from networks import template
from sample_page import write_pages

from sheetgen import UsageError, build, loads
from sheetgen.limits import MAX_NESTING
from sheetgen.page.nesting import nesting, nests_deeper
from sheetgen.page.page import Formula, Page


@pytest.mark.parametrize(
    ("formula", "levels"),
    [
        ("A1", 0),
        ("A1+B1+C1-D1", 1),
        ("A1*B1+C1*D1", 2),  # a product inside a sum
        ("A1+B1*C1", 2),
        ("A1*B1*C1+D1", 1),
        ("A1+B1*C1^D1", 3),
        ("-A1", 1),
        ("-(A1^2)", 3),
        ("(A1)", 1),
        ("((A1))+(A1)", 2),
        ("MAX(A1,MAX(B1,MAX(C1,D1)))", 3),
        ("MAX(A1+B1,C1)", 2),
        ("1/(1+EXP(-A1))", 5),
        ("IF(A1>B1+1,2,3)", 3),
        ("'lr (((-1'!A1+\"((((\"&'it''s ('!B1", 1),
        ("A1<>B1", 1),
    ],
)
def test_levels(formula: str, levels: int) -> None:
    assert nesting(formula) == levels


SHAPES: list[Callable[[int], str]] = [
    lambda n: "(" * n + "A1" + ")" * n,
    lambda n: "-(" * n + "A1" + ")" * n,
    lambda n: "A1^(" * n + "A1" + ")" * n,
    lambda n: "A1+(" * n + "A1" + ")" * n,
    lambda n: "1-2*-(" * n + "A1" + ")" * n,
    lambda n: "1/(1+EXP(-(" * n + "A1" + ")))" * n,
    lambda n: "IF(A1>0," * n + "A1" + ",1)" * n,
    lambda n: "MAX(A1," * n + "A1" + ")" * n,
    lambda n: "(" * n + "A1" + "*A1)" * n,
]


@pytest.mark.parametrize("name", ENGINES[:2])
def test_engines_read_what_nests_as_deep_as_is_allowed(name: str, tmp_path: Path) -> None:
    page = Page("S")
    page.put("A1", 0.5)
    for row, shape in enumerate(SHAPES, start=1):
        deepest = max(n for n in range(1, MAX_NESTING + 1) if nesting(shape(n)) <= MAX_NESTING)
        page.put(f"B{row}", Formula(shape(deepest), lambda: 0.0))
    path = write_pages(tmp_path / "w.xlsx", page)
    grid = engine(name).recalculate(path, 120).grid("S", len(SHAPES), 2)
    assert [type(row[1]) for row in grid] == [float] * len(SHAPES)


def nested(times: int) -> str:
    return template(f'y = "{"sigmoid(" * times}w*x{")" * times}"', 'E = "0.5*(t - y)^2"')


def test_an_equation_that_no_spreadsheet_would_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has \d+ parentheses, functions and operators .* read 64; name parts"):
        build(loads(nested(20)), tmp_path / "w.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_equation_that_is_read_is_proven(tmp_path: Path) -> None:
    """Its check on the sheet Checks would nest deeper, and is left to verify."""
    assert build(loads(nested(15)), tmp_path / "w.xlsx").ok


PIECES = st.sampled_from(
    ["(", ")", "((", "))", "A1", "+", "-", "*", "^", "<", "&", ",", '"("', '")("', "'a ('!B1", "MAX("]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(1, 30))
def test_what_the_parentheses_alone_say_is_true(formula: str, most: int) -> None:
    try:
        levels = nesting(formula)
    except IndexError:  # more are closed than are open
        return
    assert nests_deeper(formula, most) == (levels > most)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_limit_is_told_to_the_level(shape: Callable[[int], str]) -> None:
    for count in range(1, MAX_NESTING + 2):
        assert nests_deeper(shape(count), MAX_NESTING) == (nesting(shape(count)) > MAX_NESTING)
