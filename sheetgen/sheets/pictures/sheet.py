"""The Pictures sheet: what the network has learnt, drawn from live formulas at the step that is picked on Explorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sheetgen.network.pictures import CONFUSION, FILTERS, GRADIENTS, KERNELS, LINE, PATH, REGIONS, WEIGHTS, pictures_of
from sheetgen.network.study import Picture
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import by_width
from sheetgen.page.style import Style
from sheetgen.sheet_names import EXPLORER, PICTURES
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT
from sheetgen.sheets.pictures import confusion, course, filters, kernels, line, path, regions
from sheetgen.sheets.pictures.canvas import CELL_HEIGHT, CELL_WIDTH, LAST, Canvas
from sheetgen.sheets.pictures.margin import FIRST_COLUMN, Margin
from sheetgen.sheets.pictures.moments import Moments
from sheetgen.sheets.pictures.studio import Studio

_PUT: dict[str, Callable[[Studio, Picture], None]] = {
    LINE: line.put,
    REGIONS: regions.put,
    PATH: path.put,
    CONFUSION: confusion.put,
    FILTERS: filters.put,
    KERNELS: kernels.put,
    GRADIENTS: course.put_gradients,
    WEIGHTS: course.put_weights,
}
_TOP, _FIRST_PICTURE = 3, 5
_BEHIND = f"The tables behind the pictures stand to the right, from column {column_letter(FIRST_COLUMN)} on."
_NOTE = (
    "What the network has learnt, drawn. Pick another training sheet or iteration on Explorer: all pictures follow, so"
    " stepping there is an animation here."
)
_PICK = Style(bold=True, size=14, colour=style.GREEN, align="center", border="D0D5DD")


def pages(book: Book, verdict: Verdict) -> list[Page]:
    """Return the Pictures sheet, or nothing where no picture suits the network or none is wanted."""
    wanted = pictures_of(book.built)
    return [_page(book, verdict, wanted)] if wanted else []


def _page(book: Book, verdict: Verdict, wanted: tuple[Picture, ...]) -> Page:
    page = Page(PICTURES, tab_colour="0E9384")
    page.widths = {1: 2.0} | dict.fromkeys(range(2, FIRST_COLUMN), CELL_WIDTH)
    margin = Margin(page)
    moments = Moments(book, margin)
    studio = Studio(book, page, Canvas(page, _FIRST_PICTURE), margin, moments)
    moments.put(page)
    for picture in wanted:
        _PUT[picture.kind](studio, picture)
    _top(page, moments, verdict)
    last = studio.canvas.last_row + 1
    page.put(f"B{last}", _BEHIND, style.NOTE)
    page.heights = dict.fromkeys(range(1, last + 1), CELL_HEIGHT) | {1: 34, _TOP: 26} | page.heights
    page.decorate.append(partial(_print, page, studio.canvas.whole, last))
    return page


def _top(page: Page, moments: Moments, verdict: Verdict) -> None:
    """Put the title, the flag, and which step is shown."""
    page.put("B1", "Pictures", style.TITLE)
    flag(page, "H1:Q1", verdict)
    page.bar = 18
    page.put("B2", _NOTE, style.NOTE)
    sheet = moments.book.study.variants[moments.variant].sheet
    shown = (
        ("B", "F", "training sheet", "G", "N", Formula(EXPLORER_VARIANT.reference, lambda: sheet)),
        ("P", "S", "iteration", "T", "X", Formula(EXPLORER_ITERATION.reference, lambda: float(moments.iteration))),
    )
    for left, right, label, first, last, formula in shown:
        page.put(f"{left}{_TOP}", label, Style(bold=True, size=12))
        page.put(f"{first}{_TOP}", formula, _PICK)
        page.merges += [f"{left}{_TOP}:{right}{_TOP}", f"{first}{_TOP}:{last}{_TOP}"]
    page.put(f"Z{_TOP}", "pick on Explorer", style.LINK_TEXT)
    page.links[f"Z{_TOP}"] = EXPLORER


def _print(page: Page, whole: Mapping[int, int], last: int, sheet: Any) -> None:
    sheet.print_area = f"A1:{column_letter(LAST)}{last}"
    by_width(sheet, page, LAST, whole, range(0))
