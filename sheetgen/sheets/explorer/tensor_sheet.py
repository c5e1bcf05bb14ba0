"""The Explorer of a study that is written in tensors: its equations on a board, at a step that is picked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sheetgen.algebra.expr import Var
from sheetgen.network.graph import Section
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.fields import filling, pixels, span
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import by_width
from sheetgen.page.style import Style
from sheetgen.sheet_names import EXPLORER
from sheetgen.sheets import picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.explorer import step, top
from sheetgen.sheets.explorer.board import WIDTH, Band, width_of
from sheetgen.sheets.explorer.board_painter import FIRST, BoardPainter, rows_of_turns, width_of_turns
from sheetgen.sheets.explorer.board_writer import Writer
from sheetgen.sheets.explorer.grid_painter import GridPainter
from sheetgen.sheets.explorer.grids import Grids
from sheetgen.sheets.explorer.table import LookupTable
from sheetgen.sheets.explorer.tensor_grid import SHARES, UNIT, TensorGrid
from sheetgen.sheets.explorer.window_painter import MovedWindow
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.section_style import SECTION_COLOURS
from sheetgen.tensors.operands import Operands
from sheetgen.tensors.program import Tensors
from sheetgen.tensors.windows import windows

MOST_NUMBERS = 4_000
"""The most numbers that the board has, each a formula; beyond these it says less of tensors that it has drawn."""
_FIRST_ROW, _MARGIN = 9, 16.0
_LEAST_WIDTH = 170.0
_READ = Style(bold=True, size=14, colour=SECTION_COLOURS[Section.FORWARD][0])
_SPARING = range(3)
_CHARACTER = 7.5
"""The pixels of a character in the width of a column: 7 in Excel, a little more in LibreOffice."""


def page(book: Book, verdict: Verdict, tensors: Tensors) -> Page:
    """Return the Explorer sheet of a study that is written in tensors."""
    page = Page(EXPLORER, tab_colour="175CD3")
    grids = Grids(book.study, tensors)
    bands, left_out = plan_board(tensors, grids)
    widths = {1: 2.0, FIRST - 1: _MARGIN, **dict.fromkeys(range(FIRST, FIRST + 2 * WIDTH), UNIT)}
    page.widths = widths
    last = max(FIRST + _width(bands) - 1, span(page, FIRST - 1, _LEAST_WIDTH), step.last_column(page, book.study))
    page.widths = {column: width for column, width in widths.items() if column <= last}
    table = LookupTable(book, last + 2, grids.kinds)
    painter = GridPainter(page, table)
    cells = {label: pick.cell for label, pick in picks.window_picks(book.study).items()}
    moved = [MovedWindow(window, cells, book.picks.window, table) for window in windows(tensors)]
    board = BoardPainter(page, painter, moved)
    row = max([top.below(book.study, _FIRST_ROW), *(cell.row + 2 for cell in cells.values())])
    sequences = _sequences(tensors, [grid for band in bands for grid in band.grids])
    first, row = row, row + len(sequences) + bool(sequences)
    for band in bands:
        row = board.band(band, row) + 1
    for line, (name, elements) in enumerate(sequences.items(), start=first):
        _read_out(page, line, name, [painter.words[element] for element in elements])
    if left_out:
        page.put(f"B{row}", _left_out(left_out), Style(size=12))
        row += 2
    table.put(page)
    top.put(page, book, table, verdict)
    painter.finish()
    top.guard(page, book, table)
    below = step.put(page, book, table, row)
    end = _legend(page, below + 1, [grid for band in bands for grid in band.grids], book.study.trains)
    board.whole[row] = end
    page.zoom = filling(_narrow(page), last)
    page.decorate.append(lambda sheet: _print(sheet, page, last, end, board.whole))
    return page


def _sequences(tensors: Tensors, grids: Collection[TensorGrid]) -> Mapping[str, list[str]]:
    """Return the tensors of one axis whose numbers read as words on the board, each with its quantities."""
    drawn = {e.name for grid in grids if grid.read_as for e in grid.elements.reshape(-1) if isinstance(e, Var)}
    operands = Operands(tensors)
    arrays = {name: operands.elements(Var(name)) for name in tensors.naming.places}
    of = {name: [e.name for e in array if isinstance(e, Var)] for name, array in arrays.items() if array.ndim == 1}
    return {name: elements for name, elements in of.items() if elements and drawn.issuperset(elements)}


def _read_out(page: Page, row: int, name: str, cells: Sequence[str]) -> None:
    """Put the words of a sequence, which stand in cells of the board, on one line."""
    shown = [page.cells[row_and_column(cell)].content for cell in cells]
    words = [one for one in shown if isinstance(one, Formula)]
    page.put(f"B{row}", name, Style(bold=True, size=12))
    text = '&" "&'.join(cells)
    page.put(f"D{row}", Formula(text, lambda: " ".join(str(one.value()) for one in words)), _READ)
    page.heights[row] = 26


def _print(sheet: Any, page: Page, last: int, end: int, whole: Mapping[int, int]) -> None:
    by_width(sheet, _narrow(page), last, whole, range(0))
    sheet.print_area = f"A1:{column_letter(last)}{end}"


def _narrow(page: Page) -> Page:
    """Return a page whose columns are reckoned to be as wide as they are, their margins included.

    What is added for margins otherwise is little beside a column of text, and much beside one of the board.
    """
    margin = pixels(Page("", widths={1: 0.0}), 1)
    return replace(page, widths={c: (width * _CHARACTER - margin) / 7 for c, width in page.widths.items()})


def plan_board(tensors: Tensors, grids: Grids) -> tuple[list[Band], int]:
    """Return the bands that are drawn, and how many are not, because there are too many numbers."""
    for sparing in _SPARING:
        bands = list(Writer(tensors, grids, sparing).bands())
        if sum(band.count for band in bands) <= MOST_NUMBERS:
            return bands, 0
    kept: list[Band] = []
    count = 0
    for band in bands:
        count += band.count
        if count > MOST_NUMBERS and kept:
            break
        kept.append(band)
    return kept, len(bands) - len(kept)


def _width(bands: Sequence[Band]) -> int:
    """Return how many columns of the board are used."""
    lines = [width_of(line) for band in bands for line in band.lines]
    turns = [width_of_turns(row) for band in bands for row in rows_of_turns(band.turns)]
    return max([*lines, *turns], default=1)


def _left_out(bands: int) -> str:
    more = "one more equation" if bands == 1 else f"{bands} more equations"
    return f"There is no room for {more}: their numbers stand on the training sheets."


def _legend(page: Page, row: int, grids: Collection[TensorGrid], trains: bool) -> int:
    """Say how to read the board; return the last row. It has no derivatives where nothing ``trains``."""
    page.heading("B", row, "How to read it")
    sample = Style(align="center", bold=True, size=12)
    ink = {section: SECTION_COLOURS[section][0] for section in (Section.FORWARD, Section.BACKWARD)}
    explanations = (
        ("Z  2×4", replace(sample, colour=ink[Section.FORWARD]),
         "A tensor: its name, its shape, its numbers at the picked step. Rows and columns are counted from 0, as in the"
         " labels of the training sheets: row 1, column 2 of Z is Z_1_2."),
        ("∂E/∂Z", replace(sample, colour=ink[Section.BACKWARD]),
         "Beneath it the derivative of the loss by each of its elements: how much the loss changes per unit of it."),
        ("positive", replace(sample, fill=style.POSITIVE),
         "The deeper the colour, the larger the number among those of its tensor. Gradient descent makes a weight"
         " smaller whose derivative is positive …" if trains else
         "The deeper the colour, the larger the number among those of its tensor."),
        ("negative", replace(sample, fill=style.NEGATIVE),
         "… and a weight larger whose derivative is negative." if trains else "A number below 0."),
        ("a share", replace(sample, fill=style.SHARE),
         "A softmax shares 1 out along each row, the deeper the colour the more: in attention, where a row looks."),
        ("+0  -0", replace(sample, colour=style.GREY),
         "A number that is not 0 and too small for its cell; the training sheets have all of it."),
    )  # fmt: skip
    told = {
        "∂E/∂Z": trains,
        "a share": any(grid.scale == SHARES for grid in grids),
        "+0  -0": any(grid.cell == 1 for grid in grids),
    }
    shown = [one for one in explanations if told.get(one[0], True)]
    for text_row, (name, look, text) in enumerate(shown, start=row + 1):
        page.put(f"B{text_row}", name, look)
        page.put(f"D{text_row}", text, Style(size=12))
        page.heights[text_row] = 22
    return row + len(shown)
