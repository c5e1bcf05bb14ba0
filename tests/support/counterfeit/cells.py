"""Cells that programs read differently: given twice, out of order, under odd addresses, with two contents."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise

from counterfeit.cell import Cell
from counterfeit.rows import Kind, a_number, spelled
from counterfeit.sheet_xml import other_number
from counterfeit.workbook import LINKS, MAIN, TYPES, WORKBOOK, AbsentError, Workbook

_FORMULA = re.compile(r"<f[^>]*/>|<f[^>]*>.*?</f>", re.DOTALL)


def forged(cell: Cell) -> str:
    """Return a cell with another number and no formula."""
    return _FORMULA.sub("", cell.xml).replace(f"<v>{cell.value}</v>", f"<v>{other_number(cell.value or '0')}</v>")


def a_cell(change: Callable[[Cell], str]) -> Kind:
    """Change any cell of a training sheet that holds a formula and a number."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, a_number)
        book.replace(cell, change(cell))

    return kind


def readdressed(address: Callable[[Cell], str]) -> Kind:
    return a_cell(lambda cell: cell.xml.replace(f'r="{cell.address}"', f'r="{address(cell)}"', 1))


def _rows(book: Workbook, part: str) -> list[str]:
    return re.findall(r'<row r="[0-9]+".*?</row>', book.text(part), re.DOTALL)


def _a_row(book: Workbook, rng: random.Random) -> tuple[str, str]:
    part = rng.choice(book.training)
    return part, rng.choice([row for row in _rows(book, part) if "<f" in row and "<v>" in row])


def _forged_row(row: str) -> str:
    numbers = r'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?><v>)([^<]+)'
    return re.sub(numbers, lambda found: found[1] + other_number(found[2]), _FORMULA.sub("", row))


def row_twice(*, genuine_first: bool) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        part, row = _a_row(book, rng)
        pair = row + _forged_row(row) if genuine_first else _forged_row(row) + row
        book.put(part, book.text(part).replace(row, pair, 1))

    return kind


def rows_out_of_order(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    first, second = _rows(book, part)[-2:]
    book.put(part, book.text(part).replace(first + second, second + first, 1))


def cells_out_of_order(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    neighbours = [
        (first.xml, second.xml)
        for first, second in pairwise(book.cells(part))
        if first.row == second.row and a_number(first) and a_number(second)
    ]
    if not neighbours:
        raise AbsentError("two numbers side by side")
    first, second = rng.choice(neighbours)
    book.put(part, book.text(part).replace(first + second, second + first, 1))


def row_numbered(change: Callable[[int], str]) -> Kind:
    """Give a row another number, or none, and leave the addresses in it."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part, row = _a_row(book, rng)
        other = re.sub(r'<row r="([0-9]+)"', lambda found: f"<row{change(int(found[1]))}", row, count=1)
        book.put(part, book.text(part).replace(row, other, 1))

    return kind


_RICH = (
    f'<metadata xmlns="{MAIN}" xmlns:xlrd="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata">'
    '<metadataTypes count="1"><metadataType name="XLRICHVALUE" minSupportedVersion="120000" copy="1" pasteAll="1"/>'
    '</metadataTypes><futureMetadata name="XLRICHVALUE" count="1"><bk><extLst>'
    '<ext uri="{3e2802c4-a4d2-4d8b-9148-e3be6c30e623}"><xlrd:rvb i="0"/></ext></extLst></bk></futureMetadata>'
    '<valueMetadata count="1"><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>'
)
_SPILLING = (
    f'<metadata xmlns="{MAIN}"><metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" '
    'cellMeta="1"/></metadataTypes><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)


def row_without_a_number(book: Workbook, rng: random.Random) -> None:
    """Leave a row's number out where counting from the row above gives another one than its cells do."""
    places = [
        (part, found[0])
        for part in book.sheets.values()
        for found in re.finditer(r'<row r="([0-9]+)"[^>]*><c', book.text(part))
        if f'<row r="{int(found[1]) - 1}"' not in book.text(part) and found[1] != "1"
    ]
    if not places:
        raise AbsentError("a gap among rows")
    part, row = rng.choice(places)
    book.put(part, book.text(part).replace(row, re.sub(' r="[0-9]+"', "", row, count=1), 1))


def with_metadata(attribute: str, metadata: str) -> Kind:
    """Give a cell a rich value, which Excel shows in place of its number, or let its formula spill."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, a_number)
        book.replace(cell, cell.xml.replace("<c ", f'<c {attribute}="1" ', 1))
        book.add_part(WORKBOOK, "sheetMetadata", "xl/metadata.xml", f"{TYPES}.sheetMetadata+xml", metadata)

    return kind


def shared_string(book: Workbook, rng: random.Random) -> None:
    """Move the text of a label into shared strings that are related to the workbook under another name."""
    label = book.pick(rng, lambda cell: cell.kind == "inlineStr")
    found = re.search(r"<is>(.*?)</is>", label.xml, re.DOTALL)
    if found is None or book.has("xl/sharedStrings.xml"):
        raise AbsentError("a label, and no shared strings")
    cell = label.xml.replace('t="inlineStr"', 't="s"').replace(found[0], "<v>0</v>")
    book.replace(label, cell)
    genuine = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si>{found[1]}</si></sst>'
    book.add("xl/sharedStrings.xml", genuine)
    book.declare("xl/sharedStrings.xml", f"{TYPES}.sharedStrings+xml")
    other = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>another label</t></si></sst>'
    book.add_part(WORKBOOK, "sharedStrings", "xl/texts.xml", f"{TYPES}.sharedStrings+xml", other)


def value(form: str) -> Kind:
    """Write a value anew: V is the genuine number, W another one."""
    return a_cell(
        lambda cell: cell.xml.replace(
            f"<v>{cell.value}</v>",
            form.replace("V", cell.value or "").replace("W", other_number(cell.value or "0")),
        )
    )


def formula(form: str) -> Kind:
    """Write a formula anew: F is its genuine text."""
    return spelled(lambda cell: _FORMULA.sub(lambda _: form.replace("F", cell.formula or ""), cell.xml, count=1))


def linked_strings(book: Workbook, rng: random.Random) -> None:
    """Let two relations name shared strings, the last one others."""
    shared_string(book, rng)
    book.relate(WORKBOOK, f"{LINKS}/sharedStrings", "sharedStrings.xml")


KINDS: dict[str, Kind] = {
    "a cell twice, the genuine first": a_cell(lambda cell: cell.xml + forged(cell)),
    "a cell twice, the genuine last": a_cell(lambda cell: forged(cell) + cell.xml),
    "a row twice, the genuine first": row_twice(genuine_first=True),
    "a row twice, the genuine last": row_twice(genuine_first=False),
    "rows out of order": rows_out_of_order,
    "cells out of order": cells_out_of_order,
    "a cell whose address names another row": readdressed(lambda cell: f"{cell.column}{cell.row + 100}"),
    "a row whose number is not that of its cells": row_numbered(lambda number: f' r="{number + 100}"'),
    "a row without a number after a gap": row_without_a_number,
    "a row's number with a sign": row_numbered(lambda number: f' r="+{number}"'),
    "a lower-case address": readdressed(lambda cell: cell.address.lower()),
    "an absolute address": readdressed(lambda cell: f"${cell.column}${cell.row}"),
    "an address with a leading zero": readdressed(lambda cell: f"{cell.column}0{cell.row}"),
    "two values, the genuine first": value("<v>V</v><v>W</v>"),
    "two values, the genuine last": value("<v>W</v><v>V</v>"),
    "a text beside a value": value("<is><t>0.125</t></is><v>V</v>"),
    "a text after a value": value("<v>V</v><is><t>0.125</t></is>"),
    "two formulas, the genuine first": formula("<f>F</f><f>F+1</f>"),
    "two formulas, the genuine last": formula("<f>F+1</f><f>F</f>"),
    "a rich value": with_metadata("vm", _RICH),
    "a cell's metadata": with_metadata("cm", _SPILLING),
    "shared strings under another name": shared_string,
    "shared strings related twice": linked_strings,
}
