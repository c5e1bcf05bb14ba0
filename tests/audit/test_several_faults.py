"""Two and three faults in one workbook: the causes that an audit lists are these, not what follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited.several import BREAKS, KINDS, Told, several, told

WORKBOOKS = 25


def all_told(count: int, first: tuple[str, ...], folder: Path) -> list[Told]:
    drawn = [several(count, f"{count} {seed}", first) for seed in range(WORKBOOKS)]
    return [told(one, folder / f"{number}.xlsx") for number, one in enumerate(drawn)]


@pytest.mark.parametrize(
    ("count", "first", "exact", "extra"), [(2, KINDS, 25, 0), (2, BREAKS, 22, 2), (3, KINDS, 18, 0), (3, BREAKS, 21, 0)]
)
def test_the_causes_are_the_faults(count: int, first: tuple[str, ...], exact: int, extra: int, tmp_path: Path) -> None:
    """Of three, two may undo each other, and two updates at another rate may be the usual ones: these are missed."""
    found = all_told(count, first, tmp_path)
    assert sum(one.exact for one in found) >= exact, [one.missed for one in found if not one.exact]
    assert sum(len(one.extra) for one in found) <= extra, [one.extra for one in found if one.extra]


def test_a_mean_over_a_typed_number_follows_from_it(tmp_path: Path) -> None:
    drawn = several(2, "2 39")
    assert drawn.kinds[0].startswith("typed number")
    assert told(drawn, tmp_path / "w.xlsx").exact
