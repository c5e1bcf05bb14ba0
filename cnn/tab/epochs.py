"""The metrics of every epoch, accuracies and the best epoch as formulas, and four charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnn.runs.metrics import Epoch
from cnn.tab.sections import CENTRED, COUNT, GAP, LOSS, PERCENT, heading, share_axis, table
from sheetgen.page import charts, style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style

CHART_SIZE, CHART_ROWS = (17, 6), 13
_SECONDS = Style(number="0.0", align="center")
_RATE = Style(number="0.000000", align="center")


@dataclass(frozen=True)
class Epochs:
    """The table of epochs, and where the best one stands."""

    rows: list[Epoch]
    block: Block
    test_accuracy: str
    next_row: int

    @property
    def best(self) -> Epoch:
        """The first epoch with the most correct pictures."""
        return max(self.rows, key=lambda epoch: epoch.correct)


def put(page: Page, rows: list[Epoch], test: dict[str, Any], row: int, sheet: str) -> Epochs:
    """Put the table of a run's epochs, its result on the test pictures, and its charts."""
    judged = rows[0].evaluated_on
    row = heading(
        page, row, "Epoch by epoch", f"Losses and accuracies on the training pictures and the {judged} pictures."
    )
    labels = (
        "epoch", "learning rate, first step", "learning rate, last step", "training loss", "training correct",
        "training pictures", "training accuracy", f"{judged} loss", f"{judged} correct", f"{judged} pictures",
        f"{judged} accuracy", "seconds",
    )  # fmt: skip
    block = table(page, row, labels, len(rows), 48)
    for number, epoch in enumerate(rows, start=block.first):
        _epoch(page, block, labels, number, epoch)
    _best(page, block, labels, rows, block.last + 1)
    test_row = block.last + 3
    accuracy = _test(page, block, labels, test, test_row)
    return Epochs(rows, block, accuracy, _charts(page, block, labels, rows, test_row + 2, sheet))


def _epoch(page: Page, block: Block, labels: tuple[str, ...], row: int, epoch: Epoch) -> None:
    """Put one epoch; its accuracies are correct/total."""

    def share(correct: int, total: int) -> Formula:
        cells = (block.cell(labels[index], row) for index in (correct, total))
        counts = (epoch.train_correct, epoch.train_total) if correct == 4 else (epoch.correct, epoch.total)
        return Formula("/".join(cells), lambda: counts[0] / counts[1])

    contents = (
        float(epoch.epoch), epoch.learning_rate, epoch.learning_rate_end, epoch.train_loss,
        float(epoch.train_correct), float(epoch.train_total), share(4, 5), epoch.loss, float(epoch.correct),
        float(epoch.total), share(8, 9), epoch.seconds,
    )  # fmt: skip
    looks = (CENTRED, _RATE, _RATE, LOSS, COUNT, COUNT, PERCENT, LOSS, COUNT, COUNT, PERCENT, _SECONDS)
    block.line(page, row, contents, looks)


def _best(page: Page, block: Block, labels: tuple[str, ...], rows: list[Epoch], row: int) -> None:
    """Put the best epoch: its number and its row, found by formula."""
    correct, accuracy, number = (block.column(labels[index]) for index in (8, 10, 0))
    place = f"MATCH(MAX({correct}),{correct},0)"
    best = max(rows, key=lambda epoch: epoch.correct)
    page.put(
        f"B{row}", Formula(f"INDEX({number},{place})", lambda: float(best.epoch)), Style(bold=True, align="center")
    )
    page.put(f"C{row}", f"is the best epoch, on the {best.evaluated_on} pictures", style.NOTE)
    found = Formula(f"INDEX({correct},{place})", lambda: float(best.correct))
    page.put(block.cell(labels[8], row), found, Style(number=style.WHOLE, bold=True, align="center"))
    share = Formula(f"INDEX({accuracy},{place})", lambda: best.correct / best.total)
    page.put(block.cell(labels[10], row), share, Style(number="0.00%", bold=True, align="center"))
    if best.evaluated_on == "test":
        note = "It was picked on the test pictures, so its accuracy flatters; the last epoch judges fairly."
        page.put(f"B{row + 1}", note, style.NOTE)


def _test(page: Page, block: Block, labels: tuple[str, ...], test: dict[str, Any], row: int) -> str:
    """Put the result on the test pictures; return the cell that holds its accuracy."""
    weights = "the last epoch's" if test["checkpoint"] == "last.pt" else "the best epoch's"
    page.put(f"B{row}", "test", Style(bold=True, align="center"))
    page.put(f"C{row}", f"the test pictures, with {weights} weights", style.NOTE)
    correct, total, accuracy = (block.cell(labels[index], row) for index in (8, 9, 10))
    page.put(block.cell(labels[7], row), test["loss"], LOSS)
    page.put(correct, float(test["correct"]), COUNT)
    page.put(total, float(test["total"]), COUNT)
    share = Formula(f"{correct}/{total}", lambda: test["correct"] / test["total"])
    page.put(accuracy, share, Style(number="0.00%", bold=True, align="center"))
    return accuracy


def _charts(page: Page, block: Block, labels: tuple[str, ...], rows: list[Epoch], row: int, sheet: str) -> int:
    """Put the four charts, two by two; return the next free row."""
    header = block.first - 1
    trained = [epoch.train_correct / epoch.train_total for epoch in rows]
    judged = [epoch.correct / epoch.total for epoch in rows]
    for place, (index, shares) in enumerate(((3, None), (6, trained), (7, None), (10, judged))):
        letter = block.letters[labels[index]]
        one = charts.Line(
            f"{sheet}!${letter}${header}", f"{sheet}!{block.column('epoch')}", f"{sheet}!{block.column(labels[index])}"
        )
        chart = charts.scatter(
            labels[index],
            "epoch",
            labels[index],
            [one],
            x_range=(1, max(len(rows), 2)),
            y_range=share_axis(shares) if shares else (None, None),
            y_format="0.0%" if shares else "General",
            size=CHART_SIZE,
        )
        where = f"{'BH'[place % 2]}{row + CHART_ROWS * (place // 2)}"
        page.charts.append((where, chart, f"Chart: {labels[index]} against the epoch."))
    return row + 2 * CHART_ROWS + GAP - 1
