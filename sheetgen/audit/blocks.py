"""The blocks of a sheet: rectangles of numbers with a name above or beside them, single cells included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sheetgen.audit.book import Area, Place
from sheetgen.audit.claims import Block
from sheetgen.audit.grid import Grid
from sheetgen.audit.labels import Meaning

_FARTHEST_BESIDE = 3
_FARTHEST_ABOVE = 2

Corner = tuple[int, int]


@dataclass(frozen=True)
class Named:
    """A block with what its name means."""

    area: Area
    meant: Meaning

    @property
    def block(self) -> Block:
        """The block as the rest of an audit knows it."""
        return Block(self.meant.text, self.area)

    @property
    def is_cell(self) -> bool:
        """Whether it is a single cell."""
        return self.area.is_cell

    def places(self) -> tuple[Place, ...]:
        """Return its cells, row by row."""
        return self._places

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        return tuple(self.area.places())


def find_blocks(grid: Grid, arrays: Iterable[Area], taken: Collection[Corner] = ()) -> list[Named]:
    """Return the named blocks of a sheet. ``arrays`` are blocks by themselves; cells that are ``taken`` are in none."""
    found: list[Named] = []
    free = set(grid.numbers).difference(taken)
    for area in arrays:
        inside = {(place.row, place.column) for place in area.places()}
        if inside <= free and (meant := _name(grid, area)):
            found.append(Named(area, meant))
            free -= inside
    for area in _rectangles(grid, free):
        if meant := _name(grid, area):
            found.append(Named(area, meant))
    return sorted(found, key=lambda named: (named.area.top, named.area.left))


def _rectangles(grid: Grid, free: set[Corner]) -> Iterator[Area]:
    """Yield the rectangles into which numbers that touch each other fall, apart where labels say that they are."""
    for cells in _touching(free):
        for part in _by_labels(grid, cells):
            rows, columns = [row for row, _ in part], [column for _, column in part]
            area = Area(grid.sheet, min(rows), min(columns), max(rows), max(columns))
            if area.shape[0] * area.shape[1] == len(part):
                yield area


def _touching(free: set[Corner]) -> Iterator[set[Corner]]:
    left = set(free)
    while left:
        ahead = [left.pop()]
        cells = set(ahead)
        while ahead:
            row, column = ahead.pop()
            for other in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if other in left:
                    left.remove(other)
                    cells.add(other)
                    ahead.append(other)
        yield cells


def _by_labels(grid: Grid, cells: set[Corner]) -> Iterator[set[Corner]]:
    """Yield a set of cells in parts: one for each label above its top row, or else for each beside its first column."""
    top, left = min(row for row, _ in cells), min(column for _, column in cells)
    above = sorted(column for row, column in cells if row == top and grid.meaning(top - 1, column))
    beside = sorted(row for row, column in cells if column == left and grid.meaning(row, left - 1))
    for starts, at in ((above, 1), (beside, 0)):
        if len(starts) > 1:
            parts: dict[int, set[Corner]] = defaultdict(set)
            for cell in cells:
                parts[max((start for start in starts if start <= cell[at]), default=starts[0])].add(cell)
            yield from parts.values()
            return
    yield cells


def _name(grid: Grid, area: Area) -> Meaning | None:
    """Return what the one label above a block or beside it names, None where there is none or several."""
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    above = [[(row, column) for column in columns] for row in range(area.top - 1, area.top - 1 - _FARTHEST_ABOVE, -1)]
    beside = [[(row, column) for row in rows] for column in range(area.left - 1, area.left - 1 - _FARTHEST_BESIDE, -1)]
    for side in (above, beside):
        for cells in side:
            found = [meant for cell in cells if (meant := grid.meaning(*cell))]
            if found:
                return found[0] if len(found) == 1 else None
            if any(cell in grid.numbers for cell in cells):
                break
    return None
