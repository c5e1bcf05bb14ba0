"""Cached values from before an edit: right for the numbers that the workbook had then, which the caches still tell.

A program that changes an input and calculates nothing leaves the values of the old inputs in every other cell. The
training sheets show the old inputs where they link to them, and what they do not show (ε, what is picked) was as built;
so the workbook of these numbers can be composed, and the cached values held against it as recalculated ones are against
today's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from sheetgen.algebra.rows import previous, start
from sheetgen.engines.base import Value
from sheetgen.errors import SheetgenError
from sheetgen.network.graph import SAMPLE, TURN
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof.compare import compare
from sheetgen.proof.expected import ExpectedSheet
from sheetgen.proof.report import Difference, Kind
from sheetgen.proof.table_bounds import table_bounds
from sheetgen.sheet_names import TEST
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.epochs import EpochsTable
from sheetgen.sheets.inputs_layout import rate_label
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import Picks
from sheetgen.xlsx.reader import WorkbookFile


def stale_cells(
    file: WorkbookFile, book: Book, differences: list[Difference], tolerance: Tolerance
) -> set[tuple[str, str]]:
    """Return the cells, by sheet and coordinate, that show what was right before the last edit.

    None unless cached values are all that differs, and far more of them are explained by the earlier numbers than are
    contradicted by them.
    """
    if not differences or any(difference.kind != Kind.CACHED for difference in differences):
        return set()
    different = {(difference.sheet, difference.cell) for difference in differences}
    earlier = _earlier_study(file, book)
    best: set[tuple[str, str]] = set()
    for picks in {book.picks, Picks()}:
        if (earlier, picks) == (book.study, book.picks):  # the numbers of today, which these cells contradict
            continue
        try:
            wrong = set(_wrong_then(file, Book(earlier, book.built, picks, version=book.version), tolerance))
        except SheetgenError:  # numbers with which nothing can be trained were never this workbook's
            continue
        if len(different - wrong) > len(wrong) and len(different - wrong) > len(best):
            best = different - wrong
    return best


def _wrong_then(file: WorkbookFile, book: Book, tolerance: Tolerance) -> Iterator[tuple[str, str]]:
    """Yield the cells that do not show what was right for a book's numbers."""
    for page in compose(book).pages:
        if page.name not in file.sheet_names:
            continue
        rows, columns = page.size
        shown = _shown(file, page.name, rows, columns)
        sheet = ExpectedSheet(page, shown, tolerance, bounds=table_bounds(book, page.name, tolerance.atol))
        for difference in compare(sheet, file.row_pieces(page.name)).differences:
            if difference.kind == Kind.VALUE and difference.found is not None:
                yield page.name, difference.cell


def _shown(file: WorkbookFile, sheet: str, rows: int, columns: int) -> list[list[Value]]:
    """Return the cached values of A1..(rows, columns), row by row."""
    grid: list[list[Value]] = [[None] * columns for _ in range(rows)]
    for row in file.rows(sheet):
        for cell in row:
            if cell.row <= rows and cell.column <= columns:
                grid[cell.row - 1][cell.column - 1] = cell.value
    return grid


def _earlier_study(file: WorkbookFile, book: Book) -> Study:
    """Return the study at the numbers that the training sheets show; as built where they show none."""
    study, layout, built = book.study, book.layout, Layout(book.built)
    numbers = {given.label: given.value for givens in built.givens.values() for given in givens}
    samples = {name: list(values) for name, values in book.built.samples.items()}
    order = list(study.order)
    begins = {start(state.name): previous(state.name) for state in study.network.states}
    for index, variant in enumerate(study.variants):
        if variant.sheet not in file.sheet_names:
            continue
        columns = {name: number - 1 for number, name in enumerate(layout.columns(index), start=1)}
        grid = _shown(file, variant.sheet, layout.last_row, len(columns))
        _note(numbers, rate_label(variant), grid[at.RATE_ROW - 1][1])
        for name in study.values:
            _note(numbers, name, grid[at.FIRST_ROW - 1][columns[begins.get(name, name)]])
        for row in grid[at.FIRST_ROW - 1 :] if samples else ():
            sample = row[columns[SAMPLE]]
            turn = row[columns[TURN]] if order else None
            if _counts(turn, study.count) and _counts(sample, study.count):
                order[int(turn) - 1] = int(sample)
            for name, values in samples.items():
                shown = row[columns[name]]
                if _counts(sample, len(values)) and isinstance(shown, float):
                    values[int(sample) - 1] = shown
    earlier = layout.with_givens(numbers, {name: tuple(values) for name, values in samples.items()})
    return replace(earlier, test=_earlier_test(file, book), order=tuple(order))


def _earlier_test(file: WorkbookFile, book: Book) -> dict[str, tuple[float, ...]]:
    """Return the test set that the sheet Test shows; as built where it shows none."""
    if not book.built.test or TEST not in file.sheet_names:
        return dict(book.built.test)
    table = EpochsTable(book, test=True).block
    grid = _shown(file, TEST, table.first + book.built.test_count - 1, table.end)[table.first - 1 :]
    return {
        name: tuple(
            shown if isinstance(shown := row[table.index(name) - 1], float) else number
            for row, number in zip(grid, numbers, strict=True)
        )
        for name, numbers in book.built.test.items()
    }


def _counts(shown: Value, most: int) -> TypeGuard[float]:
    """Whether a cell shows a number from 1 to ``most``, whole up to what follows the point."""
    return isinstance(shown, float) and 1 <= shown < most + 1


def _note(numbers: dict[str, float], label: str, shown: Value) -> None:
    if isinstance(shown, float) and label in numbers:
        numbers[label] = shown
