"""A worksheet's part as text: its rows, and where an element belongs beside them."""

from __future__ import annotations

import random
import re

from counterfeit.workbook import AbsentError, Workbook

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"

_AFTER_ROWS = (
    "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture",
    "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
"""The elements that may follow the rows of a worksheet, in the order that the format asks for."""


def rows_of(xml: str) -> tuple[str, str, str]:
    """Split a worksheet into what stands before its rows, the rows, and what stands after them."""
    found = re.fullmatch(r"(.*?)<sheetData>(.*?)</sheetData>(.*)", xml, re.DOTALL)
    if found is None:
        raise AbsentError("sheetData")
    return found[1], found[2], found[3]


def forged(rows: str, rng: random.Random) -> str:
    """Return rows of plain values, one number of which is not what it was."""
    plain = re.sub(r"<f[^>]*/>|<f[^>]*>.*?</f>", "", rows, flags=re.DOTALL)
    numbers = list(re.finditer(r'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?><v>([^<]+)</v>', plain))
    if not numbers:
        raise AbsentError("a number")
    chosen = rng.choice(numbers)
    return plain[: chosen.start(1)] + other_number(chosen[1]) + plain[chosen.end(1) :]


def other_number(text: str) -> str:
    """Return a number that shows as another one in every format."""
    return repr(float(text) * 1.5 + 0.25)


def insert(book: Workbook, part: str, name: str, xml: str) -> None:
    """Put an element into a worksheet where the format wants it, before others of its name."""
    later = "|".join(_AFTER_ROWS[_AFTER_ROWS.index(name) :])
    book.change(part, rf"(</sheetData>.*?)(<(?:{later})\b|</worksheet>)", lambda found: found[1] + xml + found[2])


def into(book: Workbook, part: str, name: str, child: str, around: str = "") -> None:
    """Put a child at the end of an element of a worksheet, which is made (with attributes) where it is not there."""
    if f"</{name}>" in book.text(part):
        book.change(part, f"</{name}>", lambda found: child + found[0])
    else:
        insert(book, part, name, f"<{name}{around}>{child}</{name}>")


def extension(book: Workbook, part: str, child: str, uri: str = "{78C0D931-6437-407d-A8EE-F0AAD7539E65}") -> None:
    """Put an extension into a worksheet."""
    ext = f'<ext uri="{uri}" xmlns:x14="{X14}" xmlns:xm="{XM}">{child}</ext>'
    into(book, part, "extLst", ext)
