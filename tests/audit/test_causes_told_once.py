"""Cells as rectangles, parameters typed again, and one finding a cause."""

from __future__ import annotations

from itertools import product

import pytest
from books import book_of, place

from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Area
from sheetgen.audit.claims import Claim
from sheetgen.audit.equations import equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.merged import merged
from sheetgen.audit.sources import source_of
from sheetgen.audit.typed_again import typed_again


def test_rectangles_hold_the_cells_and_no_others() -> None:
    cells = {place(f"{column}{row}") for column, row in product("BCD", (2, 3, 4))} | {place("F9"), place("B7")}
    areas = areas_of(cells)
    assert {cell for area in areas for cell in area.places()} == cells
    assert sorted(area.address for area in areas) == ["B2:D4", "B7", "F9"]


def test_a_number_that_is_passed_on_comes_from_where_it_is_typed() -> None:
    equations = equations_of(book_of({"A1": 3, "B1": "=A1", "C1": "=$B$1", "D1": "=C1+0", "E1": "=F1", "F1": "=E1"}))
    assert source_of(equations, place("C1")) == place("A1")
    assert source_of(equations, place("D1")) == place("D1")
    assert source_of(equations, place("E1")) in (place("E1"), place("F1"))  # a circle has no beginning


@pytest.mark.parametrize(("copy", "told"), [(0.5, ["A3"]), ("=A2", [])])
def test_a_bias_that_is_typed_for_each_sample_is_told_and_one_that_is_linked_is_not(
    copy: float | str, told: list[str]
) -> None:
    """E = (x1 + b)² + (x2 + b′)², and db adds up both."""
    cells = {"A2": 0.5, "A3": copy, "B2": 1, "B3": 2, "C2": "=(B2+A2)^2", "C3": "=(B3+A3)^2", "C4": "=C2+C3"}
    equations = equations_of(book_of({**cells, "D2": "=2*(B2+A2)+2*(B3+A3)"}))
    claim = Claim(place("D2"), place("C4"), place("A2"), "db sum", "D2", summed=(place("A2"), place("A3")))
    found = typed_again([claim], equations)
    assert [finding.first.address for finding in found] == told
    assert all(finding.weight == Weight.NOTICE and finding.right_formula == "A2" for finding in found)


def finding(kind: str, cells: str, weight: Weight = Weight.WRONG) -> Finding:
    first, _, last = cells.partition(":")
    start, end = place(first), place(last or first)
    return Finding(kind, weight, "", start, (Area("S", start.row, start.column, end.row, end.column),))


@pytest.mark.parametrize(
    ("gradients", "beside", "left"),
    [
        (["sign B5:B9"], ["reference-should-follow B5:B9"], ["reference-should-follow"]),
        (["unexplained B5"], ["broken-pattern B5"], ["broken-pattern"]),
        (["pre-activation B5"], ["broken-pattern B5"], ["pre-activation"]),
        (["sign B5"], ["typed-number C5"], ["sign", "typed-number"]),
    ],
)
def test_one_cause_is_told_once(gradients: list[str], beside: list[str], left: list[str]) -> None:
    told = merged([finding(*text.split()) for text in gradients], [finding(*text.split()) for text in beside])
    assert [one.kind for one in told] == left


def test_what_follows_from_a_pattern_that_breaks_is_counted_there() -> None:
    (one,) = merged([finding("sign", "B5:B9")], [finding("typed-number", "B5")])
    assert (one.kind, one.follow) == ("typed-number", 4)
