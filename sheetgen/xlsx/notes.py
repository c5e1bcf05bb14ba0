"""Notes on cells, as Excel spells them: texts in a part of comments, boxes in a drawing of the old language.

A box is out of sight until the pointer is over its cell. It is as high as its text needs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sheetgen.page.cell_names import row_and_column
from sheetgen.page.fields import pixels
from sheetgen.page.page import Page
from sheetgen.page.shapes import DEFAULT_HEIGHT
from sheetgen.xlsx.attached import DECLARATION, attach, refer
from sheetgen.xlsx.escapes import escaped
from sheetgen.xlsx.schema import MAIN

BOX = "urn:schemas-microsoft-com:vml"
"""The namespace of the old language of drawings."""
CLIENT = "urn:schemas-microsoft-com:office:excel"
"""The namespace of what a box says of its cell."""

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_BOXES_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_FONT = '<sz val="11"/><color indexed="81"/><rFont val="Calibri"/><family val="2"/>'
_WIDTH, _CHARACTERS = 350, 46
"""Of a box, in pixels, and how many characters of a text surely stand in a line of it."""
_LINE, _MARGIN = 19, 14
"""How high a line is, and how much higher the box than its lines, in pixels."""
_BESIDE, _ABOVE = 15, 2
"""How far a box lies right of its cell, and below the cell's upper edge, in pixels."""
_PIXELS_A_POINT = 96 / 72
_BLOCK = 1024
"""The numbers that Excel gives the shapes of a drawing come in blocks of so many, which the drawing names."""
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def put_notes(parts: dict[str, bytes], pages: Sequence[Page], sheets: Mapping[str, str]) -> None:
    """Put the notes of pages into the parts of a workbook; ``sheets`` names the part of each page's sheet."""
    noted = [page for page in pages if page.notes]
    first_block = 1
    for number, page in enumerate(noted, start=1):
        sheet = sheets[page.name]
        blocks = range(first_block, first_block + 1 + len(page.notes) // _BLOCK)
        first_block = blocks.stop
        boxes = attach(
            parts, sheet, "vmlDrawing", f"xl/drawings/vmlDrawing{number}.vml", _boxes(page, blocks), _BOXES_TYPE
        )
        attach(parts, sheet, "comments", f"xl/comments{number}.xml", _texts(page), _TYPE)
        refer(parts, sheet, "legacyDrawing", boxes)


def _texts(page: Page) -> str:
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


def _boxes(page: Page, blocks: range) -> str:
    """Return the drawing of the boxes; its shapes have numbers of these blocks."""
    named = ",".join(map(str, blocks))
    shapes = "".join(
        _box(page, cell, note, blocks.start * _BLOCK + number)
        for number, (cell, note) in enumerate(_in_order(page), start=1)
    )
    return (
        f'<xml xmlns:v="{BOX}" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="{CLIENT}">'
        f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{named}"/></o:shapelayout>{_SHAPE_TYPE}{shapes}</xml>'
    )


def _box(page: Page, cell: str, note: str, number: int) -> str:
    row, column = row_and_column(cell)
    height = _LINE * _lines(note) + _MARGIN
    left, right = _BESIDE, _BESIDE + _WIDTH
    across = _places(_widths(page, column + 1), left, right)
    down = _places(_heights(page, row), _ABOVE, _ABOVE + height)
    (first_column, from_left), (last_column, to_right) = across
    (first_row, from_top), (last_row, to_bottom) = down
    anchor = (
        f"{column + first_column}, {from_left}, {row - 1 + first_row}, {from_top}, "
        f"{column + last_column}, {to_right}, {row - 1 + last_row}, {to_bottom}"
    )
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:59.25pt;'
        f"margin-top:1.5pt;width:{_WIDTH * 3 / 4:g}pt;height:{height * 3 / 4:g}pt;z-index:{number % _BLOCK};"
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


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
        yield page.heights.get(row, DEFAULT_HEIGHT) * _PIXELS_A_POINT
        row += 1


def _places(sizes: Iterator[float], *distances: int) -> list[tuple[int, int]]:
    """Return, for rising distances in pixels, the column or row that each lies in, from 0, and how far in it."""
    places, index, begin, size = [], 0, 0.0, next(sizes)
    for distance in distances:
        while distance >= begin + size:
            begin, index, size = begin + size, index + 1, next(sizes)
        places.append((index, int(distance - begin)))
    return places
