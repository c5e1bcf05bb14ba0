"""Draws the bands of a board on a page: equations as they were typed, and their tensors below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.style import Style
from sheetgen.sheets.explorer.board import WIDTH, Band, Line, Sign, Turn
from sheetgen.sheets.explorer.grid_painter import GridPainter
from sheetgen.sheets.explorer.tensor_grid import HEIGHT, TensorGrid
from sheetgen.sheets.explorer.window_painter import MovedWindow

FIRST = 3
"""The first column of the board; the one before is wide, and a margin."""
_SIGN = Style(bold=True, size=14, align="center")
_TYPED = Style(mono=True, bold=True, size=13)
_TURN = Style(bold=True, align="left", colour=style.GREY, size=12)
_ARROW = Style(bold=True, size=14, align="center", colour=style.GREY)
_DOWN = Style(bold=True, colour=style.GREY, align="left", indent=1)
_GAP = 2
"""The columns between the turns of a loop, in which an arrow stands."""


@dataclass
class BoardPainter:
    """Draws bands one below the other, with the windows that are ``moved`` over images in them.

    ``whole`` has the first row and the last of what is to stay on one page.
    """

    page: Page
    painter: GridPainter
    moved: Sequence[MovedWindow] = ()
    whole: dict[int, int] = field(default_factory=dict)

    def band(self, band: Band, row: int) -> int:
        """Draw a band from a row on; return the next free row."""
        first = row
        for text in band.typed:
            self.page.put(f"B{row}", text, _TYPED)
            self.page.heights[row] = 21
            row += 1
        begun = len(self.painter.placed)
        for line in band.lines:
            before = len(self.painter.placed)
            row = self._line(line, row) + 1
            for window in self._windows(begun, before):
                row = self._line(window, row) + 1
            self.whole[first], first = row - 2, row
        for turns in rows_of_turns(band.turns):
            row = first = self._turns(turns, row, first) + 1
        return row

    def _windows(self, begun: int, before: int) -> Iterator[Line]:
        """Mark the windows whose results are on the last line, and yield what each of them holds.

        The band begins with one number of the grids that have been drawn, its last line with another.
        """
        drawn = {placed.grid.name: placed for placed in self.painter.placed[begun:]}
        results = {placed.grid.name: placed for placed in self.painter.placed[before:]}
        for moved in self.moved:
            image, result = drawn.get(moved.image_name), results.get(moved.result_name)
            if image and result and all(one.grid.shown == one.grid.elements.shape for one in (image, result)):
                for place, area in image.areas.items():
                    self.painter.mark(area, moved.on_image(image.grid, place, area))
                for place, area in result.areas.items():
                    if rule := moved.on_result(result.grid, place, area):
                        self.painter.mark(area, rule)
                yield moved.line(self.painter, image)

    def _rows(self, first: int, after: int) -> None:
        self.page.heights |= dict.fromkeys(range(first, after), HEIGHT)

    # --- an equation ---

    def _line(self, line: Line, row: int) -> int:
        """Draw tensors and signs side by side, in the middle of one another; return the next free row."""
        grids = [piece for piece in line if isinstance(piece, TensorGrid)]
        middle = max(map(_middle, grids), default=0.5)
        below = row + max((_offset(grid, middle) + grid.height for grid in grids), default=1)
        column = FIRST
        for piece in line:
            if isinstance(piece, Sign):
                self.painter.across(row + int(middle), column, piece.width, piece.text, _SIGN)
            else:
                placed = self.painter.values(piece, row + _offset(piece, middle), column)
                self.painter.slopes(placed, below)
            column += piece.width + 1
        after = below + max((grid.slope_height for grid in grids), default=0)
        self._rows(row, after)
        return after

    # --- a loop ---

    def _turns(self, turns: Sequence[Turn], row: int, first: int) -> int:
        """Draw turns from left to right, what is alike in them at one height; return the next free row.

        What comes first in them stays on one page with what stands above, from a first row on.
        """
        keys = _keys(turns)
        tops, top = {}, row + 1
        for key in keys:
            alike = [turn.grids[key] for turn in turns if key in turn.grids]
            tops[key] = top
            top += max(grid.height + grid.slope_height for grid in alike) + 1
            self.whole[first], first = top - 2, top - 1
        column = FIRST
        for place, turn in enumerate(turns):
            self.painter.across(row, column, turn.width, turn.title, _TURN)
            for key, grid in turn.grids.items():
                placed = self.painter.values(grid, tops[key], column)
                self.painter.slopes(placed, tops[key] + grid.height)
                if key in turn.led_to:
                    self.painter.across(tops[key] - 1, column, turn.width, "↓", _DOWN)
            for key in turn.carried if place < len(turns) - 1 else ():
                row_of = tops[key] + int(_middle(turn.grids[key]))
                self.painter.across(row_of, column + turn.width, _GAP, "→", _ARROW)
            column += turn.width + _GAP
        self._rows(row, top - 1)
        return top - 1


def _middle(grid: TensorGrid) -> float:
    """Return how far below its first row the middle of a grid's numbers lies."""
    above = 1 + grid.above
    return above + (grid.height - above) / 2


def _offset(grid: TensorGrid, middle: float) -> int:
    return int(middle - _middle(grid))


def _keys(turns: Sequence[Turn]) -> list[str]:
    """Return what the turns have, in the order of the one that has most."""
    by_size = sorted(turns, key=lambda turn: -len(turn.grids))
    return list(dict.fromkeys(key for turn in by_size for key in turn.grids))


def width_of_turns(turns: Sequence[Turn]) -> int:
    """Return how many columns of the board turns need side by side."""
    return sum(turn.width + _GAP for turn in turns) - _GAP


def rows_of_turns(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Yield as many turns as the board is wide enough for, again and again."""
    row: list[Turn] = []
    for turn in turns:
        if row and width_of_turns([*row, turn]) > WIDTH:
            yield row
            row = []
        row.append(turn)
    if row:
        yield row
