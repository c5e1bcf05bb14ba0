"""The cells that a reference in a formula names."""

from __future__ import annotations

import pytest

from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.proof.areas import Area, area_of


@pytest.mark.parametrize(
    ("reference", "area"),
    [
        ("B3", Area("Mine", 3, 2, 3, 2)),
        ("$B$3", Area("Mine", 3, 2, 3, 2)),
        ("B3:A1", Area("Mine", 1, 1, 3, 2)),
        ("lr!A1:$C$2", Area("lr", 1, 1, 2, 3)),
        ("'it''s 0.1'!A1", Area("it's 0.1", 1, 1, 1, 1)),
        ("B:C", Area("Mine", 1, 2, MAX_ROWS, 3)),
        ("2:$3", Area("Mine", 2, 1, 3, MAX_COLUMNS)),
        ("rate", None),
        ("Sales[amount]", None),
        ("[1]Sheet!A1", None),
        ("One:Two!A1", None),
        ("_xlpm.x", None),
    ],
)
def test_the_area_of_a_reference(reference: str, area: Area | None) -> None:
    assert area_of(reference, "Mine") == area


def test_areas_that_meet_and_areas_that_do_not() -> None:
    square = Area("Mine", 2, 2, 4, 4)
    assert square.meets(Area("mine", 4, 4, 9, 9))
    assert square.meets(Area("Mine", 3, 1, 3, 9))
    assert not square.meets(Area("Mine", 5, 2, 9, 4))
    assert not square.meets(Area("Other", 2, 2, 4, 4))
