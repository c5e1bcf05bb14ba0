"""The digits that one can pick: on a sheet of their own, each a square of 28 × 28 pixels, listed by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn.live import looks
from cnn.live.arrangement import Lattice
from cnn.live.formulas import live
from cnn.net.folded import Array
from cnn.net.networks import SIDE
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit, landscape
from sheetgen.page.style import Style
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE

DRAW = "draw"
UNKNOWN = "?"
"""The label of what nobody has labelled."""
_LABELS = ("name", "row", "column", "label")
_HEADER_ROW, _NOW_ROW, _ACROSS, _COLUMN = 6, 4, 7, 8
"""The header of the list; the row of what is shown now; digits side by side, and the column of the first."""


@dataclass(frozen=True)
class StoredDigit:
    """A picture to pick by its name, (28, 28) of 0…255; ``label`` is None where nobody knows it."""

    name: str
    pixels: Array
    label: int | None


@dataclass(frozen=True)
class DigitsSheet:
    """The sheet of the digits, as other sheets refer to it; the one that is shown at first is ``chosen``."""

    digits: tuple[StoredDigit, ...]
    chosen: int

    @property
    def _block(self) -> Block:
        return Block.below(_HEADER_ROW, _LABELS, len(self.digits) + 1, 2)

    @property
    def lattice(self) -> Lattice:
        """Where the digits stand."""
        count = len(self.digits)
        return Lattice(_HEADER_ROW + 1, _COLUMN, SIDE, count, _ACROSS, SIDE + 2, SIDE + 1)

    @property
    def names(self) -> str:
        """The cells of the names, for a list to pick from."""
        return f"{quoted(CNN_DIGITS)}!{self._block.column('name')}"

    def now(self, label: str) -> str:
        """Return the cell that holds a value of what is shown now."""
        return f"{quoted(CNN_DIGITS)}!${self._block.letters[label]}${_NOW_ROW}"

    def pixel(self, drawn: str, i: int, j: int, cover: Sequence[str]) -> str:
        """Return the formula of a shown pixel: the drawn one, whose cell is given, or that of the digit picked.

        ``cover`` are the cells that say from which row and column on, counted from 1, a square is covered with paper,
        and how large that is.
        """
        row, column, size = cover
        beside = f"{row}>{i + 1},{i + 1}>={row}+{size},{column}>{j + 1},{j + 1}>={column}+{size}"
        last = self.lattice[_ACROSS - 1]
        end = f"${column_letter(last.column + SIDE - 1)}${self.lattice.last_row}"
        area = f"{quoted(CNN_DIGITS)}!{self.lattice[0].cell(i, j)}:{end}"
        picture = f"IF({self.now('row')}=0,{drawn},INDEX({area},{self.now('row')},{self.now('column')}))"
        return f"IF(OR({beside}),{picture},0)"

    def page(self, pick: str) -> Page:
        """Return the sheet; ``pick`` is the cell of the pick on the sheet of the maps."""
        page = Page(CNN_DIGITS, tab_colour="C01048", zoom=60)
        page.widths = {1: 2.0, 2: 26.0, 3: 7.0, 4: 7.0, 5: 7.0} | dict.fromkeys(
            range(6, _COLUMN + _ACROSS * (SIDE + 1)), looks.UNIT_WIDTH
        )
        first = self.lattice.row
        page.heights = dict.fromkeys(range(first - 1, self.lattice.last_row + 1), looks.UNIT_HEIGHT) | {1: 30}
        page.put("B1", "The digits to pick from", style.TITLE)
        page.put("B2", f"Real test digits, as the sheet {CNN_LIVE} shows them; pixels from 0 to 255.", style.NOTE)
        self._put_list(page, pick)
        for number, digit in enumerate(self.digits):
            square = self.lattice[number]
            page.put(f"{column_letter(square.column)}{square.row - 1}", digit.name, looks.CAPTION)
            for i, row in enumerate(digit.pixels.tolist()):
                for j, value in enumerate(row):
                    page.put(square.cell(i, j), float(value), looks.PIXEL)
        page.colour(looks.all_cells(self.lattice), looks.ink_scale(looks.INK))
        page.decorate += [landscape, fit]
        return page

    def _put_list(self, page: Page, pick: str) -> None:
        """Put the names, each with its place, counted from the first digit, and the line of what is shown now."""
        block, lattice = self._block, self.lattice
        page.put(f"B{_NOW_ROW - 1}", "shown now", style.NAME)
        block.header(page)
        rows: list[tuple[float | str, ...]] = [(DRAW, 0.0, 0.0, UNKNOWN)]
        for number, digit in enumerate(self.digits):
            square = lattice[number]
            place = (float(square.row - lattice.row + 1), float(square.column - lattice.column + 1))
            rows.append((digit.name, *place, UNKNOWN if digit.label is None else float(digit.label)))
        plain = Style(align="center")
        for row, contents in zip(block.rows, rows, strict=True):
            block.line(page, row, contents, (style.PLAIN, *[plain] * 3))
        chosen = rows[self.chosen + 1]
        page.put(f"B{_NOW_ROW}", live(pick, chosen[0]), style.INPUT_LINK)
        for label, value in zip(_LABELS[1:], chosen[1:], strict=True):
            text = f"INDEX({block.column(label)},MATCH($B${_NOW_ROW},{block.column('name')},0))"
            page.put(f"{block.letters[label]}{_NOW_ROW}", live(text, value), plain)


def shown_first(digits: Sequence[StoredDigit]) -> int:
    """Return which digit is shown at first: the picture of one's own, where there is one, else the first."""
    return next((number for number, digit in enumerate(digits) if digit.label is None), 0)
