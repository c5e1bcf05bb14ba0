"""One cell of a file against what must stand there, and what the comparison of its sheet found so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sheetgen.engines.base import Value, error_as_code
from sheetgen.page.cell_names import column_letter
from sheetgen.proof.agreement import values_agree
from sheetgen.proof.expected import ExpectedSheet
from sheetgen.proof.number_rounded import always_as_fine, as_fine
from sheetgen.proof.number_shown import decoration
from sheetgen.proof.report import Difference, Kind
from sheetgen.xlsx import formulas
from sheetgen.xlsx.cells import FileCell

Bound = Callable[[], float]
"""Gives the error bound of a cell's value, which takes long to find for some."""


@dataclass
class SheetOutcome:
    """What the comparison of one sheet found; ``extra`` are the cells that the page knows nothing of.

    ``decorated`` counts the cells whose number format shows a text of its own beside the number, ``rounded`` those in
    which it shows fewer digits than built, ``veiled`` those that are hard to read, by why.
    """

    formulas: int = 0
    table_formulas: int = 0
    uncached: int = 0
    decorated: int = 0
    rounded: int = 0
    veiled: Counter[str] = field(default_factory=Counter)
    max_abs: float = 0.0
    max_rel: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    extra: list[FileCell] = field(default_factory=list)

    @property
    def told(self) -> Iterator[str]:
        """What cells show beside what they hold, or show of it badly."""
        if self.decorated:
            its = "its" if self.decorated == 1 else "their"
            yield f"{_count(self.decorated, 'number')} beside which {its} number format shows a text"
        if self.rounded:
            yield f"{_count(self.rounded, 'number')} of which fewer digits are shown than were built"
        yield from (f"{_count(count, 'cell')} {why}" for why, count in sorted(self.veiled.items()))


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count > 1)}"


class FormulaComparison:
    """Compares formula cells of one sheet, and notes in its ``outcome`` what differs."""

    def __init__(self, sheet: ExpectedSheet) -> None:
        self.sheet = sheet
        self.outcome = SheetOutcome()
        self._plain: defaultdict[str, set[str]] = defaultdict(set)

    def plain(self, number: str) -> set[str]:
        """Return the formats, by their numbers, that show whatever a cell of a number format holds as it was built."""
        return self._plain[number]

    def look(self, cell: FileCell, number: str) -> None:
        """Make sure that a cell shows the value it holds, given the number format that it was built with."""
        plain = self._plain[number]
        if cell.style in plain and not cell.rich and not cell.runs:
            return
        codes = self.sheet.formats.codes(cell.style)
        veils = self.sheet.formats.veils(cell.style)
        found = set(map(decoration, codes))
        if None in found or cell.rich:
            shown = "one of a picture, a record or an array that spills" if cell.rich else " or ".join(codes)
            self.differ(cell, Kind.FORMAT, number, shown)
        elif found - {"", decoration(number)}:
            self.outcome.decorated += 1
        elif not all(as_fine(self._held(cell), code, number) for code in codes):
            self.outcome.rounded += 1
        elif not veils and all(always_as_fine(code, number) for code in codes):
            plain.add(cell.style)
        if cell.runs:
            veils = (*veils, *self.sheet.formats.veils_of_runs(cell.style, cell.runs))
        self.outcome.veiled.update(set(veils))

    def _held(self, cell: FileCell) -> float:
        """Return the number that a cell shows, 0 for what is none; programs calculate what is not in the file."""
        value = self.sheet.value_at(cell.row, cell.column) if cell.value is None else cell.value
        return value if isinstance(value, float) else 0.0

    def same(self, cell: FileCell, text: str, value: Value, fills: str | None) -> bool:
        """Whether a cell holds this formula, letter for letter, and this value, recalculated and cached; count it then.

        So it is with nearly all cells of a workbook that nobody changed; for the others there is `compare`.
        """
        recalculated = self.sheet.value_at(cell.row, cell.column)
        same = cell.own == text and cell.fills == fills and recalculated == value == cell.value
        if not (same and type(recalculated) is type(value) is type(cell.value)):  # TRUE is no 1
            return False
        self.outcome.formulas += 1
        return True

    def compare(
        self,
        cell: FileCell,
        text: str,
        value: float | str | bool,
        bound: Bound,
        accepts: Callable[[Value], bool] = lambda other: False,
        fills: str | None = None,
    ) -> None:
        """Compare a cell that must hold a formula: its text, its recalculated value, its cached value.

        ``bound`` gives an error bound of the value, and is asked only where numbers lie apart.
        ``accepts`` says whether a value other than the expected one is as right; ``fills`` is the area that an array
        formula must fill.
        """
        formula = cell.formula
        if formula is None:
            self.differ(cell, Kind.CONSTANT, value, cell.value, text)
        elif cell.fills != fills or not formulas.same(formula, text):
            self.outcome.formulas += 1
            self.differ(cell, Kind.FORMULA, value, self.sheet.value_at(cell.row, cell.column), text)
        else:
            self.compare_values(cell, text, value, bound, accepts)

    def compare_values(
        self,
        cell: FileCell,
        text: str,
        value: float | str | bool,
        bound: Bound,
        accepts: Callable[[Value], bool] = lambda other: False,
    ) -> None:
        """Compare the values of a cell that holds the formula that it must: as `compare` does."""
        self.outcome.formulas += 1
        recalculated = self.sheet.value_at(cell.row, cell.column)
        if not (self.agree(recalculated, value, bound) or accepts(recalculated)):
            self.differ(cell, Kind.VALUE, value, recalculated, text)
        elif cell.value is None and value != "":
            self.outcome.uncached += 1
        elif not (
            self.agree(cell.value, value if recalculated is None else recalculated, bound) or accepts(cell.value)
        ):
            self.differ(cell, Kind.CACHED, recalculated, cell.value, text)

    def agree(self, value: Value, expected: Value, bound: Bound) -> bool:
        """Whether a value is the expected one within the sheet's tolerance."""
        tolerance = self.sheet.tolerance
        if values_agree(value, expected, tolerance, 0.0):
            return True
        return isinstance(value, float) and values_agree(value, expected, tolerance, bound())

    def differ(self, cell: FileCell, kind: Kind, expected: Value, found: Value, text: str | None = None) -> None:
        """Note a difference; in the columns of a training table it names its quantity."""
        table = self.sheet.page.table if self.sheet.rate is not None else None
        if table is not None and cell.column > len(table.columns):
            table = None
        inside = table is not None and table.first_row <= cell.row <= table.last_row
        self.outcome.differences.append(
            Difference(
                sheet=self.sheet.page.name,
                cell=cell_name(cell),
                kind=kind,
                expected=error_as_code(expected),
                found=error_as_code(found),
                formula=cell.formula if cell.fills is None else f"{cell.formula} over the cells {cell.fills}",
                expected_formula=text,
                quantity=table.columns[cell.column - 1].label if table else None,
                iteration=(cell.row - table.first_row) // self.sheet.batch if table and inside else None,
                rate=self.sheet.rate,
            )
        )


def cell_name(cell: FileCell) -> str:
    """Return the address of a cell on its sheet."""
    return f"{column_letter(cell.column)}{cell.row}"
