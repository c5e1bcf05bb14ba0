"""The best epoch: the same one in every place that names it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import EPOCHS, handmade_run

from cnn.runs.metrics import best_epoch
from cnn.tab.write import write
from sheetgen import engines, verify
from sheetgen.sheet_names import CNN

TIES = {
    "the lowest loss of those with the most": ([(190, 0.3), (199, 0.12), (199, 0.11), (198, 0.05)], 3, [4, 2, 1, 3]),
    "the first of equals": ([(199, 0.2), (199, 0.1), (199, 0.1), (199, 0.3)], 2, [3, 1, 1, 4]),
    "all alike": ([(150, 0.5)] * 3, 1, [1, 1, 1]),
    "one epoch": ([(150, 0.5)], 1, [1]),
    "no number": ([(199, math.nan), (199, 9.0), (150, math.inf), (150, math.nan)], 2, [2, 1, 3, 3]),
}


@pytest.mark.parametrize(("results", "best", "ranks"), TIES.values(), ids=TIES)
def test_where_epochs_tie_all_name_the_same_best_epoch(
    workbook: Path,
    tmp_path: Path,
    results: list[tuple[int, float]],
    best: int,
    ranks: list[int],
    engine_name: str,
) -> None:
    epochs = [
        replace(EPOCHS[0], epoch=number, correct=correct, loss=loss)
        for number, (correct, loss) in enumerate(results, start=1)
    ]
    assert best_epoch(epochs).epoch == best  # as summary.json names it
    run = handmade_run(tmp_path, "tied", epochs=epochs, best=best)
    write(workbook, [run, handmade_run(tmp_path, "other")])
    rows = engines.get(engine_name).recalculate(workbook, 120).grid(CNN, 160, 16)
    head = next(index for index, row in enumerate(rows) if row[1] == "epoch" and row[2] == "learning rate, first step")
    column = {label: index for index, label in enumerate(rows[head])}
    table = rows[head + 1 : head + 1 + len(epochs)]
    assert [row[column["rank"]] for row in table] == ranks
    named = rows[head + 1 + len(epochs)]
    assert named[2] == "is the best epoch, on the test pictures"
    assert (named[column["epoch"]], named[column["test correct"]]) == (best, results[best - 1][0])
    by_label = {str(row[1]): row for row in rows}
    accuracy = pytest.approx(results[best - 1][0] / 200)
    assert named[column["test accuracy"]] == by_label["best epoch's test accuracy"][3] == accuracy
    compared = next(row for row in rows if row[1] == "run" and row[2] == "data")
    assert by_label["tied"][compared.index("best epoch")] == best
    assert by_label["best epoch"][2] == f"epoch {best}, picked on the test pictures"
    report = verify(workbook, engine_name, timeout=120)
    assert report.ok, report.diffs
