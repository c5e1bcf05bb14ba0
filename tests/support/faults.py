"""Seeding faults: a workbook with some cells, or some of its parts, changed as text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

Change = Callable[[str], str]


def change_parts(source: Path, target: Path, changes: Mapping[str, Change | None]) -> Path:
    """Copy a workbook with some parts changed, or left out where the change is None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        assert set(changes) <= set(old.namelist())
        for name in old.namelist():
            change = changes.get(name, lambda text: text)
            if change is not None:
                new.writestr(name, change(old.read(name).decode()))
    return target


def sheet_part(path: Path, sheet: str) -> str:
    """Return the part that holds a sheet of ours: parts are numbered in the order of the tabs."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet [^>]*name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def change_sheet(source: Path, target: Path, sheet: str, change: Change) -> Path:
    """Copy a workbook with the XML of one sheet changed."""
    return change_parts(source, target, {sheet_part(source, sheet): change})


def change_cell(source: Path, target: Path, sheet: str, cell: str, change: Change) -> Path:
    """Copy a workbook with the XML of one cell changed."""

    def in_sheet(xml: str) -> str:
        element = re.search(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)', xml)
        assert element, f"{sheet}!{cell} is not there"
        changed = change(element[0])
        assert changed != element[0], f"nothing was changed in {element[0]}"
        return xml.replace(element[0], changed, 1)

    return change_sheet(source, target, sheet, in_sheet)


def formula(text: str) -> Change:
    """Give a cell another formula under its cached value."""
    return lambda xml: re.sub(r"<f[^>]*/>|<f[^>]*>.*?</f>", f"<f>{escape(text)}</f>", xml)


def cached(value: str) -> Change:
    """Give a cell another cached value under its formula."""
    return lambda xml: re.sub(r"<v>.*?</v>", f"<v>{value}</v>", xml)


def constant(xml: str) -> str:
    """Replace a formula by its cached value."""
    return re.sub(r"<f[^>]*/>|<f[^>]*>.*?</f>", "", xml)


def text(value: str) -> Change:
    """Give a cell that holds a text another one."""
    return lambda xml: re.sub(r"(<t [^>]*>).*?(</t>)", rf"\g<1>{escape(value)}\g<2>", xml)


def number(value: float) -> Change:
    """Give a cell that holds a number another one."""
    return cached(repr(value))
