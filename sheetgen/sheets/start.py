"""The Start sheet: what this workbook is, the network drawn, what to try, what the colours mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.network.graph import Section
from sheetgen.network.pictures import pictures_of
from sheetgen.network.study import Study
from sheetgen.page import style
from sheetgen.page.block import Listing
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import filling
from sheetgen.page.marks import negative_rule
from sheetgen.page.page import Content, Page
from sheetgen.page.printing import by_width, landscape
from sheetgen.page.ranges import ranges
from sheetgen.sheet_names import (
    CHECKS,
    DATA,
    EPOCHS,
    EQUATIONS,
    ERROR,
    EXPLORER,
    GRADIENT_CHECK,
    INPUTS,
    PICTURES,
    SOURCE,
    START,
    TEST,
)
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing import painter
from sheetgen.sheets.drawing.alone import ROW_HEIGHT, START_LOOK
from sheetgen.sheets.drawing.plan import FIRST_DRAWN_COLUMN, plan_drawing
from sheetgen.sheets.drawing.tensor_boxes import draw_boxes, plan_boxes
from sheetgen.sheets.error.table import variant_title
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.section_style import band_style
from sheetgen.sheets.section_words import section_words

_KEY = (
    (
        "0.15",
        "blue on yellow: yours to change (on Inputs; on Explorer and Gradient check what to look at)",
        style.INPUT,
    ),
    ("0.15", "black: a formula", style.CALC),
    ("0.15", "green: a link to another sheet", style.LINK),
)

_LINK_WIDTH, _DRAWING_ROW = 15.0, 6

_OF_NEURONS = (
    "The network at iteration 0, from the inputs to the loss. Coloured lines are weights as they were built: the"
    " thicker the larger, blue above 0 and orange below."
)
_OF_TENSORS = (
    "The network, from the inputs to the loss: each box an equation, its name and shape above it, the parameters that"
    " enter it below. Lines lead from one column to the next; the equations name the rest. Explorer shows its numbers."
)

_LIVE = {
    False: "the chain rule of every weight with live numbers",
    True: "below them the numbers of the step picked on Explorer",
}
"""What stands below the equations on the sheet Equations, by whether they are over tensors."""

_CHECKED = "any gradient against the central difference of the loss, computed anew as you look"

_SECTIONS = {
    Section.DATA: "the inputs and the targets",
    Section.WEIGHTS: "what the network learns; each row starts from the row above",
    Section.STATE: "what a row goes on from: what the row above has come to, or a start",
    Section.BATCH: "what is made of a quantity in all rows of a batch: one number, the same in each of them",
    Section.METRICS: "what is watched and not minimised",
    Section.BACKWARD: "the derivative of the loss with respect to each quantity, from right to left in the network",
    Section.GRADIENTS: "the derivative of the loss with respect to each weight: what the update uses",
    Section.ABOVE: "the derivatives with respect to the quantities of the row above, and the gradients with them",
    Section.MEANS: "running means over the samples of a batch, whole in its last row",
    Section.OPTIMIZER: "what the optimiser remembers of each weight's gradients",
}


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Start sheet."""
    study = book.study
    page = Page(START, tab_colour="1F2933")
    page.widths = {1: 3}
    page.heights = {1: 34, 2: 20 + 16 * (len(study.description) // 120)}
    page.put("B1", study.title, style.TITLE)
    drawn, below, whole = _draw(page, book)
    page.heights |= dict.fromkeys(range(_DRAWING_ROW - 1, below), ROW_HEIGHT)
    last = max(drawn, 14)
    page.widths[FIRST_DRAWN_COLUMN] = max(page.widths[FIRST_DRAWN_COLUMN], _LINK_WIDTH)
    page.put("B2", " ".join(study.description.split()), style.PROSE)
    page.merges.append(f"B2:{column_letter(last)}2")
    page.zoom = filling(page, last)
    flag(page, f"B3:{column_letter(last)}3", verdict)
    page.put("B4", _drawn(study), style.NOTE)
    sheets = _try(page, book, below)
    key = _sheets(page, book, sheets)
    end = _key(page, book, key)
    if len(whole) > 1:
        whole |= {below: sheets - 1, sheets: key - 1, key: end}
        page.decorate.append(lambda sheet: _print_bands(sheet, page, last, whole))
    else:
        page.decorate.append(_print)
    return page


def _drawn(study: Study) -> str:
    """Say what is drawn."""
    text = _OF_TENSORS if study.tensors else _OF_NEURONS
    return text if study.trains else text.replace("iteration 0", "the first sample").replace("the loss", "the outputs")


def _draw(page: Page, book: Book) -> tuple[int, int, dict[int, int]]:
    """Draw the network; return the last column, the next free row, and of each band of boxes its first row and last."""
    if book.study.tensors:
        boxes = plan_boxes(book.study.tensors)
        return boxes.last_column, draw_boxes(page, boxes, _DRAWING_ROW), dict(boxes.rows(_DRAWING_ROW))
    plan = plan_drawing(book.study.network, START_LOOK)
    cells = painter.draw(page, plan, painter.at_start(book), _DRAWING_ROW)
    if cells.weights:
        page.colour(" ".join(ranges(cells.weights)), negative_rule())
    return plan.last_column, cells.row, {}


def _try(page: Page, book: Book, row: int) -> int:
    """Suggest a few things to try: those of the template first, then what every workbook is good for."""
    last = book.study.variants[-1].sheet
    if book.study.trains:
        own = "Change a number on the sheet Inputs, then look at the charts on Error: the lines follow."
        suggestions = (
            *(book.study.suggestions or (own,)),
            f"Overwrite a gradient of iteration 0 on {last} with a number: the flag turns to CHECK. Undo: OK again.",
            "Pick one iteration after another on Explorer: watch the weights move and the derivatives change.",
        )
    else:
        own = "Change a number on the sheet Inputs, then look at Explorer: every number follows."
        suggestions = (
            *(book.study.suggestions or (own,)),
            f"Overwrite a formula on {last} with a number: the flag turns to CHECK. Undo: OK again.",
        )
    row = page.heading("B", row, "Things to try")
    for number, text in enumerate(suggestions, start=1):
        page.put(f"B{row}", f"{number}.  {text}")
        row += 1
    return row + 1


def _sheets(page: Page, book: Book, row: int) -> int:
    """List the sheets, each a link."""
    study = book.study
    one = len(study.variants) == 1
    of_any = "" if one else " of any training sheet"
    kind = "one sheet " + ("a learning rate" if study.shares_settings else "a way of training")
    each = "an iteration a row" if study.batch == 1 else "a row for each sample of an iteration's batch"
    data = [(DATA, "every sample once; change them here")] if study.samples else []
    epochs = [(EPOCHS, "the whole data set after every epoch, every sample with the weights as they are then")]
    epochs = epochs if study.evaluates else []
    tested = "the test set, never trained on, after every epoch: what the network makes of what it has not seen"
    test = [(TEST, tested)] if study.test else []
    pictures = [(PICTURES, "what is learnt, in pictures that follow the step picked on Explorer")]
    pictures = pictures if pictures_of(book.built) else []
    row = page.heading("B", row, "The sheets")
    if not study.trains:
        return _list(page, row, _untrained(study, data))
    sheets: list[tuple[str, Content]] = [
        (INPUTS, "every input, target, initial weight and learning rate; change them here")
    ]
    sheets += [
        *data,
        (study.variants[0].sheet, f"{'the training' if one else kind}: a quantity a column, {each}"),
        *((study.variants[v].sheet, _otherwise(book, v)) for v in range(1, len(study.variants))),
        *epochs,
        *test,
        (ERROR, f"the error of {'the training' if one else 'all training sheets side by side'}, charted"),
        (EXPLORER, f"the network at any step{of_any}, drawn and coloured: pick one, look around"),
        *pictures,
        (GRADIENT_CHECK, _CHECKED),
        (EQUATIONS, f"the equations, and {_LIVE[study.tensors is not None]}"),
        (CHECKS, f"live checks that the training {'sheet is' if one else 'sheets are'} right"),
        (SOURCE, "the template this workbook was built from"),
    ]
    return _list(page, row, sheets)


def _untrained(study: Study, data: list[tuple[str, str]]) -> list[tuple[str, Content]]:
    """Return the sheets where nothing is trained."""
    return [
        (INPUTS, "every number that is given; change them here"),
        *data,
        (study.variants[0].sheet, "the network, forward: a quantity a column, a sample a row"),
        (EXPLORER, "the network drawn and coloured"),
        (EQUATIONS, "the equations" + (f", and {_LIVE[True]}" if study.tensors is not None else "")),
        (CHECKS, "live checks that the sheet is right"),
        (SOURCE, "the template this workbook was built from"),
    ]


def _list(page: Page, row: int, sheets: list[tuple[str, Content]]) -> int:
    """List some sheets, each a link; return the next free row."""
    listing = Listing.at(row, dict(sheets), FIRST_DRAWN_COLUMN)
    for name, meaning in sheets:
        listing.put(page, name, meaning, style.EQUATION, style.LINK_TEXT)
        page.links[listing.label_cell(name)] = name
    return row + len(sheets) + 1


def _otherwise(book: Book, variant: int) -> Content:
    """Return what a further training sheet is trained with: its rate, live; its name says more where that differs."""
    return variant_title(book, variant) if book.study.shares_settings else None


def _key(page: Page, book: Book, row: int) -> int:
    """Say what the colours mean; return the last row."""
    row = page.heading("B", row, "What the colours mean")
    for example, meaning, look in _KEY:
        meaning = meaning if book.study.trains else meaning.replace(" and Gradient check", "")
        page.put(f"B{row}", example, look)
        page.put(f"C{row}", meaning, style.EQUATION)
        row += 1
    sections = {quantity.section for graph in book.study.graphs for quantity in graph.quantities}
    words = {**_SECTIONS, **section_words(book.study.network)}
    if not book.study.trains:
        words[Section.WEIGHTS] = "the parameters"
    for section in (section for section in Section if section in sections and section in words):
        page.put(f"B{row}", str(section), band_style(section))
        page.put(f"C{row}", words[section], style.EQUATION)
        row += 1
    return row - 1


def _print_bands(sheet: Any, page: Page, last: int, whole: Mapping[int, int]) -> None:
    """Print a drawing that has several bands on as many pages as it takes to be legible."""
    by_width(sheet, page, last, whole, range(0))
    sheet.print_area = f"A1:{column_letter(last)}{max(whole.values())}"


def _print(sheet: Any) -> None:
    landscape(sheet)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
