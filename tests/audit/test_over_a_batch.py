"""Derivatives through numbers of a whole batch: of the losses of all its rows, and each mistake in them is found."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from over_batches import all_functions, batch_norm

from sheetgen import build, loads
from sheetgen.audit import audit as auditing
from sheetgen.audit.book import Book
from sheetgen.audit.confirm import confirm
from sheetgen.audit.labels import Kind, meaning
from sheetgen.audit.outcome import Conclusion
from sheetgen.audit.read import read_book

SHEET = "lr 0.1"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    path = tmp_path_factory.mktemp("batch") / "norm.xlsx"
    build(loads(batch_norm(iterations=4)), path, verify=False)
    return read_book(path)


@pytest.mark.parametrize(("text", "columns"), [(batch_norm(iterations=4), 37), (all_functions(iterations=4), 16)])
def test_every_gradient_is_judged_right(text: str, columns: int, tmp_path: Path) -> None:
    build(loads(text), tmp_path / "w.xlsx", verify=False)
    report = auditing.audit(tmp_path / "w.xlsx")
    assert report.verdict == Conclusion.RIGHT
    assert report.gradients.unknown == report.updates.unknown == 0
    assert f"{columns} columns of derivatives" in report.seen[0]
    assert "rows of a batch meet there in batch_m" in report.seen[1]


@pytest.mark.parametrize(
    ("label", "there", "instead"),
    [
        ("∂E/∂z1 ", r"\+AM\d+\*\(2\*\(W\d+-S\d+\)/'Data'!\$D\$3\)", ""),
        ("∂E/∂z2 ", r"AO(\d+)/'Data'!\$D\$3", r"AO\1"),
        ("∂E/∂batch_mean(z1) ", "^-", ""),
        ("∂E/∂batch_var(z2) ", r"\(2\*SQRT", "(SQRT"),
        ("batch_sum(∂E/∂batch_mean(z1)) ", r"SUM\((\w+):\w+\)", r"\1"),
        ("mean ∂E/∂g1 ", r"/'Data'!\$D\$3", ""),
    ],
)
def test_a_mistake_in_a_column_is_found(
    book: Book, label: str, there: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is right there is the value that the sheet, as it was built, shows."""
    head = next(c.place for c in book.on(SHEET) if isinstance(c.value, str) and c.value.startswith(label))
    column = [cell for cell in book.on(SHEET) if cell.place.column == head.column and cell.formula]
    wrong = {cell.place: replace(cell, formula=re.sub(there, instead, str(cell.formula))) for cell in column}
    assert all(wrong[cell.place].formula != cell.formula for cell in column)
    monkeypatch.setattr(auditing, "read_book", lambda path: replace(book, cells={**book.cells, **wrong}))
    monkeypatch.setattr(auditing, "confirm", partial(confirm, choose=lambda *_: None))
    found = {one.first: one for one in auditing.audit(book.path).wrong if one.kind != "stale-value"}
    first = min(place for place in found if place.column == head.column)
    assert found[first].right_value == pytest.approx(book.value(first), rel=1e-9)
    assert {place.column for place in found} == {head.column}


@pytest.mark.parametrize("label", ["batch_mean(z1)", "batch_var(z) = mean of (z − batch_mean(z))²", "batch_max(own)"])
def test_a_number_of_a_batch_is_a_quantity(label: str) -> None:
    meant = meaning(label)
    assert meant is not None
    assert meant.kind == Kind.QUANTITY


def test_a_derivative_added_up_over_a_batch_is_one() -> None:
    meant = meaning("batch_sum(∂E/∂batch_mean(z1)) = sum over the batch")
    assert meant is not None
    assert (meant.kind, meant.by, meant.gathered) == (Kind.DERIVATIVE, ("batchmeanz1",), "batch")
