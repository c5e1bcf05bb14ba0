"""The list of a workbook's sheets among its properties (docProps/app.xml), brought up to date."""

from __future__ import annotations

from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.escapes import escape
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.remove_sheet import sheets_of

_TYPES = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"


def list_titles(package: Package) -> None:
    """Bring the titles up to date where they are listed as Excel lists them: the worksheets first, with their number.

    A list of another form stays: no program relies on it.
    """
    name = next((found.part for found in package.relations() if found.kind == "extended-properties"), None)
    if name is None or not package.has(name):
        return
    app = package.markup(name)
    count, titles = _count(app), _vector(app, "TitlesOfParts")
    if count is None or titles is None or not count.text.strip().isdecimal():
        return
    listed = titles.children[: int(count.text)]
    if not listed or len(listed) != int(count.text):
        return
    sheets = _worksheets(package)
    app.write(count, str(len(sheets)))
    app.set(titles, "size", str(len(titles.children) - len(listed) + len(sheets)))
    for title in listed[1:]:
        app.remove(title)
    app.replace(listed[0], "".join(app.like(listed[0], escape(sheet)) for sheet in sheets))
    package.put(name, app)


def _worksheets(package: Package) -> list[str]:
    """Return the names of the worksheets, in the order of their tabs."""
    kinds = {relation.id: relation.kind for relation in package.relations(package.workbook)}
    sheets = sheets_of(package.markup(package.workbook))
    return [sheet.get("name") for sheet in sheets if kinds.get(sheet.get(RELATION_ID)) == "worksheet"]


def _vector(app: Markup, name: str) -> Element | None:
    element = app.root.child(name)
    return element.child(f"{_TYPES}vector") if element else None


def _count(app: Markup) -> Element | None:
    """Return the element that holds the number of worksheets: the second in the list of headings."""
    headings = _vector(app, "HeadingPairs")
    if headings is None or len(headings.children) < 2:
        return None
    return headings.children[1].child(f"{_TYPES}i4")
