"""Cells that areas cover, however they are cut."""

from __future__ import annotations

import pytest

from sheetgen.proof.covers import Over, runs_of, within


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        (["A1:B4"], ["A1:A4", "B1:B4"]),
        (["A1:A9"], ["A5:A9", "A1:A4"]),
        (["A1:A9"], ["A1:A6", "A3:A9", "A4"]),
        (["A1", "A2", "C7"], ["C7", "A1:A2"]),
    ],
)
def test_cut_otherwise(cells: list[str], same: list[str]) -> None:
    assert runs_of(cells) == runs_of(same)


@pytest.mark.parametrize(
    ("cells", "others", "inside"),
    [
        (["B2"], ["A1:C3"], True),
        (["B2:B4"], ["A1:C3"], False),
        (["B2", "D2"], ["A1:C3"], False),
        (["A1:A9"], ["A1:A4", "A6:A9"], False),
        ([], [], True),
        (["A1"], [], False),
    ],
)
def test_within(cells: list[str], others: list[str], inside: bool) -> None:
    assert within(runs_of(cells), runs_of(others)) == inside


def test_the_groups_of_a_cell() -> None:
    over = Over([("A1", "B2:C9"), ("B5",), ("A1:A9",)])
    assert over.meeting("A1") == {0, 2}
    assert over.meeting("B5") == {0, 1}
    assert over.meeting("A2:B9") == {0, 1, 2}
    assert over.meeting("Z1") == set()
