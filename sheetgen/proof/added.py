"""What others added to a workbook: formulas beside ours, and whole sheets.

No network says what they must be, so each is recalculated and must agree with the value the file shows. Those that
cannot be judged, and those that depend on them, are not covered, and said to be so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sheetgen.engines.base import CellError, Recalculation, Value, error_as_code
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.cell_names import column_letter
from sheetgen.proof.agreement import cached_agrees
from sheetgen.proof.areas import Area, area_of
from sheetgen.proof.judgement import AddedFormula
from sheetgen.proof.report import Difference, Kind
from sheetgen.xlsx.cells import FileCell

_MOST_CELLS = 20_000_000
"""The largest area, in cells, that is fetched from the engine for formulas that others added."""
_UNREAD, _DISPUTED, _DEPENDS, _FAR = (
    "what the engine cannot read", "a form that engines disagree about", "what depends on such cells", "too far out",
)  # fmt: skip


@dataclass
class AddedOutcome:
    """What was found of the formulas that others added to a sheet; ``uncovered`` counts the others by the reason."""

    compared: int = 0
    uncached: int = 0
    uncovered: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def note(self, sheet: str) -> str | None:
        """Say how many formulas are not covered and why, or nothing."""
        if not (count := self.uncovered.total()):
            return None
        formulas = "formula is" if count == 1 else "formulas are"
        reasons = (f"{reason} ({number:,})" for reason, number in self.uncovered.most_common())
        return f"{sheet}: {count:,} added {formulas} not covered: {', '.join(reasons)}"


def compare_added(
    added: Mapping[str, Iterable[FileCell]], values: Recalculation, tolerance: Tolerance
) -> dict[str, AddedOutcome]:
    """Compare the cells that are not ours, by sheet, with their cached values; return what was found of each sheet."""
    cells = {sheet: list(cells) for sheet, cells in added.items()}
    formulas = [AddedFormula(sheet, cell) for sheet in cells for cell in cells[sheet] if cell.has_formula]
    fresh = {sheet: _Fresh(sheet, [f.cell for f in formulas if f.sheet == sheet], values) for sheet in cells}
    booleans = [
        _place(sheet, cell)
        for sheet in cells
        for cell in cells[sheet]
        if isinstance(cell.value, bool) or isinstance(fresh[sheet].at(cell), bool)
    ]
    uncovered: dict[AddedFormula, str] = {}
    for formula in formulas:
        value = fresh[formula.sheet].at(formula.cell)
        if reason := _uncovered(formula, fresh[formula.sheet].reached, value, booleans, tolerance):
            uncovered[formula] = reason
    if uncovered:
        uncovered |= dict.fromkeys(_dependents(formulas, list(uncovered)), _DEPENDS)
    outcomes = {sheet: AddedOutcome() for sheet in cells}
    for formula in formulas:
        outcome = outcomes[formula.sheet]
        if formula in uncovered:
            outcome.uncovered[uncovered[formula]] += 1
        else:
            _compare(formula, fresh[formula.sheet].at(formula.cell), tolerance, outcome)
    return outcomes


class _Fresh:
    """The recalculated values of some cells of a sheet, where they do not lie too far out."""

    def __init__(self, sheet: str, cells: list[FileCell], values: Recalculation) -> None:
        rows, columns = (max((getattr(cell, line) for cell in cells), default=0) for line in ("row", "column"))
        self.reached = rows * columns <= _MOST_CELLS
        self._grid = values.grid(sheet, rows, columns) if cells and self.reached else []

    def at(self, cell: FileCell) -> Value:
        """Return the recalculated value of a cell; None outside."""
        if cell.row > len(self._grid) or cell.column > len(self._grid[0]):
            return None
        return self._grid[cell.row - 1][cell.column - 1]


def _uncovered(
    formula: AddedFormula, reached: bool, value: Value, booleans: list[Area], tolerance: Tolerance
) -> str | None:
    """Return why a formula is not covered by itself, or None."""
    if not reached:
        return _FAR
    if reason := formula.never:
        return reason
    if isinstance(value, CellError) and value.unsupported:
        return _UNREAD
    if formula.cell.value is None or cached_agrees(formula.cell.value, value, tolerance):
        return None
    beside = any(area.meets(boolean) for area in formula.areas if area for boolean in booleans)
    return _DISPUTED if formula.disputed(value, beside) else None


def _compare(formula: AddedFormula, value: Value, tolerance: Tolerance, outcome: AddedOutcome) -> None:
    cell = formula.cell
    outcome.compared += 1
    if cell.value is None:
        outcome.uncached += 1
    elif not cached_agrees(cell.value, value, tolerance):
        where = f"{column_letter(cell.column)}{cell.row}"
        cached, fresh = error_as_code(cell.value), error_as_code(value)
        outcome.differences.append(Difference(formula.sheet, where, Kind.CACHED, fresh, cached, cell.formula))


def _dependents(formulas: list[AddedFormula], causes: Iterable[AddedFormula]) -> Iterator[AddedFormula]:
    """Yield the formulas that refer to the cells of some, and to theirs in turn; each once."""
    single, wide = defaultdict(list), []
    for formula in formulas:
        for area in formula.areas:
            if area and (area.top, area.left) == (area.bottom, area.right):
                single[area.sheet.casefold(), area.top, area.left].append(formula)
            else:
                wide.append((area, formula))
    known, left = set(causes), list(causes)
    while left:
        cause = left.pop()
        filled = area_of(cause.cell.fills, cause.sheet) if cause.cell.fills else None
        place = filled or _place(cause.sheet, cause.cell)
        found = [formula for area, formula in wide if area is None or area.meets(place)]
        for row in range(place.top, place.bottom + 1):
            for column in range(place.left, place.right + 1):
                found += single.get((place.sheet.casefold(), row, column), ())
        for formula in found:
            if formula not in known:
                known.add(formula)
                left.append(formula)
                yield formula


def _place(sheet: str, cell: FileCell) -> Area:
    return Area(sheet, cell.row, cell.column, cell.row, cell.column)
