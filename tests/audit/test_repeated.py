"""Very large workbooks: rows that repeat others are held against these, and nothing that differs in one is missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pytest

from sheetgen import build, loads
from sheetgen.audit import audit as auditing
from sheetgen.audit import repeated
from sheetgen.audit.book import Book, Place
from sheetgen.audit.confirm import confirm
from sheetgen.audit.outcome import Conclusion, Report
from sheetgen.audit.read import read_book

TEMPLATE = """
title = "A line"
rates = [0.05]
iterations = 100
batch = "full"
[data]
inputs = ["x"]
targets = ["t"]
rows = [[0.5, 0.2], [1.0, 0.9], [1.5, 1.1], [2.0, 1.8], [2.5, 2.1]]
[parameters]
w = 0.1
b = 0.0
[forward]
y = "w*x + b"
[loss]
E = "0.5*(y - t)^2"
"""
SHEET = "lr 0.05"
MIDDLE = 262
"""A row that is neither among the first ones, nor halfway, nor among the last."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return a workbook of 505 rows, five of each step."""
    path = tmp_path_factory.mktemp("repeated") / "line.xlsx"
    build(loads(TEMPLATE), path, verify=False)
    return read_book(path)


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> Callable[[Book], Report]:
    for name, value in {"_LARGE": 5_000, "_AROUND": 250}.items():
        monkeypatch.setattr(repeated, name, value)
    monkeypatch.setattr(auditing, "without_copies", lambda read: repeated.without_copies(read, 2_000, 3_000))

    monkeypatch.setattr(auditing, "confirm", partial(confirm, choose=lambda *_: None))

    def audit(book: Book) -> Report:
        monkeypatch.setattr(auditing, "read_book", lambda path: book)
        return auditing.audit(book.path)

    return audit


def changed(book: Book, changes: Mapping[Place, Mapping[str, object]]) -> Book:
    """Return a workbook with other formulas or values in some cells, as somebody else might have left it."""
    cells = {place: replace(book.cells[place], **change) for place, change in changes.items()}  # type: ignore[arg-type]
    return replace(book, cells={**book.cells, **cells})


def column(book: Book, label: str) -> int:
    return next(c.place.column for c in book.on(SHEET) if isinstance(c.value, str) and c.value.startswith(label))


def test_what_repeats_is_left_out_and_told(book: Book, audited: Callable[[Book], Report]) -> None:
    report = audited(book)
    rows = sum(run.last - run.first + 1 for run in report.repeated)
    assert report.verdict == Conclusion.RIGHT
    assert report.gradients.right > 200
    assert rows > 200
    assert all(run.sheet == SHEET for run in report.repeated)
    assert report.formulas == sum(cell.formula is not None for cell in book.cells.values())
    assert report.gradients.unknown == report.updates.unknown == 0


def test_a_small_workbook_is_judged_whole(book: Book) -> None:
    assert repeated.without_copies(book) is book


@pytest.mark.parametrize(
    ("label", "change", "kind"),
    [
        ("y = ", {"formula": None}, "typed-number"),
        ("y = ", {"value": 0.25}, "stale-value"),
    ],
)
def test_what_differs_in_a_row_far_down_is_found(
    book: Book, audited: Callable[[Book], Report], label: str, change: Mapping[str, object], kind: str
) -> None:
    place = Place(SHEET, MIDDLE, column(book, label))
    report = audited(changed(book, {place: change}))
    found = [finding for finding in report.wrong if finding.kind == kind]
    assert report.verdict == Conclusion.WRONG
    assert place in [finding.first for finding in found]
    assert report.repeated


def test_another_formula_far_down_is_found(book: Book, audited: Callable[[Book], Report]) -> None:
    place = Place(SHEET, MIDDLE, column(book, "∂E/∂w"))
    formula = book.cells[place].formula
    assert formula is not None
    report = audited(changed(book, {place: {"formula": f"-({formula})"}}))
    assert report.verdict == Conclusion.WRONG
    assert place in {finding.first for finding in report.wrong}


def test_a_gradient_that_is_wrong_from_a_row_on_is_found(book: Book, audited: Callable[[Book], Report]) -> None:
    at = column(book, "∂E/∂w")
    sign = {
        Place(SHEET, row, at): {"formula": f"-({cell.formula})", "value": -cell.value}
        for row in range(MIDDLE, 510)
        if (cell := book.cells[Place(SHEET, row, at)]) and isinstance(cell.value, float)
    }
    report = audited(changed(book, sign))
    assert report.verdict == Conclusion.WRONG
    assert any(finding.first == Place(SHEET, MIDDLE, at) for finding in report.wrong)


def test_rows_without_values_are_all_judged(book: Book) -> None:
    bare = {p: {"value": None} for p, cell in book.cells.items() if cell.formula and p.sheet == SHEET}
    assert not repeated.without_copies(changed(book, bare), 2_000, 4_000).left_out
