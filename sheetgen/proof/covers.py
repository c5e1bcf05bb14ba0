"""Which cells some areas cover, however they are cut, and which of many groups of cells a cell belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.proof.areas import Area, area_of

Runs = dict[int, list[tuple[int, int]]]
"""Of each column the first and the last row of each run of cells, from the top."""


def runs_of(cells: Iterable[str]) -> Runs:
    """Return the cells that some references name, in one form for every way to cut them."""
    columns: dict[int, list[tuple[int, int]]] = {}
    for reference in cells:
        if area := area_of(reference, ""):
            for column in range(area.left, area.right + 1):
                columns.setdefault(column, []).append((area.top, area.bottom))
    return {column: _joined(runs) for column, runs in columns.items()}


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for top, bottom in sorted(runs):
        if joined and top <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(bottom, joined[-1][1])
        else:
            joined.append((top, bottom))
    return joined


def within(runs: Runs, others: Runs) -> bool:
    """Whether all cells of some runs are among those of others."""
    return all(
        any(first <= top and bottom <= last for first, last in others.get(column, ()))
        for column, parts in runs.items()
        for top, bottom in parts
    )


class Over:
    """Finds, of many groups of cells, those that a cell or an area belongs to, by their numbers."""

    def __init__(self, groups: Iterable[tuple[str, ...]]) -> None:
        self._single: dict[str, set[int]] = {}
        self._wide: list[tuple[Area, int]] = []
        for number, cells in enumerate(groups):
            for cell in cells:
                if ":" not in cell:
                    self._single.setdefault(cell, set()).add(number)
                elif area := area_of(cell, ""):
                    self._wide.append((area, number))

    def meeting(self, cells: str) -> set[int]:
        """Return the numbers of the groups that have a cell in common with some cells."""
        at = area_of(cells, "")
        wide = {number for area, number in self._wide if at and at.meets(area)}
        if ":" in cells:
            wide |= {number for cell, found in self._single.items() if _meet(at, cell) for number in found}
        return wide | self._single.get(cells, set())


def _meet(area: Area | None, cell: str) -> bool:
    at = area_of(cell, "")
    return area is not None and at is not None and area.meets(at)
