"""The sheet put together and put into a workbook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl.worksheet.pagebreak import Break, RowBreak
from PIL import Image

from cnn.errors import RunError
from cnn.runs.run import Run
from cnn.tab import comparison, confusion, epochs, layers, pictures, provenance, targets
from cnn.tab.comparison import RunRecord
from cnn.tab.pictures import Picture
from cnn.tab.sections import GAP
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width, landscape
from sheetgen.xlsx import graft

if TYPE_CHECKING:
    from cnn.predict import Reading

SHEET = "CNN"
_TARGETS_ROW = 4


def check(workbook: Path) -> None:
    """Make sure that the sheet can be put into a workbook; raise WorkbookError or UsageError otherwise."""
    graft.check(workbook)
    graft.check_writable(workbook)


def write(workbook: Path, runs: Sequence[Run], readings: Sequence[Reading] = ()) -> None:
    """Add the sheet CNN to a workbook, or replace it there; every other part of the file stays as it is.

    The first run is shown in full, and several are compared; ``readings`` are pictures of one's own.
    Raises RunError for a run that has not ended and WorkbookError for a file that cannot be added to.
    """
    check(workbook)
    graft.graft(workbook, page([told(run) for run in runs], _mistakes(runs[0]), _own(readings)))


def told(run: Run) -> RunRecord:
    """Return what a run's directory tells; raise RunError where the run has not ended."""
    summary = run.summary()
    if summary is None or summary["test"] is None:
        raise RunError(f"{run.folder} has not ended; continue it with: cnn train --run {run.name} --resume")
    return RunRecord(run.name, run.config(), summary, run.metrics())


def page(runs: Sequence[RunRecord], mistakes: Sequence[Picture] = (), own: Sequence[Picture] = ()) -> Page:
    """Return the sheet for some runs, of which the first is shown in full."""
    first = runs[0]
    page = Page(SHEET, tab_colour="C01048", freeze="A3")
    page.widths = {1: 2.0, 2: 32.0} | dict.fromkeys(range(3, 16), 13.0)
    page.heights = {1: 30}
    table = epochs.put(page, first.epochs, first.summary["test"], _TARGETS_ROW + targets.ROWS + 2 + GAP, SHEET)
    network = layers.put(page, first.summary["layers"], table.next_row)
    targets.put(page, first.summary, table, network, _TARGETS_ROW)
    _title(page, first, table)
    row = confusion.put(page, first.summary["confusion"], network.next_row)
    pages = [table.next_row, row]
    if mistakes:
        row = _put_mistakes(page, mistakes, row)
    if own:
        note = "In MNIST form, as the network saw them."
        row = pictures.put(page, "Pictures of our own", note, ("file", "read as", "probability"), own, row)
    if len(runs) > 1:
        row = comparison.put(page, runs, row, SHEET)
    provenance.put(page, first.name, first.config, first.summary, row)
    page.decorate.append(partial(_print, pages))
    return page


def _title(page: Page, run: RunRecord, table: epochs.Epochs) -> None:
    """Put the title, and the result in one live sentence."""
    data = run.config["data"]
    what = "MNIST" if data["is_mnist"] else "drawn digits, not MNIST"
    recipe = run.config["plan"]["recipe"]["name"]
    page.put("B1", f"A convolutional network on {what}: {run.summary['network']}, recipe {recipe}", style.TITLE)
    test = run.summary["test"]
    accuracy = 100 * test["correct"] / test["total"]
    formula = Formula(
        f'"It reads "&ROUND(100*{table.test_accuracy},2)&" % of the test pictures correctly."',
        lambda: f"It reads {_rounded(accuracy):.15g} % of the test pictures correctly.",
    )
    page.put("B2", formula, style.Style(bold=True, size=13))


def _rounded(value: float) -> float:
    """Round to two decimals, halves up, as spreadsheets do."""
    return math.floor(value * 100 + 0.5) / 100


def _put_mistakes(page: Page, mistakes: Sequence[Picture], row: int) -> int:
    note = "The mistakes the network was surest of, on the test pictures."
    return pictures.put(page, "The worst mistakes", note, ("true digit", "read as", "probability"), mistakes, row)


def _mistakes(run: Run) -> list[Picture]:
    """Return the worst mistakes of a run, from its directory."""
    found = []
    for mistake in (run.summary() or {}).get("mistakes", []):
        with Image.open(run.path(mistake["picture"])) as image:
            image.load()
        digits = (float(mistake["label"]), float(mistake["prediction"]))
        found.append(Picture(image, _alt(mistake), (*digits, _below_one(mistake["probability"]))))
    return found


def _alt(mistake: dict[str, Any]) -> str:
    return f"A {mistake['label']} that was read as {mistake['prediction']}."


def _below_one(probability: float) -> float:
    """Return a probability that is no whole number, so that it is shown as a share."""
    return min(probability, 1 - 1e-12)


def _own(readings: Sequence[Reading]) -> list[Picture]:
    """Return pictures of one's own, as they were read."""
    found = []
    for reading in readings:
        name = Path(reading.path).name
        captions = (name, float(reading.digit), _below_one(max(reading.probabilities)))
        found.append(Picture(Image.fromarray(reading.mnist), f"{name}, read as {reading.digit}.", captions))
    return found


def _print(pages: Sequence[int], sheet: Any) -> None:
    """Print all columns on the width of a page; a new page begins at each of these rows."""
    landscape(sheet)
    fit_width(sheet)
    sheet.row_breaks = RowBreak(brk=tuple(Break(id=row - 1) for row in pages))
    sheet.sheet_view.showGridLines = False
