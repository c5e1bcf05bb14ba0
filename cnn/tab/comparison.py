"""Several runs side by side: a table, a line a run, with their mean, standard deviation and least as formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean, stdev

from cnn.tab import curves
from cnn.tab.curves import judge
from cnn.tab.finished_run import RunRecord
from cnn.tab.sections import CENTRED, COUNT, FIRST_WIDTH, GAP, PERCENT, ROW_HEIGHT, heading, lines_of, share, table
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style

_LABELS = ("run", "data", "network", "recipe", "seed", "epochs", "judged on", "parameters", "receptive field",
           "test correct", "test pictures", "test accuracy", "best epoch", "seconds")  # fmt: skip
_SECONDS = Style(number="#,##0.0", align="center")
_RUN = Style(bold=True, wrap=True, top=True)

_STATISTICS: dict[str, tuple[str, Callable[[Sequence[float]], float]]] = {
    "mean": ("AVERAGE({cells})", fmean),
    "sd": ("ROUND(STDEV({cells}),12)", lambda numbers: round(stdev(numbers), 12)),  # exactly 0 where all are equal
    "least": ("MIN({cells})", min),
}


def put(page: Page, runs: Sequence[RunRecord], row: int, sheet: str) -> int:
    """Put the table, and the accuracies by epoch below it; return the next free row."""
    row = heading(page, row, "The runs compared", _note(runs))
    block = table(page, row, _LABELS, len(runs))
    for number, run in enumerate(runs, start=block.first):
        _put_run(page, block, number, run)
    return curves.put(page, runs, _put_statistics(page, block, runs) + GAP, sheet)


def _note(runs: Sequence[RunRecord]) -> str:
    """Return what is to be known of the table."""
    note = "The first of them is shown in full above. sd: the standard deviation of a sample."
    mixed = len({run.config.data.is_mnist for run in runs}) > 1
    return f"{note} Mean, sd and least are of all runs, whatever their data." if mixed else note


def _put_run(page: Page, block: Block, row: int, run: RunRecord) -> None:
    summary, plan, test = run.summary, run.config.plan, run.test
    accuracy = Formula(
        f"{block.cell('test correct', row)}/{block.cell('test pictures', row)}",
        partial(share, test.correct, test.total),
    )
    data = "MNIST" if run.config.data.is_mnist else "drawn digits"
    contents = (
        run.name, data, summary.network, plan.recipe.title, float(plan.seed), float(len(run.epochs)), judge(run),
        float(summary.parameters), float(summary.receptive_field), float(test.correct), float(test.total), accuracy,
        float(run.best.epoch), summary.seconds,
    )  # fmt: skip
    looks = (_RUN, *[CENTRED] * 6, *[COUNT] * 4, PERCENT, CENTRED, _SECONDS)
    block.line(page, row, contents, looks)
    page.heights[row] = ROW_HEIGHT * lines_of(run.name, FIRST_WIDTH)


def _put_statistics(page: Page, block: Block, runs: Sequence[RunRecord]) -> int:
    """Put mean, standard deviation and least of the test accuracies and of the seconds; return the next free row."""
    columns: dict[str, tuple[list[float], Style]] = {
        "test accuracy": ([share(run.test.correct, run.test.total) for run in runs], PERCENT),
        "seconds": ([run.summary.seconds for run in runs], _SECONDS),
    }
    for row, (name, (formula, value)) in enumerate(_STATISTICS.items(), start=block.last + 1):
        page.put(block.cell("run", row), name, style.NAME)
        for label, (numbers, look) in columns.items():
            content = Formula(formula.format(cells=block.cells(label)), partial(value, numbers))
            page.put(block.cell(label, row), content, look)
    return block.last + 1 + len(_STATISTICS)
