"""What the style sheet of a workbook says of cells: their number formats, and what keeps them from being read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS

from sheetgen.errors import WorkbookError
from sheetgen.xlsx import legibility
from sheetgen.xlsx.cells import COMPATIBILITY, MAIN
from sheetgen.xlsx.colours import BLACK, Colours, inks_in, typefaces_of
from sheetgen.xlsx.differential_look import look_of
from sheetgen.xlsx.plain_xml import OFF, entry_at, integer
from sheetgen.xlsx.reader import WorkbookFile

_OWN_FORMATS = 164
"""The number of the first number format that a workbook defines; the others are built in."""
_BY_LANGUAGE = "dd/mm/yyyy"
"""Stands for the built-in number formats that every language spells anew: dates and times, all of them."""
_REMEDY = "open and save it in a spreadsheet, or build it again"
_NO = (*OFF, "off")
_REPEATED = "a number repeated over the width of its cell"
"""Stands beside the number formats of cells that are filled with what they hold: 5 shows as 5555."""
_SYMBOLS = "a number in a font of symbols"
"""Stands beside the number formats of cells whose digits and letters are drawn as others: 5 shows as a flag."""


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
        self._bases = root.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")
        self._lists = {name: root.findall(f"{MAIN}{name}s/*") for name in ("font", "fill", "border")}
        themes = file.related(file.main, "theme")
        theme = file.read(themes[0]) if themes else None
        self._colours, self._typefaces = Colours(root, theme), typefaces_of(theme)
        self.looks = [look_of(entry) for entry in root.iterfind(f"{MAIN}dxfs/{MAIN}dxf")]
        self.codes = cache(self._codes_of)
        self.veils = cache(self._veils_of)
        self._draws_symbols = cache(self._draws_symbols_in)
        self._seen_of_font, self._behind = cache(self._seen_of), cache(self._colours_behind)

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
        cell, base = self._entries(style)
        codes = self._codes_in(cell)
        if base is not None and cell.get("applyNumberFormat") in _NO:
            codes += self._codes_in(base)
        entries = [entry for entry in (cell, base) if entry is not None]
        places = (entry.find(f"{MAIN}alignment") for entry in entries)
        if any(place is not None and place.get("horizontal") == "fill" for place in places):
            codes.append(_REPEATED)
        fonts = (font for entry in entries for font in self._named(entry, "font"))
        if any(map(self._draws_symbols, fonts)):
            codes.append(_SYMBOLS)
        return tuple(dict.fromkeys(codes))

    def _entries(self, style: str) -> tuple[ElementTree.Element, ElementTree.Element | None]:
        """Return a cell format, and the named style on which it is based."""
        cell = entry_at(self._cells, style)
        if cell is None:
            raise WorkbookError(f"{self._path} has no cell format {style}, which a cell needs; {_REMEDY}")
        return cell, entry_at(self._bases, cell.get("xfId", ""))

    def _codes_in(self, entry: ElementTree.Element) -> list[str]:
        """Return the code of a format's number format: two where the file redefines one that programs build in."""
        number = entry.get("numFmtId", "0")
        codes = [self._codes[number]] if number in self._codes else []
        if (place := integer(number)) is not None and 0 <= place < _OWN_FORMATS:
            codes.append(str(BUILTIN_FORMATS.get(place, _BY_LANGUAGE)))
        if codes:
            return codes
        raise WorkbookError(f"{self._path} has no number format {number}, which a cell needs; {_REMEDY}")

    def _named(self, entry: ElementTree.Element, name: str) -> list[ElementTree.Element]:
        """Return the font, the fill or the border of a format; none where the style sheet lacks it."""
        there = entry_at(self._lists[name], entry.get(f"{name}Id", "0"))
        return [] if there is None else [there]

    def _parts(self, style: str, name: str) -> list[ElementTree.Element]:
        """Return the fonts, fills or borders that a program may take for a cell's: nearly always one."""
        cell, base = self._entries(style)
        based = base is not None and cell.get(f"apply{name.title()}") in _NO
        return self._named(cell, name) + (self._named(base, name) if based and base is not None else [])

    def _veils_of(self, style: str) -> tuple[str, ...]:
        """Return what keeps a person from reading cells of a format, in the words of `sheetgen.xlsx.legibility`."""
        fonts = [self._seen_of_font(font) for font in self._parts(style, "font")]
        inks = [ink for ink, _ in fonts] or [BLACK]
        inks += [ink for code in self.codes(style) for ink in inks_in(code)]
        cell, _ = self._entries(style)
        veils = [veil for _, of_font in fonts for veil in of_font]
        veils += [veil for border in self._parts(style, "border") for veil in legibility.of_border(border)]
        veils += legibility.of_alignment(cell.find(f"{MAIN}alignment"))
        veils += legibility.of_protection(cell.find(f"{MAIN}protection"))
        return tuple(dict.fromkeys([*veils, *self._if_faint(style, inks)]))

    # --- of a font or a fill, which many formats share ---

    def _draws_symbols_in(self, font: ElementTree.Element) -> bool:
        return legibility.draws_symbols(font, self._typefaces)

    def _seen_of(self, font: ElementTree.Element) -> tuple[str, tuple[str, ...]]:
        """Return the colour of a font, and what its letters are hard to read by."""
        return self._colours.of(font.find(f"{MAIN}color"), BLACK), tuple(legibility.of_font(font))

    def _colours_behind(self, fill: ElementTree.Element) -> tuple[str, ...]:
        return tuple(legibility.behind(fill, self._colours))

    def veils_of_runs(self, style: str, runs: Iterable[ElementTree.Element]) -> tuple[str, ...]:
        """Return the same of pieces of a text in a cell of a format, given what the file says of each."""
        veils = [veil for run in runs for veil in legibility.of_run(run, self._typefaces)]
        colours = [colour for run in runs if (colour := run.find(f"{MAIN}color")) is not None]
        inks = [self._colours.of(colour, BLACK) for colour in colours]
        return tuple(dict.fromkeys([*veils, *self._if_faint(style, inks)]))

    def _if_faint(self, style: str, inks: list[str]) -> Iterator[str]:
        """Yield that letters of one of some colours can hardly be told from what lies behind them, where that is so."""
        behind = [colour for fill in self._parts(style, "fill") for colour in self._behind(fill)]
        if legibility.is_faint(inks, behind):
            yield legibility.FAINT
