"""The sheet put together and put into a workbook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from cnn.digits.pictures import open_picture
from cnn.runs.run import Run
from cnn.runs.summary import Mistake
from cnn.tab import comparison, confusion, epochs, layers, paging, pictures, provenance, targets
from cnn.tab.epochs import NO_NUMBER
from cnn.tab.finished_run import RunRecord, run_record
from cnn.tab.pictures import Picture
from cnn.tab.recognition import is_of_an_earlier_version
from cnn.tab.sections import COLUMNS, FIRST_COLUMN, FIRST_WIDTH, GAP, WIDTH
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import by_width
from sheetgen.sheet_names import CNN, SOURCE, START
from sheetgen.xlsx import graft
from sheetgen.xlsx.reader import WorkbookFile

if TYPE_CHECKING:
    from cnn.predict import Reading

_LINK, _TARGETS_ROW = "B3", 4


def check(workbook: Path, force: bool = False) -> None:
    """Make sure that the sheet can be put into a workbook; raise WorkbookError or UsageError otherwise.

    A sheet of that name that is not ours, the person's own, is a reason not to; so are, without ``force``, a digital
    signature and a locked structure.
    """
    graft.check(workbook, CNN, recognise=is_of_an_earlier_version, force=force)
    graft.check_writable(workbook)


def write(
    workbook: Path, runs: Sequence[Run], readings: Sequence[Reading] = (), *, force: bool = False
) -> Sequence[str]:
    """Add the sheet CNN to a workbook, or replace ours there; every other part of the file stays as it is.

    The first run is shown in full, and several are compared; ``readings`` are pictures of one's own. Returns what is
    to be said of the workbook where ``force`` was needed.
    Raises RunError for a run that has not ended and WorkbookError for a file that cannot be added to.
    """
    records = [run_record(run) for run in runs]
    content = page(records, _mistakes(runs[0], records[0].summary.mistakes), _own(readings))
    if START in WorkbookFile(workbook).sheet_names:
        _put_way_back(content)
    overridden = graft.graft(workbook, content, recognise=is_of_an_earlier_version, force=force)
    return [objection.consequence for objection in overridden]


def is_verifiable(workbook: Path) -> bool:
    """Whether a workbook holds a template, so that sheetgen verify can check it."""
    return SOURCE in WorkbookFile(workbook).sheet_names


def page(runs: Sequence[RunRecord], mistakes: Sequence[Picture] = (), own: Sequence[Picture] = ()) -> Page:
    """Return the sheet for some runs, of which the first is shown in full."""
    first = runs[0]
    page = Page(CNN, tab_colour="C01048", freeze=f"A{_TARGETS_ROW}")
    others = range(FIRST_COLUMN + 1, FIRST_COLUMN + COLUMNS)
    page.widths = {1: 2.0, FIRST_COLUMN: FIRST_WIDTH} | dict.fromkeys(others, WIDTH)
    page.heights = {1: 30}
    table = epochs.put(page, first, _TARGETS_ROW + targets.ROWS + 2 + GAP, CNN)
    network = layers.put(page, first.layers, table.next_row)
    targets.put(page, first, table, network, _TARGETS_ROW)
    _put_title(page, first, table)
    row = confusion.put(page, first.confusion, network.next_row)
    if mistakes:
        row = _put_mistakes(page, mistakes, row)
    if own:
        note = "In MNIST form, as the network saw them."
        row = pictures.put(page, "Pictures of our own", note, ("file", "read as", "probability"), own, row)
    if len(runs) > 1:
        row = comparison.put(page, runs, row, CNN)
    provenance.put(page, first, row)
    page.decorate.append(partial(_print, page))
    _say_what_is_no_number(page)
    return page


def _put_way_back(page: Page) -> None:
    """Put a link to the sheet on which the workbook begins."""
    page.put(_LINK, f"← {START}", style.LINK_TEXT)
    page.links[_LINK] = START


def _say_what_is_no_number(page: Page) -> None:
    """Put a text where a number is infinite or none, which no cell can hold."""
    for place, cell in page.cells.items():
        if isinstance(cell.content, float) and not math.isfinite(cell.content):
            page.cells[place] = cell._replace(content=NO_NUMBER)


def _put_title(page: Page, run: RunRecord, table: epochs.Epochs) -> None:
    """Put the title, and the result in one live sentence."""
    what = "MNIST" if run.config.data.is_mnist else "drawn digits, not MNIST"
    recipe = run.config.plan.recipe.title
    page.put("B1", f"A convolutional network on {what}: {run.summary.network}, recipe {recipe}", style.TITLE)
    accuracy = 100 * run.test.correct / run.test.total
    of = "the test pictures" if run.config.data.is_mnist else "the drawn test digits, which are not MNIST's,"
    formula = Formula(
        f'"It reads "&ROUND(100*{table.test_accuracy},2)&" % of {of} correctly."',
        lambda: f"It reads {_rounded(accuracy):.15g} % of {of} correctly.",
    )
    page.put("B2", formula, style.Style(bold=True, size=13))


def _rounded(value: float) -> float:
    """Round to two decimals, halves up, as spreadsheets do."""
    return math.floor(value * 100 + 0.5) / 100


def _put_mistakes(page: Page, mistakes: Sequence[Picture], row: int) -> int:
    note = "The mistakes the network was surest of, on the test pictures."
    return pictures.put(page, "The worst mistakes", note, ("true digit", "read as", "probability"), mistakes, row)


def _mistakes(run: Run, mistakes: Iterable[Mistake]) -> list[Picture]:
    """Return the worst mistakes of a run, with the pictures from its directory; raise PictureError without them."""
    shown = []
    for mistake in mistakes:
        digits = (float(mistake.label), float(mistake.prediction))
        alt = f"A {mistake.label} that was read as {mistake.prediction}."
        image = open_picture(run.path(mistake.picture))
        shown.append(Picture(image, alt, (*digits, _below_one(mistake.probability))))
    return shown


def _below_one(probability: float) -> float:
    """Return a probability that is no whole number, so that it is shown as a share."""
    return min(probability, 1 - 1e-12)


def _own(readings: Sequence[Reading]) -> list[Picture]:
    """Return pictures of one's own, as they were read."""
    shown = []
    for reading in readings:
        captions = (reading.name, float(reading.digit), _below_one(max(reading.probabilities)))
        shown.append(Picture(Image.fromarray(reading.mnist), f"{reading.name}, read as {reading.digit}.", captions))
    return shown


def _print(page: Page, sheet: Any) -> None:
    """Print all columns on the width of a page."""
    _, columns = page.size
    by_width(sheet, page, columns, paging.whole(page), range(0))
    sheet.sheet_view.showGridLines = False
