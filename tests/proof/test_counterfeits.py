"""Counterfeits: files made to show other numbers than those that are proven; none of them may pass as proven."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from counterfeit.judged import Verdict, judged
from counterfeit.kinds import DIFFERENT, KINDS, made, pairs
from counterfeit.workbook import Workbook
from gallery import OF_TENSORS, TEMPLATES, small_workbook_of
from saving import resave_all

Genuine = Callable[[str], Workbook]

SMALLEST = "diverging"
SECOND = [(kind, "ravine") for kind in list(KINDS)[::3]]
DRAWN = [name for name in TEMPLATES if name not in OF_TENSORS]
"""The templates whose networks are drawn as circles and lines."""
ROTATING = [(kind, DRAWN[number % len(DRAWN)]) for number, kind in enumerate(list(KINDS)[7::12])]
"""All kinds in all templates are tried by `make stress`."""
PAIRS = 20


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    """The entries of a small workbook of each template, built when it is first asked for."""
    folder = tmp_path_factory.mktemp("genuine")
    return lambda template: Workbook.read(small_workbook_of(template, folder))


def counterfeit(genuine: Genuine, template: str, kind: str) -> Workbook:
    return made(genuine(template), (kind,), random.Random(f"{template} {kind}"))


def assert_found(kind: str, path: Path) -> None:
    verdict, line = judged(path)
    if kind in DIFFERENT:
        assert verdict == Verdict.DIFFERENT, f"{kind}: {line}"
    assert verdict != Verdict.PASSES, f"{kind}: {line}"


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_unchanged_file_packed_anew_passes(template: str, genuine: Genuine, tmp_path: Path) -> None:
    verdict, line = judged(genuine(template).write(tmp_path / "w.xlsx"))
    assert verdict == Verdict.PASSES, line


@pytest.mark.parametrize("kind", KINDS)
def test_no_counterfeit_passes(kind: str, genuine: Genuine, tmp_path: Path) -> None:
    assert_found(kind, counterfeit(genuine, SMALLEST, kind).write(tmp_path / "w.xlsx"))


@pytest.mark.parametrize(("kind", "template"), [*SECOND, *ROTATING])
def test_nor_in_another_template(kind: str, template: str, genuine: Genuine, tmp_path: Path) -> None:
    assert_found(kind, counterfeit(genuine, template, kind).write(tmp_path / "w.xlsx"))


def test_nor_do_two_of_them(genuine: Genuine, tmp_path: Path) -> None:
    for names, book in pairs(genuine(SMALLEST), random.Random(1), PAIRS):
        verdict, line = judged(book.write(tmp_path / "w.xlsx"))
        assert verdict != Verdict.PASSES, f"{names}: {line}"


SHOWN = (
    "rows in a view's extension",
    "genuine rows in an ignorable element among the rows",
    "a changed sheet elsewhere",
    "a foreign sheet of constants",
    "a constant beside a table",
    "a number format: a value",
    "a number format: a value without its minus",
    "a number format: the flag",
    "merged cells over a number",
)
"""Kinds of which LibreOffice shows other cells than of the genuine file."""


def as_shown(paths: list[Path], folder: Path, soffice: str) -> list[str]:
    """Return the texts of all cells of each workbook, as LibreOffice shows them."""
    pages = (path.read_text("utf-8") for path in resave_all(paths, folder, soffice, suffix="html"))
    return [re.sub("<[^>]*>", " ", page.partition("<body")[2]) for page in pages]


def test_libreoffice_shows_another_workbook(genuine: Genuine, tmp_path: Path, soffice: str) -> None:
    right = genuine(SMALLEST).write(tmp_path / "genuine.xlsx")
    made = [
        counterfeit(genuine, SMALLEST, kind).write(tmp_path / f"{number}.xlsx") for number, kind in enumerate(SHOWN)
    ]
    shown, *others = as_shown([right, *made], tmp_path / "shown", soffice)
    assert "OK: all 24 checks pass" in shown
    for kind, other in zip(SHOWN, others, strict=True):
        assert other != shown, kind


def as_read(path: Path) -> list[list[object]]:
    """Return the formulas and the cached values of every cell, as openpyxl reads them."""
    books = [openpyxl.load_workbook(path, data_only=cached) for cached in (False, True)]
    return [[cell.value for row in sheet.iter_rows() for cell in row] for book in books for sheet in book.worksheets]


READ_OTHERWISE = [
    *(kind for kind in KINDS if kind.startswith(("two sheetData", "a row twice", "a cell twice"))),
    "a text for a formula's number",
    "a truth value for a formula's number",
    "Cyrillic letters in an address",
    "a minus of typography",
    "a reference to another sheet",
    "a changed sheet elsewhere",
    "an entry twice, the genuine first",
    "two relations of one id, the genuine first",
    "the forged list of sheets as the choice always taken",
    "a foreign sheet elsewhere",
    "shared strings under another name",
]


@pytest.mark.parametrize("kind", READ_OTHERWISE)
def test_openpyxl_reads_another_workbook(kind: str, genuine: Genuine, tmp_path: Path) -> None:
    right = as_read(genuine(SMALLEST).write(tmp_path / "genuine.xlsx"))
    assert as_read(counterfeit(genuine, SMALLEST, kind).write(tmp_path / "w.xlsx")) != right
