"""The marks on the sheets that were put into a workbook: a hidden defined name for each, which refers to it.

The first is called `NAME`, others have a number behind it. Excel, LibreOffice and openpyxl keep them when they save,
and they follow a sheet that is renamed. (LibreOffice shows them.)
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from sheetgen.page.page import quoted
from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.escapes import escape
from sheetgen.xlsx.markup import Markup

NAME = "_sheetgen_sheet"
_NAMES = re.compile(rf"{NAME}(?:_\d+)?", re.IGNORECASE)
_REFERENCE = re.compile(r"=?\$?(?:'((?:[^']|'')+)'|([^'!]+))!.*", re.DOTALL)


def mark_of(sheet: str, taken: Collection[str] = ()) -> str:
    """Return the element that marks a sheet; other marks have names, in capitals or not, that it cannot have."""
    others = {name.lower() for name in taken}
    name = next(name for name in chain([NAME], (f"{NAME}_{n}" for n in count(2))) if name not in others)
    return f'<definedName name="{name}" hidden="1">{escape(quoted(sheet))}!$A$1</definedName>'


def marks_in(workbook: Markup) -> list[Element]:
    """Return the elements of the workbook part that mark a sheet."""
    names = workbook.root.child("definedNames")
    return [name for name in names.children if _NAMES.fullmatch(name.get("name"))] if names else []


def marked_sheet(mark: Element) -> str | None:
    """Return the name of the sheet that an element marks; None where that sheet is gone."""
    match = _REFERENCE.fullmatch(mark.text.strip())
    return (match[1] or match[2]).replace("''", "'") if match else None


def is_marked(workbook: Markup, sheet: str) -> bool:
    """Whether the sheet of a name, in capitals or not, bears the mark."""
    return sheet.lower() in (name.lower() for name in map(marked_sheet, marks_in(workbook)) if name)


def is_mark(name: str) -> bool:
    """Whether a defined name is that of a mark."""
    return bool(_NAMES.fullmatch(name))
