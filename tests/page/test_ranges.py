"""Cells as ranges: the same cells, each once, in few ranges."""

from __future__ import annotations

import random

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries

from sheetgen.page.ranges import ranges


def cells_of(area: str) -> list[tuple[int, int]]:
    left, top, right, bottom = range_boundaries(area)
    return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def test_a_table_is_one_range_and_a_gap_makes_two() -> None:
    assert ranges(["B2", "C2", "B3", "C3", "B4", "C4"]) == ["B2:C4"]
    assert ranges(["A1", "A2", "A4"]) == ["A1:A2", "A4"]
    assert ranges(["Z1", "AA1", "AB1", "AB1"]) == ["Z1:AB1"]
    assert ranges([]) == []


def test_any_cells_are_in_exactly_one_range() -> None:
    chance = random.Random(5)
    for share in (0.1, 0.5, 0.9):
        names = [f"{get_column_letter(c)}{r}" for r in range(1, 20) for c in range(20, 40) if chance.random() < share]
        chance.shuffle(names)
        found = [cell for area in ranges(names) for cell in cells_of(area)]
        assert sorted(found) == sorted(map(coordinate_to_tuple, names))
