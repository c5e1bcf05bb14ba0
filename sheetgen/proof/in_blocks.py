"""Large workbooks are recalculated in blocks of rows, each from the row in which the one before it ended.

A wide one that is no larger than a block is recalculated as a whole, its training sheets with a formula of its own in
each cell: only the engine's loading of shared formulas is slow there.

A cell of a training sheet needs its own row, the row above it, the rate above the table and the input sheets, or the
rows of its batch, where these meet; no block ends within one then. So an
engine is given the inputs and some rows at a time, with the values that it gave for the row above them. When it has
gone through all rows of all training sheets, the other sheets are recalculated from the values that it gave there. No
cached value of the file plays a part, and every cell gets the value that the engine gives it in the whole workbook.
A formula that is not as built and refers elsewhere on its sheet may get another, and is told for its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from sheetgen.engines.base import Engine, Recalculation, Value
from sheetgen.engines.embedded import Embedded, Given
from sheetgen.engines.tables import SheetValues, held
from sheetgen.errors import EngineError
from sheetgen.network.study import Study
from sheetgen.proof.judgement import AddedFormula
from sheetgen.proof.report import Block
from sheetgen.shares import Told, untold
from sheetgen.sheet_names import DATA, INPUTS
from sheetgen.sheets.layout import FIRST_ROW, FLAG_CELL, Layout
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.copy_for_engine import write_copy
from sheetgen.xlsx.formulas import same
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.sheet_reader import Rows
from sheetgen.xlsx.spelled_out import FormulasSpelledOut, row_of

WIDE = 300
"""The columns from which on a cell is calculated sooner (19 µs) if it has a formula of its own: loading one that shares
that of its column takes 66 ns for each column."""
MOST_LOOKS = 150_000_000
"""The most looks at shared formulas of wide sheets that loading may take, at each cell one for each column: 10 s."""
MOST_CELLS = 8_000_000
"""The most cells of a sheet that the engine loads: 8,000,000 it did, 9,990,000 not."""
BLOCK_CELLS = 1_000_000
"""The cells of a block, about."""
_GIVEN_TOGETHER = 100_000
"""The values that are handed to the engine together, about."""


def recalculate(
    calculator: Engine, file: WorkbookFile, study: Study, timeout: float, told: Told = untold
) -> tuple[Recalculation, list[Block]]:
    """Recalculate a workbook of a study; return the values, and the blocks where it was done in some.

    ``timeout`` holds for each block; ``told`` is told the share of the rows that they have done. Any engine but the
    embedded is given the whole workbook: a check asks those that can tell how many cells have formulas. Raises
    WorkbookError and EngineError as reading and recalculating do.
    """
    layout = Layout(study)
    if not isinstance(calculator, Embedded):
        return _by_another(calculator, file, layout, timeout), []
    if _at_once(calculator, file, layout):
        return calculator.recalculate(file.path, timeout), []
    try:
        with TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as folder:
            run = _Run(calculator, file, layout, timeout, Path(folder), told)
            if run.is_one_block and (values := run.whole()):
                return values, []
            if not _inputs_stand_alone(file):
                return calculator.recalculate(file.path, timeout), []
            return run.values(), run.blocks
    except OSError as error:
        reason = f"a temporary file cannot be written ({error.strerror}), in TMPDIR or the system's folder for them"
        raise EngineError(f"{file.path}: {reason}", "make room there, or set TMPDIR to another folder") from error


def _by_another(calculator: Engine, file: WorkbookFile, layout: Layout, timeout: float) -> Recalculation:
    """Return the values by an engine that is given all at once; where it fails at a large workbook, say who is not."""
    try:
        return calculator.recalculate(file.path, timeout)
    except EngineError as error:
        if sum(len(table.letters) for table in layout.tables) * layout.study.rows <= BLOCK_CELLS:
            raise
        raise EngineError(f"{error}, or use --engine embedded, which goes through the rows block by block") from error


def _at_once(calculator: Embedded, file: WorkbookFile, layout: Layout) -> bool:
    """Whether a workbook is loaded at once: it is neither too large nor too wide."""
    widths, rows = [len(table.letters) for table in layout.tables], layout.study.rows
    looks = sum(width**2 for width in widths if width > WIDE) * rows
    return looks <= MOST_LOOKS and max(widths) * rows <= MOST_CELLS and calculator.fits(file.path)


def _inputs_stand_alone(file: WorkbookFile) -> bool:
    """Whether the input sheets need no cell of another: a person may type formulas there too. The flag is needed by no
    other cell."""
    theirs = {INPUTS.casefold(), DATA.casefold()}
    for sheet in {INPUTS, DATA} & set(file.sheet_names):
        for cell in chain.from_iterable(file.rows(sheet)):
            if cell.formula is not None and not same(cell.formula, FLAG_CELL):
                typed = AddedFormula(sheet, cell)
                alone = all(area and area.sheet.casefold() in theirs for area in typed.areas)
                if not alone or typed.never:
                    return False
    return True


class _Table:
    """A training sheet: the values that its table was found to have, and the cells of the file outside of it."""

    def __init__(self, sheet: str, columns: int, last: int) -> None:
        self.sheet, self.columns, self.last = sheet, columns, last
        self.beside: dict[int, list[FileCell]] = {}
        self.blocks: list[tuple[int, int, SheetValues]] = []

    def pieces(self, rows: Iterable[Rows]) -> Iterator[Rows]:
        """Yield the rows of the table from those of the file; keep the other cells."""
        for piece in rows:
            if isinstance(piece, AlikeRows) and self._holds(piece):
                yield piece
                continue
            for row in piece.rows() if isinstance(piece, AlikeRows) else [piece]:
                inside = [cell for cell in row if FIRST_ROW <= cell.row <= self.last and cell.column <= self.columns]
                if inside:
                    yield inside
                if len(inside) < len(row):
                    self.beside[row[0].row] = [cell for cell in row if cell not in inside]

    def _holds(self, rows: AlikeRows) -> bool:
        last = rows.first + len(rows.values) - 1
        return bool(rows.like) and rows.like[-1].column <= self.columns and FIRST_ROW <= rows.first <= last <= self.last

    def above(self) -> Iterator[bytes]:
        """Yield the rows above the table."""
        yield from (row_of(cells) for number, cells in self.beside.items() if number < FIRST_ROW)

    def around(self) -> Iterator[bytes]:
        """Yield all rows, without the table."""
        yield from map(row_of, self.beside.values())

    def values(self) -> Iterator[Given]:
        """Yield the values of the table, some rows at a time."""
        for first, last, values in self.blocks:
            for start in range(first, last + 1, self._together):
                rows = range(start, min(start + self._together, last + 1))
                yield Given(self.sheet, start, [values.row(number - first, self.columns) for number in rows])

    @property
    def _together(self) -> int:
        return max(1, _GIVEN_TOGETHER // self.columns)


class _Run:
    """One recalculation in blocks."""

    def __init__(
        self, calculator: Embedded, file: WorkbookFile, layout: Layout, timeout: float, folder: Path, told: Told
    ) -> None:
        self._calculator, self._file, self._timeout, self._told = calculator, file, timeout, told
        self._copy = folder / "block.xlsx"
        self._last, self._together = layout.last_row, layout.together
        self._widths = {
            variant.sheet: len(table.letters)
            for variant, table in zip(layout.study.variants, layout.tables, strict=True)
            if variant.sheet in file.sheet_names
        }
        self.blocks: list[Block] = []

    @property
    def is_one_block(self) -> bool:
        """Whether the training sheets have no more cells together than a block has."""
        return sum(self._widths.values()) * (self._last - FIRST_ROW + 1) <= BLOCK_CELLS

    def whole(self) -> Recalculation | None:
        """Return the values of all sheets, calculated together; None where there is too little memory for that."""
        pieces = {sheet: (FormulasSpelledOut(), self._file.row_pieces(sheet)) for sheet in self._widths}
        rows = {sheet: chain.from_iterable(map(spelled.rows, own)) for sheet, (spelled, own) in pieces.items()}
        write_copy(self._file, self._copy, rows)
        return self._recalculated(None, "all its sheets") if self._calculator.fits(self._copy) else None

    def values(self) -> Recalculation:
        """Return the values of all sheets, those of the training sheets found block by block."""
        tables = [self._table(sheet, columns) for sheet, columns in self._widths.items()]
        around = {table.sheet: table.around() for table in tables}
        given = chain.from_iterable(table.values() for table in tables)
        return self._calculated(around, given, "the sheets beside the training")

    def _table(self, sheet: str, columns: int) -> _Table:
        """Return a training sheet with its values, found block by block."""
        table = _Table(sheet, columns, self._last)
        count = max(1, BLOCK_CELLS // columns // self._together) * self._together
        spelled = FormulasSpelledOut()
        others: dict[str, Iterable[bytes]] = {name: () for name in self._file.sheet_names if name not in (INPUTS, DATA)}
        ended: dict[int, list[Value]] = {}
        cut = _cut(table.pieces(self._file.row_pieces(sheet)), count)
        for index, pieces in groupby(cut, key=itemgetter(0)):
            first = FIRST_ROW + index * count
            last = min(first + count - 1, self._last)
            before = [Given(sheet, first - 1, [ended[first - 1]])] if first - 1 in ended else []
            here = chain.from_iterable(spelled.rows(piece) for _, piece in pieces)
            where = f"rows {first:,} to {last:,} of {sheet}"
            fresh = self._calculated(others | {sheet: chain(table.above(), here)}, before, where)
            grid = fresh.grid(sheet, last, columns, first)
            ended = {last: grid[-1]}
            table.blocks.append((first, last, held(grid)))
            self.blocks.append(Block(sheet, first, last))
            self._told(self._rows_done() / (len(self._widths) * (self._last - FIRST_ROW + 1)))
        return table

    def _rows_done(self) -> int:
        return sum(block.last - block.first + 1 for block in self.blocks)

    def _calculated(self, sheets: Mapping[str, Iterable[bytes]], given: Iterable[Given], what: str) -> Recalculation:
        """Return the values of a workbook in which some sheets hold these rows, and what is given."""
        write_copy(self._file, self._copy, sheets)
        return self._recalculated(given, what)

    def _recalculated(self, given: Iterable[Given] | None, what: str) -> Recalculation:
        """Return the values of the copy, with what is given."""
        try:
            return self._calculator.recalculate(self._copy, self._timeout, given)
        except EngineError as error:
            problem = error.problem.replace(str(self._copy), f"{self._file.path}, {what}")
            raise EngineError(problem, error.expected) from error


def _cut(pieces: Iterable[Rows], count: int) -> Iterator[tuple[int, Rows]]:
    """Yield the rows of a table, and the number, from 0, of the block of so many rows that each belongs to."""
    for piece in pieces:
        if not isinstance(piece, AlikeRows):
            yield (piece[0].row - FIRST_ROW) // count, piece
            continue
        first, stop = piece.first, piece.first + len(piece.values)
        for index in range((first - FIRST_ROW) // count, (stop - 1 - FIRST_ROW) // count + 1):
            start = FIRST_ROW + index * count
            yield index, piece.part(start, start + count)
