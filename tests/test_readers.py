"""The workbooks of templates, and those that got a sheet CNN, as programs of others read them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from gallery import TEMPLATES
from openpyxl.utils import get_column_letter
from readers import Seen, Wanted, by_calamine, by_libreoffice, by_node, by_openpyxl, by_pandas
from sample_page import sample_page

from sheetgen import load, override
from sheetgen.network.study import Study
from sheetgen.page.page import Formula, Page, Table
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.xlsx import shell, writer
from sheetgen.xlsx.graft import graft

GRAFTED = "grafted"
NAMES = (*TEMPLATES, "conv-edges", "gpt-small")
"""The templates whose workbooks are read; among those of tensors one with a convolution, and the largest."""


@dataclass(frozen=True)
class Written:
    """What was written: by (sheet, cell) the value and the formula, or None, and notes; charts, pictures by sheet."""

    sheets: list[str]
    cells: dict[tuple[str, str], tuple[Any, str | None]]
    charts: dict[str, int]
    pictures: dict[str, int]
    notes: dict[tuple[str, str], str]

    @property
    def wanted(self) -> Wanted:
        return {name: [cell for sheet, cell in self.cells if sheet == name] for name in self.sheets}


def written(pages: list[Page]) -> Written:
    cells = {(page.name, cell): content for page in pages for cell, content in contents(page).items()}
    return Written(
        [page.name for page in pages],
        cells,
        {page.name: len(page.charts) for page in pages},
        {page.name: len(page.pictures) for page in pages},
        {(page.name, cell): note for page in pages for cell, note in page.notes.items()},
    )


def contents(page: Page) -> dict[str, tuple[Any, str | None]]:
    """Return every single cell of a page, and the first three rows and the last of its table."""
    cells: dict[str, tuple[Any, str | None]] = {}
    for (row, column), cell in page.cells.items():
        content = cell.content
        if content not in (None, ""):
            where = f"{get_column_letter(column)}{row}"
            cells[where] = (content.value(), content.text) if isinstance(content, Formula) else (content, None)
    if page.table:
        cells |= of_table(page.table)
    return cells


def of_table(table: Table) -> dict[str, tuple[Any, str | None]]:
    cells = {}
    for offset, values in enumerate(table.values()):
        if offset < 3 or offset == table.rows - 1:
            row = table.first_row + offset
            for number, (column, value) in enumerate(zip(table.columns, values, strict=True), start=1):
                cells[f"{get_column_letter(number)}{row}"] = value, column.formula(row, table.first_row)
    return cells


def small(name: str) -> Study:
    study = load(name)
    rates = study.rates[:1] if study.shares_settings else []
    return override(study, rates=rates, iterations=1 if name == "iris" else 3)


def cnn_page(folder: Path) -> Page:
    """Return the sheet of a training with its charts and pictures; without the extra cnn, a page with all but these."""
    try:
        from cnn_support import handmade_run

        from cnn.tab import write
    except ImportError:
        return sample_page()
    run = write.run_record(handmade_run(folder, "one"))
    return write.page([run], write._mistakes(handmade_run(folder, "two"), run.summary.mistakes))


Books = dict[Path, Written]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Small workbooks of templates, and the first one's with the sheet CNN, each with what was written into it."""
    folder = tmp_path_factory.mktemp("books")
    books = {}
    for name in NAMES:
        pages = compose(Book(study := small(name), study)).pages
        path = folder / f"{name}.xlsx"
        with path.open("wb") as file:
            writer.write(file, shell.make(pages, study.title, "2026-01-02T03:04:05Z"), pages)
        books[path] = written(pages)
        if not (grafted := folder / f"{GRAFTED}.xlsx").exists():
            added = cnn_page(folder)
            graft(Path(shutil.copy(path, grafted)), added)
            books[grafted] = written([*pages, added])
    return books


def wanted(books: Books) -> dict[Path, Wanted]:
    return {path: written.wanted for path, written in books.items()}


def agree(books: Books, seen: Mapping[Path, Seen], relative: float = 0.0) -> None:
    """Assert that a reader sees what was written; numbers may be off by so much."""
    assert set(seen) == set(books)
    for path, book in books.items():
        found = seen[path]
        assert found.sheets == book.sheets, path
        values = {place: value for place, (value, _) in book.cells.items()}
        wrong = {p: (v, found.values[p]) for p, v in values.items() if not same(v, found.values[p], relative, p[0])}
        assert not wrong, (path.name, dict(islice(wrong.items(), 5)))
        assert found.charts in (None, book.charts), path
        assert found.pictures in (None, book.pictures), path
        assert found.notes in (None, book.notes), path
        if found.formulas is not None:
            formulas = {place: formula for place, (_, formula) in book.cells.items()}
            other = {p: (f, found.formulas[p]) for p, f in formulas.items() if bare(f) != bare(found.formulas[p])}
            assert not other, (path.name, dict(islice(other.items(), 5)))


def bare(formula: str | None) -> str | None:
    """Return a formula without what marks functions of later versions of Excel, which some readers leave out."""
    return formula and formula.replace("_xlfn.", "")


def same(value: Any, other: Any, relative: float, sheet: str = "") -> bool:
    if isinstance(value, str | bool):
        return bool(value == (other or ""))  # an empty text is nothing to some readers
    # A difference of nearly equal numbers has the rounding of its operands, which are up to 40 (degrees of a fever). A
    # central difference, of losses near 1, has it 1e5 times (one over 2ε), and what is granted to it up to 400 times
    # more.
    rounding = relative * (4e4 if sheet in ("Checks", "Gradient check") else 0.04)
    return isinstance(other, int | float) and math.isclose(value, other, rel_tol=relative, abs_tol=rounding)


def test_what_was_written_is_of_every_kind(books: Books) -> None:
    """Otherwise the comparisons below would say little."""
    assert len(books) == len(NAMES) + 1
    for book in books.values():
        assert sum(book.charts.values()) >= 2
        assert len(book.notes) > 10
        kinds = {(type(value), formula is None) for value, formula in book.cells.values()}
        assert kinds >= {(str, True), (float, True), (str, False), (float, False)}


def test_openpyxl(books: Books) -> None:
    agree(books, by_openpyxl(wanted(books)))


@pytest.mark.parametrize("package", ["exceljs", "xlsx"])
def test_readers_of_npm(books: Books, package: str) -> None:
    agree(books, by_node(package, wanted(books)))


def test_calamine(books: Books) -> None:
    agree(books, by_calamine(wanted(books)))


def test_pandas(books: Books) -> None:
    agree(books, by_pandas(wanted(books)))


def test_libreoffice(books: Books, tmp_path: Path, soffice: str) -> None:
    agree(books, by_libreoffice(wanted(books), soffice, tmp_path / "saved"), 1e-12)
