"""The tables of a sheet: columns of numbers that start in one row, each under its label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.claims import Table
from sheetgen.audit.grid import Grid
from sheetgen.audit.labels import Kind, Meaning, settled

FARTHEST_LABEL = 4
"""How many rows above the first number a label may stand: units or equations may lie between."""
_LEAST_COLUMNS = 3


@dataclass(frozen=True)
class StepTable:
    """A table of a grid: what its columns are, by number, and its first and last row."""

    grid: Grid
    label_row: int
    first: int
    last: int
    columns: dict[int, Meaning]

    def cell(self, row: int, column: int) -> Place | None:
        """Return the cell of a column in a row, None where there is no number."""
        return self.grid.place(row, column) if (row, column) in self.grid.numbers else None

    def at(self, place: Place) -> tuple[int, int] | None:
        """Return row and column of a cell of the table, None for another cell."""
        row, column = (place.column, place.row) if self.grid.across else (place.row, place.column)
        inside = place.sheet == self.grid.sheet and self.first <= row <= self.last and column in self.columns
        return (row, column) if inside else None

    def places(self) -> Iterator[Place]:
        """Yield the cells with numbers."""
        for column in self.columns:
            yield from (place for row in self.rows if (place := self.cell(row, column)))

    @property
    def rows(self) -> range:
        """The rows, from the first to the last."""
        return range(self.first, self.last + 1)

    @cached_property
    def _by_name(self) -> dict[tuple[Kind, str], list[int]]:
        found: dict[tuple[Kind, str], list[int]] = defaultdict(list)
        for column, meant in self.columns.items():
            for name in meant.names:
                found[meant.kind, name].append(column)
        return found

    def of_kind(self, *kinds: Kind) -> list[int]:
        """Return the columns of some kinds, from left to right."""
        return [column for column, meant in self.columns.items() if meant.kind in kinds]

    def named(self, names: Iterable[str], *kinds: Kind) -> int | None:
        """Return the first column of one of the kinds that has one of the names, the most exact name first."""
        for name in names:
            for kind in kinds:
                if found := self._by_name.get((kind, name)):
                    return found[0]
        return None

    def told(self) -> Table:
        """Return the table as the rest of an audit knows it."""
        labels = {column: meant.text for column, meant in self.columns.items()}
        return Table(self.grid.sheet, self.label_row, self.first, self.last, labels)


def find_tables(grid: Grid) -> list[StepTable]:
    """Return the tables of a sheet, those of a row a step or of a row a sample, and others that look like them."""
    labelled = [(run, rows) for run in grid.runs if (rows := _label_rows(grid, run[0], run[1]))]
    votes = Counter(row for _, rows in labelled for row in rows)
    groups: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for run, rows in labelled:
        groups[max(rows, key=lambda row: (votes[row], row))].append(run)
    found = []
    for label_row, runs in sorted(groups.items()):
        for part in _parts(grid, label_row, runs):
            columns = {column: meant for column, *_ in part if (meant := grid.meaning(label_row, column))}
            if len(columns) >= _LEAST_COLUMNS:
                first, last = min(run[1] for run in part), max(run[2] for run in part)
                found.append(StepTable(grid, label_row, first, last, settled(columns)))
    return found


def _label_rows(grid: Grid, column: int, first: int) -> list[int]:
    """Return the rows close above a run in which a text names something."""
    rows = []
    for row in range(first - 1, first - 1 - FARTHEST_LABEL, -1):
        if (row, column) in grid.numbers:
            break
        if grid.meaning(row, column) is not None:
            rows.append(row)
    return rows


def _parts(grid: Grid, label_row: int, runs: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Return the runs under one row of labels, apart where labels begin anew: tables may stand side by side."""
    parts: list[list[tuple[int, int, int]]] = []
    seen: dict[object, int] = {}
    gap = 0  # where, in the part under way, the last empty column lies
    for run in sorted(runs):
        meant = grid.meaning(label_row, run[0])
        key = meant and (meant.kind, meant.names, meant.gathered)
        if parts and run[0] > parts[-1][-1][0] + 1:
            gap = len(parts[-1])
        if not parts or (key in seen and (gap > seen[key] or seen[key] == 0)):
            moved = parts[-1][gap:] if parts and gap > seen.get(key, 0) else []
            if moved:
                del parts[-1][gap:]
            parts.append(moved)
            seen = {}
            for at, (column, *_) in enumerate(moved):
                before = grid.meaning(label_row, column)
                seen.setdefault(before and (before.kind, before.names, before.gathered), at)
            gap = 0
        parts[-1].append(run)
        if meant is not None:
            seen.setdefault(key, len(parts[-1]) - 1)
    return parts
