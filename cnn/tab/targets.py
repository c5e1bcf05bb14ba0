"""The table of targets, live: what was wanted, what is, and whether it is reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import ge, lt

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from cnn.tab.epochs import Epochs
from cnn.tab.finished_run import RunRecord
from cnn.tab.layers import GLOBAL, Layers, name_of
from cnn.tab.sections import COUNT, PERCENT, WORD, heading, share, table
from sheetgen.page import style
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style

ROWS = 8
ACCURACY, PARAMETERS, EPOCHS = 0.994, 20_000, 20
"""The published targets: 99.4 % of the test pictures, fewer than 20,000 parameters and 20 epochs."""


@dataclass(frozen=True)
class _Target:
    """One target: what is wanted, what the run has, and the operator that compares them (its text and itself).

    ``of_mnist`` says that it is one for MNIST, which other digits neither reach nor miss.
    """

    name: str
    wanted: float
    reached: Formula
    look: Style
    operator: str
    compare: Callable[[float, float], bool]
    of_mnist: bool = False

    def verdict(self) -> str:
        """Return whether it is reached, as the sheet says it."""
        value = self.reached.value()
        assert isinstance(value, float)
        return "yes" if self.compare(value, self.wanted) else "no"


def put(page: Page, run: RunRecord, epochs: Epochs, layers: Layers, row: int) -> int:
    """Put the targets; return the next free row."""
    row = heading(page, row, "Targets")
    block = table(page, row, ("target", "wanted", "found", "reached?"), ROWS, 20)
    for number, target in enumerate(_targets(run, epochs, layers), start=block.first):
        comparison = f"{block.cell('found', number)}{target.operator}{block.cell('wanted', number)}"
        verdict: Content = Formula(f'IF({comparison},"yes","no")', target.verdict)
        if target.of_mnist and not run.config.data.is_mnist:
            verdict = "not MNIST"
        looks = (style.NAME, target.look, target.look, WORD)
        block.line(page, number, (target.name, target.wanted, target.reached, verdict), looks)
    cells = f"{block.cell('reached?', block.first)}:{block.cell('reached?', block.last)}"
    _colour(page, cells)
    return block.last + 1


def _targets(run: RunRecord, epochs: Epochs, layers: Layers) -> list[_Target]:
    test, best = run.test, epochs.best
    test_accuracy = Formula(epochs.test_accuracy, partial(share, test.correct, test.total))
    best_accuracy = Formula(epochs.best_accuracy, partial(share, best.correct, best.total))
    parameters = Formula(layers.block.cell("parameters", layers.total_row), lambda: float(run.summary.parameters))
    count = Formula(f"COUNT({epochs.block.column('epoch')})", lambda: float(len(epochs.rows)))
    names = Counter(map(name_of, run.layers))
    return [
        _Target("test accuracy", ACCURACY, test_accuracy, PERCENT, ">=", ge, of_mnist=True),
        _Target(
            f"best epoch's {best.evaluated_on} accuracy", ACCURACY, best_accuracy, PERCENT, ">=", ge, of_mnist=True
        ),
        _Target("parameters, fewer than", float(PARAMETERS), parameters, COUNT, "<", lt),
        _Target("epochs, fewer than", float(EPOCHS), count, COUNT, "<", lt),
        *(_used(name, layers, names[name]) for name in ("batch norm", "dropout", "linear", GLOBAL)),
    ]


def _used(name: str, layers: Layers, count: int) -> _Target:
    """Return the target that a kind of layer is used, counted in the layer table."""
    label = "fully connected layer used" if name == "linear" else f"{name} used"
    return _Target(label, 1.0, Formula(f'COUNTIF({layers.names},"{name}")', lambda: float(count)), COUNT, ">=", ge)


def _colour(page: Page, cells: str) -> None:
    """Colour the words yes and no."""
    first = cells.split(":")[0]
    for word, ink, fill in (("yes", style.GOOD, style.GOOD_FILL), ("no", style.BAD, style.BAD_FILL)):
        rule = FormulaRule([f'{first}="{word}"'], font=Font(color=ink, bold=True), fill=PatternFill(bgColor=fill))
        page.colour(cells, rule)
