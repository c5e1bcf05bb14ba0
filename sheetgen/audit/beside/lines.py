"""Runs of cells below or beside each other, and the pattern that most of a run's formulas follow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sheetgen.audit.beside.patterns import Move, Pattern, Patterns
from sheetgen.audit.book import BookCell, Place
from sheetgen.audit.equations import Equations, cell_name

SHORTEST = 5
"""The cells of a run from which on it can have a pattern."""
_MOST_OF_ALL = 0.6
"""The part of a run's formulas that have to follow a pattern for it to be one."""


@dataclass(frozen=True)
class Line:
    """Cells that stand in a run, each with a number: what each holds is its pattern, or None where it is typed."""

    cells: Sequence[BookCell]
    patterns: Sequence[Pattern | None]
    down: bool

    @property
    def formulas(self) -> int:
        """The number of its formulas."""
        return sum(pattern is not None for pattern in self.patterns)

    @cached_property
    def regular(self) -> Regular | None:
        """What most of its formulas follow, None where there is nothing of the kind."""
        shapes = Counter(pattern.shape for pattern in self.patterns if pattern)
        if not shapes:
            return None
        ((shape, count),) = shapes.most_common(1)
        if count < SHORTEST - 1 or count < _MOST_OF_ALL * self.formulas:
            return None
        steps = Counter(
            step
            for a, b in zip(self.patterns, self.patterns[1:], strict=False)
            if a and b and a.shape == shape and (step := a.step_to(b)) is not None
        )
        if not steps:
            return None
        step = steps.most_common(1)[0][0]
        bases: dict[Pattern | None, list[int]] = defaultdict(list)
        for index, pattern in enumerate(self.patterns):
            if pattern and pattern.shape == shape:
                bases[pattern.moved(step, -index)].append(index)
        members = max(bases.values(), key=len)
        if len(members) < SHORTEST - 1 or len(members) < _MOST_OF_ALL * self.formulas:
            return None
        return Regular(self, step, tuple(members))


@dataclass(frozen=True)
class Regular:
    """The cells of a line that follow its pattern, by their places in it from 0, and how its references move."""

    line: Line
    step: tuple[Move, ...]
    members: tuple[int, ...]

    @cached_property
    def others(self) -> tuple[int, ...]:
        """The cells that do not follow it, from its first on: what stands before is a beginning."""
        members = set(self.members)
        return tuple(i for i in range(self.members[0], len(self.line.cells)) if i not in members)

    @property
    def inside(self) -> tuple[int, ...]:
        """The cells that do not follow it, though some behind them do."""
        return tuple(index for index in self.others if index < self.members[-1])

    @property
    def behind(self) -> tuple[int, ...]:
        """The cells behind the last that follows it."""
        return tuple(index for index in self.others if index > self.members[-1])


def lines_of(equations: Equations) -> list[Line]:
    """Return the runs of numbers of a workbook, down its columns and across its rows."""
    cells = {place: cell for place, cell in equations.book.cells.items() if _is_number(cell, equations)}
    known = Patterns()
    patterns = {place: known.of(cell.formula, place) if cell.formula else None for place, cell in cells.items()}
    found = []
    for down in (True, False):
        for run in _runs(cells, down):
            line = Line([cells[place] for place in run], [patterns[place] for place in run], down)
            if line.formulas >= SHORTEST - 1 or line.formulas == 0:
                found.append(line)
    return found


def _is_number(cell: BookCell, equations: Equations) -> bool:
    """Whether a cell holds a number of its own: the cells that an array formula fills go together, and are left out."""
    if cell.place in equations.book.filled:
        return cell.fills is not None and cell.fills.is_cell
    if cell.formula is not None:
        return cell_name(cell.place) in equations.trees and not isinstance(cell.value, str)
    return isinstance(cell.value, int | float) and not isinstance(cell.value, bool)


def _runs(places: Iterable[Place], down: bool) -> Iterator[list[Place]]:
    """Yield the runs of neighbours of at least the shortest length."""
    run: list[Place] = []
    for place in sorted(places, key=lambda p: (p.sheet, p.column, p.row) if down else p):
        if run and place != run[-1].moved(rows=down, columns=not down):
            if len(run) >= SHORTEST:
                yield run
            run = []
        run.append(place)
    if len(run) >= SHORTEST:
        yield run
