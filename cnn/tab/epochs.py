"""The metrics of every epoch, accuracies, ranks and the best epoch as formulas, and their two charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cnn.runs.metrics import Epoch, best_epoch, rank
from cnn.tab.finished_run import RunRecord
from cnn.tab.sections import (
    CENTRED,
    COUNT,
    GAP,
    LOSS,
    PERCENT,
    ROW_HEIGHT,
    epoch_axis,
    heading,
    share,
    share_axis,
    table,
)
from sheetgen.page import charts, style
from sheetgen.page.block import Block
from sheetgen.page.page import CachedValue, Formula, Page, quoted
from sheetgen.page.style import Style

_CHART_SIZE, _CHART_ROWS = (18, 7), 14
"""Of a chart, in centimetres, and the rows that it covers."""
_NOTE_COLUMN, _CHART_COLUMNS = "learning rate, first step", ("epoch", "training accuracy")
"""Where a note beside the number of an epoch begins, and where the charts do."""
_JUDGED = ("loss", "correct", "pictures")
NO_NUMBER = "no number"
"""What a cell says in place of a number that is infinite or none."""

_SECONDS = Style(number="0.0", align="center")
_RATE = Style(number="0.000000", align="center")
_BOLD = Style(bold=True, align="center")
_BOLD_COUNT = Style(number=style.INTEGER, bold=True, align="center")
_BOLD_PERCENT = Style(number="0.00%", bold=True, align="center")


@dataclass(frozen=True)
class Epochs:
    """The table of epochs, the best of them, and the cells of the best one's accuracy and of the test accuracy."""

    rows: Sequence[Epoch]
    best: Epoch
    block: Block
    best_accuracy: str
    test_accuracy: str
    next_row: int


def put(page: Page, run: RunRecord, row: int, sheet: str) -> Epochs:
    """Put the table of a run's epochs, its result on the test pictures, and its charts."""
    epochs, on = run.epochs, run.epochs[0].evaluated_on
    row = heading(
        page,
        row,
        "Epoch by epoch",
        f"Training: means over the epoch, of pictures changed at random, while the weights still changed; {on}: after "
        f"the epoch. Rank 1 is the best: the most recognised, then the lowest loss.{_of_kernels(run)}",
    )
    labels = (
        "epoch", "learning rate, first step", "learning rate, last step", "training loss", "training correct",
        "training pictures", "training accuracy", f"{on} loss", f"{on} correct", f"{on} pictures", f"{on} accuracy",
        "rank", "seconds",
    )  # fmt: skip
    block = table(page, row, labels, len(epochs), 48)
    for number, epoch in enumerate(epochs, start=block.first):
        _put_epoch(page, block, number, epoch, epochs)
    best_accuracy = _put_best(page, block, block.last + 1, best_epoch(epochs))
    test_row = block.last + 3
    test_accuracy = _put_test(page, block, test_row, run)
    next_row = _put_charts(page, block, epochs, test_row + 2, sheet)
    return Epochs(epochs, best_epoch(epochs), block, best_accuracy, test_accuracy, next_row)


def _put_epoch(page: Page, block: Block, row: int, epoch: Epoch, epochs: Sequence[Epoch]) -> None:
    """Put one epoch; its accuracies are correct/total, its rank is 1 more than the number of better epochs."""
    on = epoch.evaluated_on
    train_accuracy = f"{block.cell('training correct', row)}/{block.cell('training pictures', row)}"
    accuracy = f"{block.cell(f'{on} correct', row)}/{block.cell(f'{on} pictures', row)}"
    contents = (
        float(epoch.epoch), epoch.learning_rate, epoch.learning_rate_end, epoch.train_loss,
        float(epoch.train_correct), float(epoch.train_total),
        Formula(train_accuracy, partial(share, epoch.train_correct, epoch.train_total)),
        _loss(epoch.loss), float(epoch.correct), float(epoch.total),
        Formula(accuracy, partial(share, epoch.correct, epoch.total)),
        Formula(_rank(block, on, row), lambda: float(rank(epoch, epochs))), epoch.seconds,
    )  # fmt: skip
    looks = (CENTRED, _RATE, _RATE, LOSS, COUNT, COUNT, PERCENT, LOSS, COUNT, COUNT, PERCENT, CENTRED, _SECONDS)
    block.line(page, row, contents, looks)


def _same(content: CachedValue) -> CachedValue:
    return content


def _loss(loss: float) -> float | str:
    """Return a loss as a cell holds it; spreadsheets order a text, as one that is no number becomes, after numbers."""
    return loss if math.isfinite(loss) else NO_NUMBER


def _rank(block: Block, on: str, row: int) -> str:
    """Return the formula of an epoch's place among all: see `cnn.runs.metrics.order`."""
    correct, loss = f"{on} correct", f"{on} loss"
    more = f"({block.column(correct)}>{block.cell(correct, row)})"
    as_many = f"({block.column(correct)}={block.cell(correct, row)})"
    lower = f"({block.column(loss)}<{block.cell(loss, row)})"
    return f"1+SUMPRODUCT({more}+{as_many}*{lower})"


def _put_best(page: Page, block: Block, row: int, best: Epoch) -> str:
    """Put the best epoch, found by its rank, the first of equals; return the cell that holds its accuracy."""
    on = best.evaluated_on
    place = f"MATCH(1,{block.column('rank')},0)"

    def of_best(label: str) -> str:
        return f"INDEX({block.column(label)},{place})"

    accuracy = block.cell(f"{on} accuracy", row)
    page.put(block.cell("epoch", row), Formula(of_best("epoch"), lambda: float(best.epoch)), _BOLD)
    page.put(block.cell(_NOTE_COLUMN, row), f"is the best epoch, on the {on} pictures", style.NOTE)
    correct = Formula(of_best(f"{on} correct"), lambda: float(best.correct))
    page.put(block.cell(f"{on} correct", row), correct, _BOLD_COUNT)
    page.put(accuracy, Formula(of_best(f"{on} accuracy"), partial(share, best.correct, best.total)), _BOLD_PERCENT)
    if on == "test":
        note = "It was picked on the test pictures, so its accuracy flatters; the last epoch judges fairly."
        page.put(block.cell("epoch", row + 1), note, style.NOTE)
    return accuracy


def _of_kernels(run: RunRecord) -> str:
    """Return what to say of the learning rate where kernels have another one."""
    share = run.config.plan.recipe.kernel_share
    return "" if share is None else f" Kernels: {share:g} times the learning rate shown."


def _put_test(page: Page, block: Block, row: int, run: RunRecord) -> str:
    """Put the result on the test pictures below the columns of those that judged; return its accuracy's cell.

    Where the last epoch's weights were judged on them already, its cells are linked, so that there is one answer.
    """
    test, last, on = run.test, run.epochs[-1], run.epochs[-1].evaluated_on
    of_last = test.checkpoint == "last.pt"
    weights = "the last epoch's" if of_last else f"epoch {run.summary.best_epoch}'s"
    linked = of_last and on == "test" and (test.correct, test.total) == (last.correct, last.total)
    page.put(block.cell("epoch", row), "test", _BOLD)
    page.put(block.cell(_NOTE_COLUMN, row), f"the test pictures, with {weights} weights", style.NOTE)
    loss, correct, total, accuracy = (
        block.cell(f"{on} {what}", row) for what in ("loss", "correct", "pictures", "accuracy")
    )
    contents = (_loss(last.loss if linked else test.loss), float(test.correct), float(test.total))
    for cell, label, content, look in zip((loss, correct, total), _JUDGED, contents, (LOSS, COUNT, COUNT), strict=True):
        link = Formula(block.cell(f"{on} {label}", block.last), partial(_same, content))
        page.put(cell, link if linked else content, look)
    page.put(accuracy, Formula(f"{correct}/{total}", partial(share, test.correct, test.total)), _BOLD_PERCENT)
    return accuracy


def _put_charts(page: Page, block: Block, epochs: Sequence[Epoch], row: int, sheet: str) -> int:
    """Put the charts of loss and accuracy side by side, the training's beside its judge's; return the next free row."""
    on = epochs[0].evaluated_on
    shares = [share for e in epochs for share in (e.train_correct / e.train_total, e.correct / e.total)]
    looks: dict[str, tuple[tuple[float | None, float | None], str]] = {
        "loss": ((None, None), "General"),
        "accuracy": (share_axis(shares), "0.0%"),
    }
    xs = f"{quoted(sheet)}!{block.column('epoch')}"
    for column, (what, (y_range, y_format)) in zip(_CHART_COLUMNS, looks.items(), strict=True):
        lines = [
            charts.Line(
                f"{quoted(sheet)}!{block.absolute(label, block.first - 1)}",
                xs,
                f"{quoted(sheet)}!{block.column(label)}",
                dots=True,
            )
            for label in (f"training {what}", f"{on} {what}")
        ]
        chart = charts.scatter(
            f"{what} by epoch",
            "epoch",
            what,
            lines,
            x_range=epoch_axis(len(epochs)),
            y_range=y_range,
            y_format=y_format,
            size=_CHART_SIZE,
        )
        alt = f"Chart: training {what} and {on} {what} against the epoch."
        page.charts.append((block.cell(column, row), chart, alt))
    page.heights |= dict.fromkeys(range(row, row + _CHART_ROWS), ROW_HEIGHT)
    return row + _CHART_ROWS + GAP
