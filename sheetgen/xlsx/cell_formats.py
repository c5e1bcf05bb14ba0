"""What the style sheet of a workbook says of cells: their number formats, and the looks of conditional formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.reader import WorkbookFile

_OWN_FORMATS = 164
"""The number of the first number format that a workbook defines; the others are built in."""
_BY_LANGUAGE = "dd/mm/yyyy"
"""Stands for the built-in number formats that every language spells anew: dates and times, all of them."""
_REMEDY = "open and save it in a spreadsheet, or build it again"
_NO = ("0", "false", "off")


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
        self._codes = {
            entry.get("numFmtId", ""): entry.get("formatCode", "") for entry in root.iterfind(f"{MAIN}numFmts/*")
        }
        self._cells = root.findall(f"{MAIN}cellXfs/{MAIN}xf") or [ElementTree.Element(f"{MAIN}xf")]
        self._bases = root.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")
        self.looks = [self._look(entry) for entry in root.iterfind(f"{MAIN}dxfs/{MAIN}dxf")]
        self.codes = cache(self._codes_of)

    def _codes_of(self, style: str) -> tuple[str, ...]:
        """Return the number formats that a program may take for a cell's: nearly always one.

        Raises WorkbookError for a format that the style sheet does not have.
        """
        if not (style.isascii() and style.isdigit()) or int(style) >= len(self._cells):
            raise WorkbookError(f"{self._path} has no cell format {style}, which a cell needs; {_REMEDY}")
        cell = self._cells[int(style)]
        codes = [self._code(cell)]
        base = cell.get("xfId", "")
        if cell.get("applyNumberFormat") in _NO and base.isdigit() and int(base) < len(self._bases):
            codes.append(self._code(self._bases[int(base)]))
        return tuple(dict.fromkeys(codes))

    def _code(self, entry: ElementTree.Element) -> str:
        number = entry.get("numFmtId", "0")
        if number in self._codes:
            return self._codes[number]
        if number.isascii() and number.isdigit() and int(number) < _OWN_FORMATS:
            return str(BUILTIN_FORMATS.get(int(number), _BY_LANGUAGE))
        raise WorkbookError(f"{self._path} has no number format {number}, which a cell needs; {_REMEDY}")

    def _look(self, entry: ElementTree.Element) -> DifferentialLook:
        number = entry.find(f"{MAIN}numFmt")
        pattern = entry.find(f"{MAIN}fill/{MAIN}patternFill")
        fill = "" if pattern is None else _colour(pattern, "bgColor") or _colour(pattern, "fgColor")
        font = entry.find(f"{MAIN}font")
        ink = "" if font is None else _colour(font, "color")
        return DifferentialLook(ink, fill, None if number is None else number.get("formatCode", ""))


def _colour(parent: ElementTree.Element, name: str) -> str:
    """Return a colour as RRGGBB; one that is not given so as the attributes by which it is."""
    colour = parent.find(f"{MAIN}{name}")
    if colour is None:
        return ""
    rgb = colour.get("rgb")
    return rgb[-6:].upper() if rgb else " ".join(f"{key}={value}" for key, value in sorted(colour.attrib.items()))
