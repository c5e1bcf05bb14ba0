"""Programs of others that read workbooks: what each sees of some cells, and how many charts and pictures it finds."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import coordinate_to_tuple
from outside import ROOT
from saving import resave_all

Wanted = Mapping[str, Sequence[str]]
"""The cells to look at, by sheet."""


@dataclass(frozen=True)
class Seen:
    """What a reader sees of a workbook: its sheets in order, and of some cells (sheet, cell) value, formula and note.

    ``formulas`` (without ``=``), ``charts`` and ``pictures`` (how many on each sheet) and ``notes`` are None where the
    reader knows nothing of them.
    """

    sheets: list[str]
    values: dict[tuple[str, str], Any]
    formulas: dict[tuple[str, str], str | None] | None = None
    charts: dict[str, int] | None = None
    pictures: dict[str, int] | None = None
    notes: dict[tuple[str, str], str] | None = None


def by_openpyxl(books: Mapping[Path, Wanted]) -> dict[Path, Seen]:
    return {path: _by_openpyxl(path, wanted) for path, wanted in books.items()}


def _by_openpyxl(path: Path, wanted: Wanted) -> Seen:
    book = openpyxl.load_workbook(path)
    formulas = {(sheet, cell): _formula(book[sheet][cell]) for sheet, cells in wanted.items() for cell in cells}
    return replace(_values_by_openpyxl(path, wanted), formulas=formulas)


def _values_by_openpyxl(path: Path, wanted: Wanted) -> Seen:
    book = openpyxl.load_workbook(path, data_only=True)
    cells = [(sheet, cell) for sheet in wanted for cell in wanted[sheet]]
    return Seen(
        book.sheetnames,
        {(sheet, cell): book[sheet][cell].value for sheet, cell in cells},
        None,
        {sheet: len(book[sheet]._charts) for sheet in wanted},
        {sheet: len(book[sheet]._images) for sheet in wanted},
        {(sheet, cell): note.text for sheet, cell in cells if (note := book[sheet][cell].comment)},
    )


def _formula(cell: Any) -> str | None:
    if cell.data_type != "f":
        return None
    return str(getattr(cell.value, "text", cell.value)).removeprefix("=")  # an array formula has a text


def by_libreoffice(books: Mapping[Path, Wanted], soffice: str, folder: Path) -> dict[Path, Seen]:
    """LibreOffice spells formulas in its own way, so they are left out; what it saves is looked at with openpyxl."""
    saved = resave_all(list(books), folder, soffice)
    return {path: _values_by_openpyxl(file, books[path]) for path, file in zip(books, saved, strict=True)}


def by_calamine(books: Mapping[Path, Wanted]) -> dict[Path, Seen]:
    from python_calamine import CalamineWorkbook

    seen = {}
    for path, wanted in books.items():
        book = CalamineWorkbook.from_path(path)
        rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in wanted}
        seen[path] = Seen(book.sheet_names, _picked(rows, wanted))
    return seen


def by_pandas(books: Mapping[Path, Wanted]) -> dict[Path, Seen]:
    import pandas

    seen = {}
    for path, wanted in books.items():
        frames = pandas.read_excel(path, sheet_name=None, header=None, engine="calamine", keep_default_na=False)
        rows = {name: frames[name].to_numpy().tolist() for name in wanted}
        seen[path] = Seen([str(name) for name in frames], _picked(rows, wanted))
    return seen


def _picked(rows: Mapping[str, list[list[Any]]], wanted: Wanted) -> dict[tuple[str, str], Any]:
    values = {}
    for name, cells in wanted.items():
        for cell in cells:
            row, column = coordinate_to_tuple(cell)
            values[name, cell] = rows[name][row - 1][column - 1]
    return values


def node_with(package: str) -> str:
    """Return node; skip where it, or a package of npm, is absent. NODE_PATH names the package's node_modules."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if subprocess.run([node, "-e", f"require.resolve({package!r})"], capture_output=True).returncode:
        pytest.skip(f"{package} is not installed: npm install {package}, and set NODE_PATH to its node_modules")
    return node


def by_node(package: str, books: Mapping[Path, Wanted], *, unread: bool = False) -> dict[Path, Seen]:
    """Return what a package of npm sees. ``unread`` allows that some are not read, and leaves them out."""
    script = ROOT / "tests" / "support" / "read_workbooks.js"
    job = json.dumps({str(path): wanted for path, wanted in books.items()})
    done = subprocess.run(
        [node_with(package), str(script), package], input=job, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout).items()
    return {Path(path): _from_json(path, found) for path, found in seen if not (unread and "error" in found)}


def _from_json(path: str, found: dict[str, Any]) -> Seen:
    assert "error" not in found, f"{path}: {found['error']}"
    cells = {(sheet, cell): pair for sheet, pairs in found["cells"].items() for cell, pair in pairs.items()}
    return Seen(
        found["sheets"],
        {place: value for place, (value, _) in cells.items()},
        {place: formula for place, (_, formula) in cells.items()},
        pictures=found.get("pictures"),
        notes={(sheet, cell): note for sheet, notes in found["notes"].items() for cell, note in notes.items()},
    )
