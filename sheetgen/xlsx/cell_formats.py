"""What the style sheet of a workbook says of cells: their number formats, and the looks of conditional formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.cells import COMPATIBILITY, MAIN
from sheetgen.xlsx.plain_xml import OFF
from sheetgen.xlsx.reader import WorkbookFile

_OWN_FORMATS = 164
"""The number of the first number format that a workbook defines; the others are built in."""
_BY_LANGUAGE = "dd/mm/yyyy"
"""Stands for the built-in number formats that every language spells anew: dates and times, all of them."""
_REMEDY = "open and save it in a spreadsheet, or build it again"
_NO = (*OFF, "off")
_UNTINTED = ("0", "0.0")
_FILLED = ("", "solid")
"""The patterns of a conditional format's fill that show its background alone."""
_REPEATED = "a number repeated over the width of its cell"
"""Stands beside the number formats of cells that are filled with what they hold: 5 shows as 5555."""
_SYMBOLS = "a number in a font of symbols"
"""Stands beside the number formats of cells whose digits and letters are drawn as others: 5 shows as a flag."""
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings", "dingbats", "marlett", "mt extra")
_SYMBOL_CHARSET = "2"


@dataclass(frozen=True)
class DifferentialLook:
    """What a conditional format changes: the colours of text and background (RRGGBB), and the number format."""

    ink: str = ""
    fill: str = ""
    number: str | None = None


class CellFormats:
    """The formats of a workbook's cells, by the number that a cell names."""

    def __init__(self, file: WorkbookFile) -> None:
        self._path = file.path
        parts = file.related(file.main, "styles")
        root = file.read(parts[0]) if parts else ElementTree.Element("")
        self._require_one_reading(root)
        self._codes = {
            entry.get("numFmtId", ""): entry.get("formatCode", "") for entry in root.iterfind(f"{MAIN}numFmts/*")
        }
        self._cells = root.findall(f"{MAIN}cellXfs/{MAIN}xf") or [ElementTree.Element(f"{MAIN}xf")]
        self._symbols = [_draws_symbols(font) for font in root.iterfind(f"{MAIN}fonts/*")]
        self._bases = root.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")
        self.looks = [self._look(entry) for entry in root.iterfind(f"{MAIN}dxfs/{MAIN}dxf")]
        self.codes = cache(self._codes_of)

    def _require_one_reading(self, root: ElementTree.Element) -> None:
        """Raise WorkbookError for a style sheet of which programs would make different formats."""
        lists = [part.tag for part in root]
        numbers = [entry.get("numFmtId", "") for entry in root.iterfind(f"{MAIN}numFmts/*")]
        choices = root.find(f".//{COMPATIBILITY}AlternateContent") is not None
        if choices or len(set(lists)) < len(lists) or len(set(numbers)) < len(numbers):
            what = "alternatives" if choices else "a list or a number format given twice"
            raise WorkbookError(f"{self._path} has {what} in its style sheet; {_REMEDY}")

    def _codes_of(self, style: str) -> tuple[str, ...]:
        """Return the number formats that a program may take for a cell's: nearly always one.

        A last one that is no number format says that the cell repeats what it shows, or draws other signs.
        Raises WorkbookError for a format that the style sheet does not have.
        """
        if not (style.isascii() and style.isdigit()) or int(style) >= len(self._cells):
            raise WorkbookError(f"{self._path} has no cell format {style}, which a cell needs; {_REMEDY}")
        cell = self._cells[int(style)]
        codes = self._codes_in(cell)
        number = cell.get("xfId", "")
        base = self._bases[int(number)] if number.isdigit() and int(number) < len(self._bases) else None
        if base is not None and cell.get("applyNumberFormat") in _NO:
            codes += self._codes_in(base)
        entries = [entry for entry in (cell, base) if entry is not None]
        places = (entry.find(f"{MAIN}alignment") for entry in entries)
        if any(place is not None and place.get("horizontal") == "fill" for place in places):
            codes.append(_REPEATED)
        if any(self._in_symbols(entry) for entry in entries):
            codes.append(_SYMBOLS)
        return tuple(dict.fromkeys(codes))

    def _in_symbols(self, entry: ElementTree.Element) -> bool:
        number = entry.get("fontId", "0")
        return number.isdigit() and int(number) < len(self._symbols) and self._symbols[int(number)]

    def _codes_in(self, entry: ElementTree.Element) -> list[str]:
        """Return the code of a format's number format: two where the file redefines one that programs build in."""
        number = entry.get("numFmtId", "0")
        codes = [self._codes[number]] if number in self._codes else []
        if number.isascii() and number.isdigit() and int(number) < _OWN_FORMATS:
            codes.append(str(BUILTIN_FORMATS.get(int(number), _BY_LANGUAGE)))
        if codes:
            return codes
        raise WorkbookError(f"{self._path} has no number format {number}, which a cell needs; {_REMEDY}")

    def _look(self, entry: ElementTree.Element) -> DifferentialLook:
        number = entry.find(f"{MAIN}numFmt")
        pattern = entry.find(f"{MAIN}fill/{MAIN}patternFill")
        fill = "" if pattern is None else _colour(pattern, "bgColor") or _colour(pattern, "fgColor")
        if pattern is not None and (kind := pattern.get("patternType", "")) not in _FILLED:
            fill = f"{kind} {fill}"
        font = entry.find(f"{MAIN}font")
        ink = "" if font is None else _colour(font, "color")
        return DifferentialLook(ink, fill, None if number is None else number.get("formatCode", ""))


def _draws_symbols(font: ElementTree.Element) -> bool:
    """Whether a font draws other signs than the letters and digits that a cell holds."""
    name, charset = (_value_of(font, element) for element in ("name", "charset"))
    return charset == _SYMBOL_CHARSET or any(known in name.casefold() for known in _SYMBOL_FONTS)


def _value_of(parent: ElementTree.Element, name: str) -> str:
    element = parent.find(f"{MAIN}{name}")
    return "" if element is None else element.get("val", "")


def _colour(parent: ElementTree.Element, name: str) -> str:
    """Return a colour as RRGGBB; one that is not given so, or tinted, as the attributes by which it is."""
    colour = parent.find(f"{MAIN}{name}")
    if colour is None:
        return ""
    rgb = colour.get("rgb")
    if rgb and colour.get("tint", "0") in _UNTINTED:
        return rgb[-6:].upper()
    return " ".join(f"{key}={value}" for key, value in sorted(colour.attrib.items()))
