"""Cells that a person cannot read, or reads as something else: letters like their background, tiny, struck, turned."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.formats import (
    Which,
    a_label,
    a_value,
    an_input,
    another_style,
    in_font,
    shown_as,
    styled,
    the_flag,
    the_flag_on_start,
)
from counterfeit.rows import Kind, a_number
from counterfeit.workbook import MAIN, STYLES, TYPES, WORKBOOK, AbsentError, Workbook


def a_fraction(book: Workbook, rng: random.Random) -> Cell:
    """Return a number that is shown whole neither with two decimals nor with two digits."""
    return book.pick(rng, lambda cell: a_number(cell) and _is_fraction(float(cell.value or 0)))


def a_negative_fraction(book: Workbook, rng: random.Random) -> Cell:
    """Return a number below 0 that is not whole."""
    return book.pick_anywhere(
        rng, lambda cell: a_number(cell) and (cell.value or "").startswith("-") and float(cell.value or 0) % 1 != 0
    )


def _is_fraction(number: float) -> bool:
    return abs(number * 100 % 1 - 0.5) < 0.49 and float(f"{number:.1e}") != float(f"{number:.9e}")


def a_label_on_white(book: Workbook, rng: random.Random) -> Cell:
    """Return a label in a cell that is not filled."""
    bare = {number for number, fill in _fills(book).items() if fill == 0}
    return book.pick(rng, lambda cell: cell.kind == "inlineStr" and _style(cell) in bare)


def _fills(book: Workbook) -> dict[str, int]:
    """Return which fill each style of cells has."""
    styles = re.findall("<xf [^>]*>", book.text(STYLES).partition("<cellXfs")[2].partition("</cellXfs>")[0])
    found = (re.search('fillId="([0-9]+)"', style) for style in styles)
    return {str(number): int(fill[1]) if fill else 0 for number, fill in enumerate(found)}


def _style(cell: Cell) -> str:
    found = re.search(' s="([0-9]+)"', cell.xml)
    return found[1] if found else "0"


def a_long_label(book: Workbook, rng: random.Random) -> Cell:
    """Return a label of two letters or more in a cell whose fill is none or a light one: white cannot be read there."""
    fills = re.findall("<fill>.*?</fill>|<fill/>", book.text(STYLES), re.DOTALL)
    light = {number for number, fill in _fills(book).items() if not _dark(fills[fill])}
    return book.pick(
        rng,
        lambda cell: (
            cell.kind == "inlineStr" and _style(cell) in light and bool(re.search(r">[^<&]{2,}</t>", cell.xml))
        ),
    )


def _dark(fill: str) -> bool:
    """Whether white letters can be read before a fill: its red, green and blue are less than half of white's."""
    colour = re.search('<fgColor rgb="[0-9A-F]{2}([0-9A-F]{6})"', fill)
    return colour is not None and sum(bytes.fromhex(colour[1])) < 3 * 128


_WHITE, _FONT = '<color rgb="FFFFFFFF"/>', '<name val="Calibri"/>'
_FONTS: dict[str, tuple[Which, str]] = {
    "a value in white": (a_value, f'<sz val="11"/>{_WHITE}{_FONT}'),
    "a label in white": (a_label_on_white, f'<sz val="11"/>{_WHITE}{_FONT}'),
    "the flag on Start in white": (the_flag_on_start, f'<sz val="11"/>{_WHITE}{_FONT}'),
    "a value in nearly white": (a_value, f'<sz val="11"/><color rgb="FFF2F2F2"/>{_FONT}'),
    "a value in the white of the theme": (a_value, f'<sz val="11"/><color theme="0"/>{_FONT}'),
    "a value in the black of the theme, tinted": (a_value, f'<sz val="11"/><color theme="1" tint="0.99"/>{_FONT}'),
    "a value in the white of the palette": (a_value, f'<sz val="11"/><color indexed="9"/>{_FONT}'),
    "a value in the colour of backgrounds": (a_value, f'<sz val="11"/><color indexed="65"/>{_FONT}'),
    "a value in the yellow of its cell": (an_input, f'<sz val="11"/><color rgb="FFFFFBE6"/>{_FONT}'),
    "a value in tiny letters": (a_value, f'<sz val="1"/>{_FONT}'),
    "a value in letters too large for its cell": (a_value, f'<sz val="400"/>{_FONT}'),
    "the flag in tiny letters": (the_flag, f'<sz val="1"/>{_FONT}'),
    "a value struck through": (a_value, f'<strike/><sz val="11"/>{_FONT}'),
    "a value raised": (a_value, f'<vertAlign val="superscript"/><sz val="11"/>{_FONT}'),
}


def aligned(which: Which, alignment: str) -> Kind:
    """Place what a cell holds so that it is hard to read, or out of sight."""
    return _restyled(which, lambda xf: re.sub("/>$|>.*</xf>$", f"><alignment {alignment}/></xf>", xf, flags=re.DOTALL))


def _restyled(which: Which, change: Callable[[str], str]) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        styled(book, cell, another_style(book, lambda styles: change(styles[int(_style(cell))])))

    return kind


def _appended(book: Workbook, name: str, element: str) -> int:
    """Add a fill or a border to the styles; return its index."""
    found = re.search(f"<{name}s[^>]*>(.*?)</{name}s>", book.text(STYLES), re.DOTALL)
    if found is None:
        raise AbsentError(name)
    book.change(STYLES, f"</{name}s>", lambda end: element + end[0])
    return len(re.findall(f"<{name}[ >/]", found[1]))


def with_part(which: Which, name: str, element: str) -> Kind:
    """Give a cell another fill or border."""

    def kind(book: Workbook, rng: random.Random) -> None:
        index = _appended(book, name, element)
        _restyled(which, lambda xf: re.sub(f'{name}Id="[0-9]+"', f'{name}Id="{index}"', xf, count=1))(book, rng)

    return kind


def before_its_own_colour(fill: str) -> Kind:
    """Fill a cell with the colour of its letters, which stands for COLOUR."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = a_value(book, rng)
        fonts = re.findall("<font>.*?</font>|<font/>", book.text(STYLES), re.DOTALL)
        cells = re.findall("<xf [^>]*>", book.text(STYLES).partition("<cellXfs")[2])
        font = re.search('fontId="([0-9]+)"', cells[int(_style(cell))])
        colour = re.search('rgb="([0-9A-F]+)"', fonts[int(font[1])]) if font else None
        own = fill.replace("COLOUR", colour[1] if colour else "FF000000")
        with_part(lambda book, rng: cell, "fill", own)(book, rng)

    return kind


def behind_a_theme(book: Workbook, rng: random.Random) -> None:
    """Show a label in the black of a theme that is white."""
    book.change("xl/theme/theme1.xml", "<a:dk1>.*?</a:dk1>", '<a:dk1><a:srgbClr val="FFFFFF"/></a:dk1>')
    in_font(a_label_on_white, f'<sz val="11"/><color theme="1"/>{_FONT}')(book, rng)


def by_a_typeface_of_the_theme(book: Workbook, rng: random.Random) -> None:
    """Show a value in the font of a theme that is one of symbols."""
    minor = '(<a:minorFont>.*?<a:latin typeface=")[^"]*'
    book.change("xl/theme/theme1.xml", minor, r"\g<1>Wingdings")
    in_font(a_value, f'<sz val="11"/>{_FONT}<scheme val="minor"/>')(book, rng)


def behind_a_palette(book: Workbook, rng: random.Random) -> None:
    """Show a value in the black of a palette that is white."""
    book.change(STYLES, "(<indexedColors>(?:<rgbColor[^>]*>){8})<rgbColor[^>]*>", r'\1<rgbColor rgb="00FFFFFF"/>')
    in_font(a_value, f'<sz val="11"/><color indexed="8"/>{_FONT}')(book, rng)


def by_its_named_style(book: Workbook, rng: random.Random) -> None:
    """Show a value as the named style says, which is white, where its own format is not to be applied."""
    index = _appended(book, "font", f"<font>{_WHITE}{_FONT}</font>")
    base = len(re.findall("<xf ", book.text(STYLES).partition("</cellStyleXfs>")[0]))
    book.change(STYLES, "</cellStyleXfs>", lambda end: f'<xf numFmtId="0" fontId="{index}"/>{end[0]}')
    based = f'<xf applyFont="0" xfId="{base}" '
    _restyled(a_value, lambda xf: re.sub(' (?:xfId|applyFont)="[^"]*"', "", xf).replace("<xf ", based))(book, rng)


def in_pieces(which: Which, properties: str, *, shared: bool, more: str = "") -> Kind:
    """Write the text of a label as two pieces, the last of which looks otherwise."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        found = re.search(r"<is><t[^>]*>(.*?)</t></is>", cell.xml, re.DOTALL)
        if found is None or len(found[1]) < 2 or "&" in found[1]:
            raise AbsentError("a label of two letters")
        half = len(found[1]) // 2
        pieces = (
            f'<r><t xml:space="preserve">{found[1][:half]}</t></r><r><rPr>{properties}</rPr>'
            f'<t xml:space="preserve">{found[1][half:]}</t></r>{more}'
        )
        if not shared:
            book.replace(cell, cell.xml.replace(found[0], f"<is>{pieces}</is>"))
            return
        if book.has("xl/sharedStrings.xml"):
            raise AbsentError("no shared strings")
        book.replace(cell, cell.xml.replace('t="inlineStr"', 't="s"').replace(found[0], "<v>0</v>"))
        content = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si>{pieces}</si></sst>'
        book.add_part(WORKBOOK, "sharedStrings", "xl/sharedStrings.xml", f"{TYPES}.sharedStrings+xml", content)

    return kind


_PIECES = {
    "in white": '<color rgb="FFFFFFFF"/>',
    "in tiny letters": '<sz val="1"/>',
    "struck through": "<strike/>",
    "raised": '<vertAlign val="superscript"/>',
    "in a font of symbols": '<rFont val="Wingdings"/><charset val="2"/>',
}
_READING = '<rPh sb="0" eb="1"><t>not </t></rPh><phoneticPr fontId="0"/>'
_CROSS = (
    '<border diagonalUp="1" diagonalDown="1"><left/><right/><top/><bottom/><diagonal style="thick">'
    '<color rgb="FF000000"/></diagonal></border>'
)
_ROUNDED: dict[str, tuple[Which, str]] = {
    "a value to no decimals": (a_fraction, "0"),
    "a value to one decimal": (a_fraction, "0.0"),
    "a value in thousands without decimals": (a_fraction, "#,##0"),
    "a value to a percent": (a_fraction, "0%"),
    "a value to one digit": (a_fraction, "0E+00"),
    "a value with a decimal comma that groups": (a_fraction, "0,000"),
    "a value to decimals unless below 0": (a_negative_fraction, "0.000000;-0;0"),
    "a value in the white of a number format": (a_fraction, "[White]0.000000"),
    "a value in the yellow of a number format": (a_fraction, "[Yellow]0.000000"),
    "a value in a pale colour by its number": (a_fraction, "[Color2]0.000000"),
}

KINDS: dict[str, Kind] = {
    **{name: in_font(*how) for name, how in _FONTS.items()},
    "a label in a black of the theme that is white": behind_a_theme,
    "a value in a black of the palette that is white": behind_a_palette,
    "a value in the white of its named style": by_its_named_style,
    "a value before its own colour": before_its_own_colour(
        '<fill><patternFill patternType="solid"><fgColor rgb="COLOUR"/></patternFill></fill>'
    ),
    "a value before a pattern of its own colour": before_its_own_colour(
        '<fill><patternFill patternType="darkGray"><fgColor rgb="COLOUR"/></patternFill></fill>'
    ),
    "a value before a gradient of its own colour": before_its_own_colour(
        '<fill><gradientFill degree="90"><stop position="0"><color rgb="COLOUR"/></stop><stop position="1">'
        '<color rgb="COLOUR"/></stop></gradientFill></fill>'
    ),
    "a value in a typeface of the theme that has symbols": by_a_typeface_of_the_theme,
    "a value in a font of icons": in_font(a_value, '<sz val="11"/><name val="Segoe MDL2 Assets"/>'),
    "a value whose formula is hidden": _restyled(
        a_value, lambda xf: re.sub("/>$|</xf>$", '><protection hidden="1"/></xf>', xf).replace("/>>", "/>")
    ),
    "a value crossed out by a border": with_part(a_value, "border", _CROSS),
    "a value turned": aligned(a_value, 'textRotation="90"'),
    "a label written downwards": aligned(a_label, 'textRotation="255"'),
    "a label shrunk to its column": aligned(a_label, 'shrinkToFit="1"'),
    "a value pushed aside": aligned(a_value, 'horizontal="left" indent="200"'),
    "a value read from the right": aligned(a_value, 'readingOrder="2"'),
    **{f"half a label {name}": in_pieces(a_long_label, how, shared=False) for name, how in _PIECES.items()},
    **{f"half a shared label {name}": in_pieces(a_long_label, how, shared=True) for name, how in _PIECES.items()},
    "a label with a reading above it": in_pieces(a_long_label, "", shared=False, more=_READING),
    **{f"a number format: {name}": shown_as(*how) for name, how in _ROUNDED.items()},
}  # fmt: skip
"""What hides or rounds what a cell holds: told."""
