"""The numbers of the Error sheet's table: kept while the training passes, or computed again where they are many."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from outside import IMPORTED

from sheetgen import build, load, override
from sheetgen.network.trace import Trace
from sheetgen.page.page import Table
from sheetgen.sheet_names import ERROR
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.error import table as error_table

TEMPLATES = ["mlp-2-2-2", "xor", "ravine", "overfitting"]
"""One sample; a batch of all; no data; a test set."""


@pytest.mark.parametrize("template", TEMPLATES)
def test_kept_numbers_are_those_of_a_training_run_again(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = override(load(template), iterations=600 if template == "mlp-2-2-2" else 5)  # more rows than a chunk has
    build(study, tmp_path / "kept.xlsx", verify=False)
    monkeypatch.setattr(error_table, "MOST_KEPT", 0)
    build(study, tmp_path / "again.xlsx", verify=False)
    assert (tmp_path / "kept.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def table_of(iterations: int) -> Table:
    book = Book(study := override(load(), iterations=iterations), study)
    return next(page.table for page in compose(book).pages if page.name == ERROR and page.table)


def test_the_training_does_not_run_again_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(iterations=9)
    monkeypatch.setattr(Trace, "chunks", lambda self: pytest.fail("it ran again"))
    assert [row[0] for row in table.values()] == list(range(10))


def test_another_process_yields_them_without_numpy() -> None:
    table = table_of(iterations=9)
    code = (
        "import pickle, sys; rows = list(pickle.load(sys.stdin.buffer)());"
        "assert not {'numpy', 'openpyxl'} & set(sys.modules); sys.stdout.buffer.write(pickle.dumps(rows))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(table.values), capture_output=True, check=True,
        env={"PYTHONPATH": str(IMPORTED)},
    )  # fmt: skip
    assert pickle.loads(done.stdout) == list(table.values())
