"""Number formats, of cells and by condition, that show something else than the cell holds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from counterfeit.cell import Cell
from counterfeit.conditions import differential, first_rule
from counterfeit.rows import Kind, a_number
from counterfeit.workbook import STYLES, AbsentError, Workbook
from sheetgen.sheet_names import CHECKS, INPUTS, START

Which = Callable[[Workbook, random.Random], Cell]


def a_value(book: Workbook, rng: random.Random) -> Cell:
    return book.pick(rng, lambda cell: a_number(cell) and cell.value not in ("0.0", "0"))


def a_negative(book: Workbook, rng: random.Random) -> Cell:
    return book.pick_anywhere(rng, lambda cell: a_number(cell) and (cell.value or "").startswith("-"))


def an_input(book: Workbook, rng: random.Random) -> Cell:
    inputs = [book.sheet(INPUTS)]
    return book.pick(rng, lambda cell: cell.is_number and cell.formula is None and cell.column == "C", inputs)


def a_label(book: Workbook, rng: random.Random) -> Cell:
    return book.pick(rng, lambda cell: cell.kind == "inlineStr")


def the_flag(book: Workbook, rng: random.Random) -> Cell:
    return book.cell(book.sheet(CHECKS), "B3")


def the_flag_on_start(book: Workbook, rng: random.Random) -> Cell:
    return book.cell(book.sheet(START), "B3")


def define(book: Workbook, number: int, code: str) -> None:
    """Define a number format."""
    element = f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
    if "</numFmts>" in book.text(STYLES):
        book.change(STYLES, "</numFmts>", lambda found: element + found[0])
    else:
        book.change(STYLES, "(<styleSheet[^>]*>)", lambda found: f'{found[1]}<numFmts count="1">{element}</numFmts>')


def another_style(book: Workbook, make: Callable[[list[str]], str]) -> int:
    """Add a style, made of those that are there; return its index."""
    found = re.search("<cellXfs[^>]*>(.*?)</cellXfs>", book.text(STYLES), re.DOTALL)
    if found is None:
        raise AbsentError("styles of cells")
    styles = re.findall("<xf [^>]*/>|<xf .*?</xf>", found[1], re.DOTALL)
    other = make(styles)
    book.change(STYLES, "</cellXfs>", lambda found: other + found[0])
    return len(styles)


def number_format(book: Workbook, code: str, style: int) -> int:
    """Add a style that differs from another in its number format only; return its index."""
    numbers = [int(number) for number in re.findall(r'<numFmt numFmtId="([0-9]+)"', book.text(STYLES))]
    number = max([163, *numbers]) + 1
    define(book, number, code)
    changed = f'numFmtId="{number}" applyNumberFormat="1"'
    return another_style(book, lambda styles: re.sub('numFmtId="[0-9]+"', changed, styles[style], count=1))


def styled(book: Workbook, cell: Cell, index: int) -> None:
    """Give a cell a style."""
    bare = re.sub(' s="[0-9]+"', "", cell.xml, count=1)
    book.replace(cell, bare.replace("<c ", f'<c s="{index}" ', 1))


def shown_as(which: Which, code: str) -> Kind:
    """Give a cell a number format that shows something else."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        style = re.search(' s="([0-9]+)"', cell.xml)
        styled(book, cell, number_format(book, code, int(style[1]) if style else 0))

    return kind


def format_redefined(book: Workbook, rng: random.Random) -> None:
    """Change the code of a number format in the styles: no cell changes."""
    book.change(STYLES, 'formatCode="0.000000"', 'formatCode="&quot;0.123&quot;"')


def shown_on_condition(which: Which, code: str) -> Kind:
    """Show a cell otherwise by a conditional format that always holds, before all others."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        escaped = escape(code, {'"': "&quot;"})
        index = differential(book, f'<numFmt numFmtId="250" formatCode="{escaped}"/>')
        first_rule(book, cell, f'type="expression" dxfId="{index}" stopIfTrue="1"')

    return kind


_FORMATS: dict[str, tuple[Which, str]] = {
    "a value": (a_value, '"0.123"'),
    "a value, with nothing": (a_value, ";;;"),
    "a value, in thousands": (a_value, "0,"),
    "a value, with a number before it": (a_value, '"1"0.000000'),
    "a value without its minus": (a_negative, "0.000000;0.000000"),
    "a value as a date": (a_value, "yyyy\\-mm\\-dd"),
    "a value, 1 for all that is above 0": (a_value, '[>0]"1";[<0]"-1";0'),
    "an input": (an_input, '"0.5"'),
    "a label": (a_label, 'General;General;General;"w9"'),
    "a label, with nothing": (a_label, ";;;"),
    "the flag": (the_flag, 'General;General;General;"OK: all checks pass"'),
    "the flag on Start": (the_flag_on_start, 'General;General;General;"OK: all checks pass"'),
}


def repeated(book: Workbook, rng: random.Random) -> None:
    """Fill a cell with what it holds: 5 shows as 5555."""
    index = another_style(book, lambda styles: '<xf numFmtId="0"><alignment horizontal="fill"/></xf>')
    styled(book, a_value(book, rng), index)


def built_in_redefined(book: Workbook, rng: random.Random) -> None:
    """Give a value the built-in format of dates, which the file says to be General."""
    define(book, 14, "General")
    styled(book, a_value(book, rng), another_style(book, lambda styles: '<xf numFmtId="14" applyNumberFormat="1"/>'))


def in_font(which: Which, font: str) -> Kind:
    """Show a cell in a font whose letters and digits look like others."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        index = len(re.findall("<font>|<font/>", book.text(STYLES).partition("</fonts>")[0]))
        book.change(STYLES, "</fonts>", lambda found: f"<font>{font}</font>{found[0]}")
        style = re.search(' s="([0-9]+)"', cell.xml)
        changed = f'fontId="{index}"'

        def make(styles: list[str]) -> str:
            return re.sub('fontId="[0-9]+"', changed, styles[int(style[1]) if style else 0], count=1)

        styled(book, cell, another_style(book, make))

    return kind


_WINGDINGS = '<sz val="11"/><name val="Wingdings"/>'
_BY_CHARSET = '<sz val="11"/><name val="Unheard Of"/><charset val="2"/>'

KINDS: dict[str, Kind] = {
    "a value in a font of symbols": in_font(a_value, _WINGDINGS),
    "a label in a font of symbols": in_font(a_label, _WINGDINGS),
    "the flag in a font of symbols": in_font(the_flag, _WINGDINGS),
    "a value in a font that says it has symbols": in_font(a_value, _BY_CHARSET),
    "a value repeated over its cell": repeated,
    "a value as a date that is said to be General": built_in_redefined,
    **{f"a number format: {name}": shown_as(*how) for name, how in _FORMATS.items()},
    "a number format's code": format_redefined,
    **{
        f"a conditional number format: {name}": shown_on_condition(*_FORMATS[name])
        for name in ("a value", "a value, with nothing", "an input", "a label", "the flag", "the flag on Start")
    },
}
