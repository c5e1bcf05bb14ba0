"""The mark on the sheet that was put into a workbook: a hidden defined name that refers to it.

Excel, LibreOffice and openpyxl keep it when they save, and it follows a sheet that is renamed. (LibreOffice shows it.)
"""

from __future__ import annotations

import re

from sheetgen.page.page import quoted
from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.escapes import escape
from sheetgen.xlsx.markup import Markup

NAME = "_sheetgen_sheet"
_REFERENCE = re.compile(r"=?\$?(?:'((?:[^']|'')+)'|([^'!]+))!.*", re.DOTALL)


def mark_of(sheet: str) -> str:
    """Return the element that marks a sheet."""
    return f'<definedName name="{NAME}" hidden="1">{escape(quoted(sheet))}!$A$1</definedName>'


def marks_in(workbook: Markup) -> list[Element]:
    """Return the elements of the workbook part that mark a sheet."""
    names = workbook.root.child("definedNames")
    return [name for name in names.children if name.get("name").lower() == NAME] if names else []


def is_marked(workbook: Markup, sheet: str) -> bool:
    """Whether the sheet of a name, in capitals or not, bears the mark."""
    references = [_REFERENCE.fullmatch(mark.text.strip()) for mark in marks_in(workbook)]
    marked = [(match[1] or match[2]).replace("''", "'") for match in references if match]
    return sheet.lower() in (name.lower() for name in marked)
