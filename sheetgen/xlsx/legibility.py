"""What keeps a person from reading what a cell holds: letters like what lies behind them, tiny, struck through, turned.

Each is told in words that follow "cells".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.colours import BLACK, WHITE, Colours, least_contrast
from sheetgen.xlsx.plain_xml import OFF, ON

FAINT = "in letters of nearly the colour behind them"
TINY = "in letters too small to be read"
HUGE = "in letters too large for them"
STRUCK = "struck through"
RAISED = "in raised or lowered letters"
CROSSED = "crossed out by lines"
TURNED = "in turned letters"
SHRUNK = "shrunk to the width of their column"
INDENTED = "pushed aside by an indent"
MIRRORED = "to be read from the right"
SPELLED = "with other letters above their own"
SECRET = "whose formula a protected sheet does not show"
SYMBOLS = "partly in a font of symbols"

_LEAST_CONTRAST = 2.0
"""Half of what letters on a screen should have at least, and less than the palest of ours have."""
_SMALLEST = 6.0
"""The smallest letters that can be read, in points."""
_LARGEST = 60.0
"""More than twice as large as any letters of ours: cells have no room for those."""
_MOST_INDENT = 3
_HALFTONES = ("gray0625", "gray125", "lightGray")
"""The patterns that let letters be read, whatever their colour."""
_NONE = ("", "none")
_SYMBOL_FONTS = (
    "symbol", "wingdings", "webdings", "dingbats", "marlett", "mt extra", "mdl2", "fluent icons", "ms outlook",
    "reference specialty", "barcode", "code 39", "code39", "code 128",
)  # fmt: skip
_SYMBOL_CHARSET = "2"


def of_font(font: ElementTree.Element) -> Iterator[str]:
    """Yield what letters of a font, or of a run of a text, are hard to read by; their colour aside."""
    size = _value_of(font, "sz")
    if size and not _number(size) >= _SMALLEST:
        yield TINY
    if _number(size) > _LARGEST:
        yield HUGE
    struck = font.find(f"{MAIN}strike")
    if struck is not None and struck.get("val", "1") not in OFF:
        yield STRUCK
    if _value_of(font, "vertAlign") not in ("", "baseline"):
        yield RAISED


def of_alignment(alignment: ElementTree.Element | None) -> Iterator[str]:
    """Yield what a cell is hard to read by as it is aligned."""
    if alignment is None:
        return
    if alignment.get("textRotation", "0") != "0":
        yield TURNED
    if alignment.get("shrinkToFit") in ON:
        yield SHRUNK
    if not _number(alignment.get("indent", "0")) <= _MOST_INDENT:
        yield INDENTED
    if alignment.get("readingOrder") == "2":
        yield MIRRORED


def of_protection(protection: ElementTree.Element | None) -> Iterator[str]:
    """Yield that the formula of a cell is not shown in a sheet that is protected, where that is so."""
    if protection is not None and protection.get("hidden") in ON:
        yield SECRET


def of_border(border: ElementTree.Element) -> Iterator[str]:
    """Yield that the border of a cell crosses what the cell holds, where it does."""
    line = border.find(f"{MAIN}diagonal")
    drawn = any(border.get(way) in ON for way in ("diagonalUp", "diagonalDown"))
    if drawn and line is not None and line.get("style", "") not in _NONE:
        yield CROSSED


def of_run(run: ElementTree.Element, typefaces: Mapping[str, str]) -> Iterator[str]:
    """Yield what a piece of a text is hard to read by, given its properties, or the letters written above it."""
    if run.tag == f"{MAIN}rPh":
        yield SPELLED
        return
    yield from of_font(run)
    if draws_symbols(run, typefaces):
        yield SYMBOLS


def draws_symbols(font: ElementTree.Element, typefaces: Mapping[str, str]) -> bool:
    """Whether a font draws other signs than the letters and digits that a cell holds.

    ``typefaces`` are those of the theme, which a font may name instead of its own.
    """
    names = (_value_of(font, "name"), _value_of(font, "rFont"), typefaces.get(_value_of(font, "scheme"), ""))
    return _value_of(font, "charset") == _SYMBOL_CHARSET or any(map(is_of_symbols, names))


@lru_cache(maxsize=4096)
def is_of_symbols(typeface: str) -> bool:
    """Whether a typeface is one that draws other signs than letters and digits."""
    return any(known in typeface.casefold() for known in _SYMBOL_FONTS)


def is_faint(inks: list[str], behind: list[str]) -> bool:
    """Whether letters of one of some colours (RRGGBB) can hardly be told from one of those behind them."""
    return bool(inks) and least_contrast(inks, behind or [WHITE]) < _LEAST_CONTRAST


def behind(fill: ElementTree.Element, colours: Colours) -> list[str]:
    """Return the colours of a fill."""
    stops = [colours.of(colour, WHITE) for colour in fill.iterfind(f"{MAIN}gradientFill/{MAIN}stop/{MAIN}color")]
    pattern = fill.find(f"{MAIN}patternFill")
    if stops or pattern is None:
        return stops or [WHITE]
    kind = pattern.get("patternType", "none")
    front = colours.of(pattern.find(f"{MAIN}fgColor"), BLACK)
    back = colours.of(pattern.find(f"{MAIN}bgColor"), WHITE)
    if kind == "none":
        return [WHITE]
    if kind == "solid":
        return [front]
    return [back] if kind in _HALFTONES else [front, back]


def _value_of(parent: ElementTree.Element, name: str) -> str:
    element = parent.find(f"{MAIN}{name}")
    return "" if element is None else element.get("val", "")


def _number(text: str) -> float:
    """Return a number, one that is not comparable for what is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
