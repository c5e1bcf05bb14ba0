"""Notes on cells, as Excel spells them: texts in a part of comments, boxes in a drawing of the old language.

A box is out of sight until the pointer is over its cell. It is as high as its text needs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import lru_cache

from sheetgen.page.cell_names import row_and_column
from sheetgen.page.fields import pixels, row_pixels
from sheetgen.page.page import Page
from sheetgen.xlsx.attached import DECLARATION
from sheetgen.xlsx.escapes import escaped
from sheetgen.xlsx.schema import MAIN
from sheetgen.xlsx.vml import TEXT_BOX, Corner, OldShape, anchor

_FONT = '<sz val="11"/><color indexed="81"/><rFont val="Calibri"/><family val="2"/>'
_WIDTH, _CHARACTERS = 350, 46
"""Of a box, in pixels, and how many characters of a text surely stand in a line of it."""
_LINE, _MARGIN = 19, 14
"""How high a line is, and how much higher the box than its lines, in pixels."""
_BESIDE, _ABOVE = 15, 2
"""How far a box lies right of its cell, and below the cell's upper edge, in pixels."""


def note_texts(page: Page) -> str:
    """Return the part of the texts, in the order of their cells."""
    notes = "".join(_text(cell, note) for cell, note in _in_order(page))
    authors = "<authors><author>sheetgen</author></authors>"
    return f'{DECLARATION}<comments xmlns="{MAIN}">{authors}<commentList>{notes}</commentList></comments>'


def _in_order(page: Page) -> list[tuple[str, str]]:
    return sorted(page.notes.items(), key=lambda note: row_and_column(note[0]))


def _text(cell: str, note: str) -> str:
    title, line, rest = note.partition("\n")
    runs = _run("<b/>", title) + (_run("", line + rest) if rest else "")
    return f'<comment ref="{cell}" authorId="0" shapeId="0"><text>{runs}</text></comment>'


def _run(weight: str, text: str) -> str:
    return f'<r><rPr>{weight}{_FONT}</rPr><t xml:space="preserve">{escaped(text)}</t></r>'


def note_boxes(page: Page) -> Iterator[OldShape]:
    """Yield the boxes of a page's notes, in the order of their cells."""
    for cell, note in _in_order(page):
        row, column = row_and_column(cell)
        height = _LINE * _lines(note) + _MARGIN
        left, right = _places(_widths(page, column + 1), _BESIDE, _BESIDE + _WIDTH)
        top, bottom = _places(_heights(page, row), _ABOVE, _ABOVE + height)
        start, end = (
            (column + across[0], across[1], row - 1 + down[0], down[1])
            for across, down in ((left, top), (right, bottom))
        )
        yield OldShape(TEXT_BOX, (_WIDTH, height), True, 'fillcolor="#ffffe1"', _box(start, end, row, column))


def _box(start: Corner, end: Corner, row: int, column: int) -> str:
    return (
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>{anchor(start, end)}'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData>"
    )


@lru_cache
def _lines(note: str) -> int:
    """Return the lines that a note takes in its box."""
    lines = note.split("\n")
    return sum(1 if len(line) <= _CHARACTERS else len(textwrap.wrap(line, _CHARACTERS)) for line in lines)


def _widths(page: Page, column: int) -> Iterator[float]:
    while True:
        yield pixels(page, column)
        column += 1


def _heights(page: Page, row: int) -> Iterator[float]:
    while True:
        yield row_pixels(page, row)
        row += 1


def _places(sizes: Iterator[float], *distances: int) -> list[tuple[int, int]]:
    """Return, for rising distances in pixels, the column or row that each lies in, from 0, and how far in it."""
    places, index, begin, size = [], 0, 0.0, next(sizes)
    for distance in distances:
        while distance >= begin + size:
            begin, index, size = begin + size, index + 1, next(sizes)
        places.append((index, int(distance - begin)))
    return places
