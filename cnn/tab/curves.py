"""The accuracies of several runs by epoch, each said to be of the test or of the validation, and their chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cnn.runs.metrics import Evaluated
from cnn.tab.finished_run import RunRecord
from cnn.tab.sections import (
    CENTRED,
    COLUMNS,
    FIRST_COLUMN,
    GAP,
    PERCENT,
    ROW_HEIGHT,
    WIDTH,
    epoch_axis,
    lines_of,
    share_axis,
)
from sheetgen.page import charts, style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page, quoted

if TYPE_CHECKING:
    from openpyxl.chart import ScatterChart

_AT_ONCE = COLUMNS - 1
"""The most runs that stand side by side, each in a column."""
_CHART_WIDTH, _LEAST_HEIGHT, _MOST_HEIGHT, _OF_A_RUN = 36, 11.0, 19.0, 0.7
"""Of the chart, in centimetres: it grows with its legend, up to what a page has room for."""
_POINTS = 72 / 2.54
"""Of a centimetre."""


def judge(run: RunRecord) -> Evaluated:
    """Return which pictures a run's epochs were judged on: those of the test, or those kept back for validation."""
    return run.epochs[0].evaluated_on


def put(page: Page, runs: Sequence[RunRecord], row: int, sheet: str) -> int:
    """Put the chart, and below it the accuracies, as many runs side by side as fit; return the next free row."""
    height = min(max(_LEAST_HEIGHT, _OF_A_RUN * len(runs)), _MOST_HEIGHT)
    below = row + math.ceil(height * _POINTS / ROW_HEIGHT) + 1
    page.heights |= dict.fromkeys(range(row, below), ROW_HEIGHT)
    lines: list[charts.Line] = []
    tables = math.ceil(len(runs) / _AT_ONCE)
    at_once = math.ceil(len(runs) / tables)
    for first in range(0, len(runs), at_once):
        beside = runs[first : first + at_once]
        block = _put_table(page, beside, below)
        lines += _put_runs(page, block, beside, sheet)
        below = block.last + 2
    alt = f"Chart: accuracy against the epoch, one line for each of {len(runs)} runs."
    page.charts.append((f"{column_letter(FIRST_COLUMN)}{row}", _chart(runs, lines, height), alt))
    return below + GAP - 1


def _put_table(page: Page, runs: Sequence[RunRecord], row: int) -> Block:
    """Put the header, which names the runs and their judges, and the epochs; return the table."""
    names = [f"{run.name}, {judge(run)}" for run in runs]
    longest = max(len(run.epochs) for run in runs)
    block = Block.below(row, ("epoch", *_labels(runs)), longest, FIRST_COLUMN)
    page.row(row, ("epoch", *names), style.LABEL, FIRST_COLUMN)
    page.heights[row] = 2 + ROW_HEIGHT * max(2, *(lines_of(name, WIDTH) for name in names))
    for number, epoch_row in enumerate(block.rows, start=1):
        page.put(block.cell("epoch", epoch_row), float(number), CENTRED)
    return block


def _put_runs(page: Page, block: Block, runs: Sequence[RunRecord], sheet: str) -> Iterator[charts.Line]:
    """Put the accuracies of each run in its column, and yield its line of the chart."""
    header = block.first - 1
    for label, run in zip(_labels(runs), runs, strict=True):
        for row, epoch in enumerate(run.epochs, start=block.first):
            page.put(block.cell(label, row), epoch.correct / epoch.total, PERCENT)
        xs, ys = (f"{quoted(sheet)}!{block.column(of, last=header + len(run.epochs))}" for of in ("epoch", label))
        yield charts.Line(f"{quoted(sheet)}!{block.absolute(label, header)}", xs, ys, dots=True)


def _labels(runs: Iterable[RunRecord]) -> list[str]:
    """Return what the columns are known by: two runs of two directories may share a name."""
    return [str(number) for number, _ in enumerate(runs, start=1)]


def _chart(runs: Sequence[RunRecord], lines: Sequence[charts.Line], height: float) -> ScatterChart:
    """Return the chart, whose title says on which pictures the accuracies are."""
    return charts.scatter(
        f"{' and '.join(sorted(set(map(judge, runs))))} accuracy by epoch",
        "epoch",
        "accuracy",
        lines,
        x_range=epoch_axis(max(len(run.epochs) for run in runs)),
        y_range=share_axis(epoch.correct / epoch.total for run in runs for epoch in run.epochs),
        y_format="0.0%",
        size=(_CHART_WIDTH, height),
    )
