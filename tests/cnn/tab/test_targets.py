"""The targets, as the sheet counts and compares them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run, sheet_texts

from cnn.tab.write import write
from sheetgen.sheet_names import CNN


def test_the_targets_and_the_best_epoch(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one")])
    rows = sheet_texts(workbook)
    assert rows["test accuracy"][:3] == [0.994, 0.99, "no"]
    assert rows["best epoch's test accuracy"][:3] == [0.994, 0.995, "yes"]
    assert rows["parameters, fewer than"][:3] == [20000, 8320, "yes"]
    assert rows["epochs, fewer than"][:3] == [20, 3, "yes"]
    for kind, count in (("batch norm", 6), ("dropout", 1), ("fully connected layer", 1), ("global average pool", 1)):
        assert rows[f"{kind} used"][:3] == [1, count, "yes"]
    sheet = openpyxl.load_workbook(workbook, data_only=True)[CNN]
    (best,) = [row for row in sheet.iter_rows(values_only=True) if row[2] == "is the best epoch, on the test pictures"]
    assert (best[1], best[9], best[11]) == (2, 199, 0.995)
    assert "picked on the test pictures" in " ".join(rows)
    assert rows["It reads 99 % of the test pictures correctly."] is not None
