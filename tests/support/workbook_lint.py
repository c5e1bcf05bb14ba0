"""What a schema validator does not see in a workbook, and a spreadsheet program stumbles over.

Excel repairs, or refuses, files whose cells are out of order, whose numbers are not finite, whose shared
formulas have no master. Formulas are held to functions that Excel 2007, LibreOffice and Google Sheets share.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

FUNCTIONS = frozenset(
    {"ABS", "CHOOSE", "COS", "COUNT", "COUNTIF", "EXP", "IF", "INDEX", "INT", "ISNUMBER", "LN", "MATCH", "MAX", "MIN"}
    | {"OR", "PI", "ROUND", "SIGN", "SIN", "SQRT", "SUBSTITUTE", "SUM", "SUMPRODUCT", "SUMSQ", "TANH"}
    | {"ATAN2", "AVERAGE", "IFERROR", "MOD", "REPT", "STDEV", "TRANSPOSE", "VARP"}
)
"""The functions a formula may use: all older than Excel 2007's end, and alike in every engine tried."""

GUARDED = frozenset({"_xlfn.ISFORMULA", "ROW"})
"""Functions that not every engine has, or has alike: only the check of numbers in place of formulas asks them."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LONGEST_FORMULA, _LONGEST_TEXT, _LONGEST_NAME = 8192, 32_767, 31
_STRING = re.compile(r'"(?:[^"]|"")*"')
_CALL = re.compile(r"([A-Za-z_][\w.]*)\(")
_LOOKS_LIKE_CELL = re.compile(r"(?i)[a-z]{1,3}\d{1,7}|r\d*c\d*|r|c")
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def lint(path: Path) -> list[str]:
    """Return what is wrong with a workbook, a line each; an empty list for a clean one."""
    with zipfile.ZipFile(path) as archive:
        problems = list(_package(archive))
        for name in archive.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                problems += [f"{name}: {problem}" for problem in _sheet(archive.read(name))]
        problems += _workbook(archive.read("xl/workbook.xml"))
    return problems


def functions_in(formula: str) -> set[str]:
    """Return the functions that a formula calls."""
    return set(_CALL.findall(_STRING.sub("", formula)))


def _package(archive: zipfile.ZipFile) -> Iterator[str]:
    names = archive.namelist()
    if len(set(names)) < len(names):
        yield "a part is in the package twice"
    if "xl/calcChain.xml" in names:
        yield "there is a calculation chain, which goes stale"
    if names[:1] != ["[Content_Types].xml"]:
        yield "the first part is not [Content_Types].xml"
    if any(entry.extra for entry in archive.infolist()):
        yield "a zip64 or other extra field, which some readers refuse"


def _workbook(xml: bytes) -> Iterator[str]:
    root = ElementTree.fromstring(xml)
    names = [sheet.get("name", "") for sheet in root.iter(f"{_MAIN}sheet")]
    if len({name.lower() for name in names}) < len(names):
        yield "two sheets have one name"
    for name in names:
        if not 0 < len(name) <= _LONGEST_NAME or _FORBIDDEN_IN_NAMES.search(name) or name.startswith("'"):
            yield f"{name!r} cannot be the name of a sheet"
    for defined in root.iter(f"{_MAIN}definedName"):
        if _LOOKS_LIKE_CELL.fullmatch(defined.get("name", "")):
            yield f"the defined name {defined.get('name')} looks like a cell"


def _sheet(xml: bytes) -> Iterator[str]:
    row_number = 0
    masters: set[str] = set()
    for row in ElementTree.fromstring(xml).iter(f"{_MAIN}row"):
        number = int(row.get("r", "0"))
        if number <= row_number:
            yield f"row {number} comes after row {row_number}"
        row_number, column = number, 0
        for cell in row:
            letters, cell_row = coordinate_from_string(cell.get("r", "A0"))
            where = f"{letters}{cell_row}"
            if cell_row != number:
                yield f"{where} stands in row {number}"
            if (index := column_index_from_string(letters)) <= column:
                yield f"{where} is out of order or there twice"
            column = index
            yield from (f"{where}: {problem}" for problem in _cell(cell, masters))


def _cell(cell: ElementTree.Element, masters: set[str]) -> Iterator[str]:
    value, formula, kind = cell.find(f"{_MAIN}v"), cell.find(f"{_MAIN}f"), cell.get("t", "n")
    text = value.text or "" if value is not None else ""
    if kind == "n" and text and not _finite(text):
        yield f"{text!r} is no finite number"
    if len(text) > _LONGEST_TEXT:
        yield "the text is too long"
    if formula is None:
        return
    if value is None or (kind == "n" and not text):
        yield "the formula has no cached value"
    yield from _formula(formula, masters)


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _formula(formula: ElementTree.Element, masters: set[str]) -> Iterator[str]:
    text = formula.text or ""
    if formula.get("t") == "shared":
        index = formula.get("si", "")
        if text and not formula.get("ref"):
            yield "a shared formula's first cell has no range"
        if not text and index not in masters:
            yield f"the shared formula {index} has no first cell"
        masters.add(index)
    elif not text:
        yield "the formula is empty"
    if text.startswith("="):
        yield "the formula begins with ="
    if len(text) > _LONGEST_FORMULA:
        yield "the formula is too long"
    for name in functions_in(text):
        if name not in FUNCTIONS | GUARDED:
            yield f"{name} is not a function that every spreadsheet program has"
