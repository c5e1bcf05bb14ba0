"""The table of targets, live: what was wanted, what is, and whether it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from cnn.tab.epochs import Epochs
from cnn.tab.layers import GLOBAL, Layers, kind_of
from cnn.tab.sections import COUNT, PERCENT, WORD, heading, table
from sheetgen.page import style
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style

ROWS = 8
ACCURACY, PARAMETERS, EPOCHS = 0.994, 20_000, 20
"""The published targets: 99.4 % of the test pictures, fewer than 20,000 parameters and 20 epochs."""


@dataclass(frozen=True)
class _Target:
    """One target: the cell that holds what is wanted, what is, and the test of the two."""

    name: str
    wanted: Content
    found: Content
    value: float
    look: Style
    test: str
    reached: Callable[[float], bool]


def put(page: Page, summary: dict[str, Any], epochs: Epochs, layers: Layers, row: int) -> int:
    """Put the targets; return the next free row."""
    row = heading(page, row, "Targets")
    block = table(page, row, ("target", "wanted", "found", "reached?"), ROWS, 20)
    for number, target in enumerate(_targets(summary, epochs, layers), start=block.first):
        wanted, found = (block.cell(label, number) for label in ("wanted", "found"))
        word = "yes" if target.reached(target.value) else "no"
        test = Formula(f'IF({target.test.format(found=found, wanted=wanted)},"yes","no")', lambda word=word: word)  # type: ignore[misc]
        block.line(
            page, number, (target.name, target.wanted, target.found, test), (style.NAME, target.look, target.look, WORD)
        )
    cells = f"{block.cell('reached?', block.first)}:{block.cell('reached?', block.last)}"
    page.decorate.append(lambda sheet: _colour(sheet, cells))
    return block.last + 1


def _targets(summary: dict[str, Any], epochs: Epochs, layers: Layers) -> list[_Target]:
    test = summary["test"]
    accuracy = test["correct"] / test["total"]
    kinds = [kind_of(layer) for layer in summary["layers"]]
    parameters = layers.block.cell("parameters", layers.total_row)
    count = epochs.block.column("epoch")
    best = epochs.best.correct / epochs.best.total
    reached: Callable[[float], bool] = lambda value: value >= ACCURACY  # noqa: E731
    best_accuracy = Formula(f"MAX({epochs.block.column(f'{epochs.best.evaluated_on} accuracy')})", lambda: best)
    at_least = (PERCENT, "{found}>={wanted}", reached)
    shares = [
        _Target("test accuracy", ACCURACY, _test_accuracy(epochs, test), accuracy, *at_least),
        _Target(f"best epoch's {epochs.best.evaluated_on} accuracy", ACCURACY, best_accuracy, best, *at_least),
    ]
    sizes = [
        _Target(
            "parameters, fewer than", float(PARAMETERS), Formula(parameters, lambda: float(summary["parameters"])),
            summary["parameters"], COUNT, "{found}<{wanted}", lambda v: v < PARAMETERS,
        ),
        _Target(
            "epochs, fewer than", float(EPOCHS), Formula(f"COUNT({count})", lambda: float(len(epochs.rows))),
            len(epochs.rows), COUNT, "{found}<{wanted}", lambda v: v < EPOCHS,
        ),
    ]  # fmt: skip
    return shares + sizes + [_used(name, layers, kinds) for name in ("batch norm", "dropout", "linear", GLOBAL)]


def _test_accuracy(epochs: Epochs, test: dict[str, Any]) -> Formula:
    return Formula(epochs.test_accuracy, lambda: test["correct"] / test["total"])


def _used(name: str, layers: Layers, kinds: list[str]) -> _Target:
    """Return the target that a kind of layer is used, counted in the layer table."""
    count = kinds.count(name)
    label = "fully connected layer used" if name == "linear" else f"{name} used"
    found = Formula(f'COUNTIF({layers.kinds},"{name}")', lambda: float(count))
    return _Target(label, 1.0, found, count, COUNT, "{found}>={wanted}", lambda v: v >= 1)


def _colour(sheet: Any, cells: str) -> None:
    """Colour the words yes and no."""
    first = cells.split(":")[0]
    for word, ink, fill in (("yes", style.GOOD, style.GOOD_FILL), ("no", style.BAD, style.BAD_FILL)):
        rule = FormulaRule([f'{first}="{word}"'], font=Font(color=ink, bold=True), fill=PatternFill(bgColor=fill))
        sheet.conditional_formatting.add(cells, rule)
