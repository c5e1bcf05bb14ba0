"""Several runs side by side: one table, and one chart of their accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cnn.tab.finished_run import RunRecord
from cnn.tab.sections import CENTRED, COUNT, FIRST_COLUMN, GAP, PERCENT, heading, share, share_axis, table
from sheetgen.page import charts, style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page, quoted
from sheetgen.page.style import Style

_LABELS = ("run", "data", "network", "recipe", "seed", "epochs", "parameters", "receptive field", "test correct",
           "test pictures", "test accuracy", "best epoch", "seconds")  # fmt: skip
_CHART_ROWS = 18


def put(page: Page, runs: Sequence[RunRecord], row: int, sheet: str) -> int:
    """Put the table, a line a run, the accuracies below it by epoch, and their chart; return the next free row."""
    row = heading(page, row, "The runs compared", "The first of them is shown in full above.")
    block = table(page, row, _LABELS, len(runs))
    for number, run in enumerate(runs, start=block.first):
        _put_run(page, block, number, run)
    return _put_accuracies(page, runs, block.last + 2, sheet)


def _put_run(page: Page, block: Block, row: int, run: RunRecord) -> None:
    summary, plan, test = run.summary, run.config.plan, run.test
    accuracy = Formula(
        f"{block.cell('test correct', row)}/{block.cell('test pictures', row)}",
        partial(share, test.correct, test.total),
    )
    data = "MNIST" if run.config.data.is_mnist else "drawn digits"
    contents = (
        run.name, data, summary.network, plan.recipe.title, float(plan.seed), float(len(run.epochs)),
        float(summary.parameters), float(summary.receptive_field), float(test.correct), float(test.total), accuracy,
        float(run.best.epoch), summary.seconds,
    )  # fmt: skip
    seconds = Style(number="#,##0.0", align="center")
    looks = (style.NAME, CENTRED, CENTRED, CENTRED, CENTRED, CENTRED, *[COUNT] * 4, PERCENT, CENTRED, seconds)
    block.line(page, row, contents, looks)


def _put_accuracies(page: Page, runs: Sequence[RunRecord], row: int, sheet: str) -> int:
    """Put the accuracy of every run at every epoch, and the chart; return the next free row."""
    longest = max(len(run.epochs) for run in runs)
    labels = [str(number) for number in range(1, len(runs) + 1)]  # two runs of two directories may share a name
    block = Block.below(row, ("epoch", *labels), longest, FIRST_COLUMN)
    page.row(row, ("epoch", *(run.name for run in runs)), style.LABEL, FIRST_COLUMN)
    page.heights[row] = 32
    for number, epoch_row in enumerate(block.rows, start=1):
        page.put(block.cell("epoch", epoch_row), float(number), CENTRED)
    lines = []
    for label, run in zip(labels, runs, strict=True):
        for epoch_row, epoch in enumerate(run.epochs, start=block.first):
            page.put(block.cell(label, epoch_row), epoch.correct / epoch.total, PERCENT)
        xs, ys = (f"{quoted(sheet)}!{block.column(of, last=row + len(run.epochs))}" for of in ("epoch", label))
        lines.append(charts.Line(f"{quoted(sheet)}!{block.absolute(label, row)}", xs, ys))
    chart = charts.scatter(
        "accuracy by epoch",
        "epoch",
        "accuracy",
        lines,
        x_range=(1, max(longest, 2)),
        y_range=share_axis(epoch.correct / epoch.total for run in runs for epoch in run.epochs),
        y_format="0.0%",
    )
    where = f"{column_letter(block.end + 3)}{row}"
    page.charts.append((where, chart, f"Chart: accuracy against the epoch, one line for each of {len(runs)} runs."))
    return row + max(longest, charts.HEIGHT_ROWS, _CHART_ROWS) + GAP
