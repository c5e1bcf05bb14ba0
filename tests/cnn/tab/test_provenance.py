"""What the sheet says of how a run was made: the command, without the places of the machine it was typed on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cnn_support import handmade_run

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn.tab.provenance import put
from cnn.tab.write import run_record
from sheetgen.page.page import Page


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cnn train --run one", "cnn train --run one"),
        ("cnn train --workbook book.xlsx --data-dir ../data", "cnn train --workbook book.xlsx --data-dir ../data"),
        ("cnn train --workbook /home/ada/book.xlsx", "cnn train --workbook book.xlsx"),
        ("cnn train --data-dir=/home/ada/data/ --seed 3", "cnn train --data-dir=data --seed 3"),
        ("cnn train --runs-dir '/home/ada/my runs'", "cnn train --runs-dir 'my runs'"),
        (r"cnn train --workbook 'C:\Users\ada\book.xlsx'", "cnn train --workbook book.xlsx"),
        (r"cnn train --workbook '\\server\share\book.xlsx'", "cnn train --workbook book.xlsx"),
        ("cnn train --data-dir / --runs-dir ~/runs", "cnn train --data-dir . --runs-dir runs"),
        (r"cnn train --workbook '\Users\ada\book.xlsx'", "cnn train --workbook book.xlsx"),
        ("cnn train --data-dir file:///home/ada/data", "cnn train --data-dir data"),
        ("torchrun --nproc-per-node=2 -m cnn train", "torchrun --nproc-per-node=2 -m cnn train"),
        ("cnn train --run 'not closed --data-dir /home/ada", "cnn train --run ''\"'\"'not' closed --data-dir ada"),
    ],
)
def test_the_command_says_nothing_of_the_machine(typed: str, shown: str, tmp_path: Path) -> None:
    record = run_record(handmade_run(tmp_path, "one"))
    page = Page("CNN")
    put(page, replace(record, config=replace(record.config, command=typed)), 1)
    told = {page.cells[row, 2].content: page.cells[row, 3].content for row, column in page.cells if column == 3}
    assert told["command"] == shown
