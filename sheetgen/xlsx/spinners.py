"""Spinners as Excel keeps them in a drawing of the old language: arrows that count the number of a cell up and down."""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.controls import Spinner
from sheetgen.page.fields import pixels, row_pixels
from sheetgen.page.page import Page, quoted
from sheetgen.page.shapes import Spot
from sheetgen.xlsx.escapes import escape
from sheetgen.xlsx.vml import CONTROL, Corner, OldShape, anchor

_SIZE = (18.0, 40.0)
_PAGE = 10
"""How far a click beside the arrows of a scroll bar would count; a spinner keeps the number too."""


def spinner_shapes(page: Page) -> Iterator[OldShape]:
    """Yield the shapes of a page's spinners."""
    for spinner in page.spinners:
        yield OldShape(CONTROL, _SIZE, False, 'filled="f" stroked="f"', _control(page, spinner))


def counted_cell(page: Page, spinner: Spinner) -> str:
    """Return the reference to the cell whose number a spinner counts.

    It names the sheet, for LibreOffice would take the cell of the first sheet.
    """
    row, column = row_and_column(spinner.cell)
    return f"{quoted(page.name)}!${column_letter(column)}${row}"


def corner(page: Page, spot: Spot) -> Corner:
    """Return a place as anchors have it; the right edge of a cell is where the next begins."""
    column, right = (spot.column, spot.right) if spot.right < 1 else (spot.column + 1, 0.0)
    down = spot.down * row_pixels(page, spot.row)
    return column - 1, round(right * pixels(page, column)), spot.row - 1, round(down)


def _control(page: Page, spinner: Spinner) -> str:
    start, end = corner(page, spinner.start), corner(page, spinner.end)
    now = page.cells[row_and_column(spinner.cell)].content
    assert isinstance(now, float), f"{spinner.cell} holds no number"
    return (
        f'<x:ClientData ObjectType="Spin">{anchor(start, end)}<x:PrintObject>False</x:PrintObject>'
        f"<x:Val>{min(int(now), spinner.most)}</x:Val><x:Min>0</x:Min><x:Max>{spinner.most}</x:Max><x:Inc>1</x:Inc>"
        f"<x:Page>{_PAGE}</x:Page><x:Dx>22</x:Dx><x:FmlaLink>{escape(counted_cell(page, spinner))}</x:FmlaLink>"
        "</x:ClientData>"
    )
