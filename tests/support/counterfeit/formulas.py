"""Formulas that read alike and are not: odd kinds of formula, letters that look alike, additions without effect."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.rows import Kind, a_number
from counterfeit.workbook import AbsentError, Workbook

_OPENING = re.compile(r"<f[^>]*>")


def typed(attributes: str) -> Kind:
    """Say of which type a cell's own formula is: R stands for its address."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, lambda cell: a_number(cell) and bool(cell.formula) and cell.formula_type is None)
        book.replace(cell, cell.xml.replace("<f>", f"<f {attributes.replace('R', cell.address)}>", 1))

    return kind


def text(pattern: str, change: str | Callable[[re.Match[str]], str], *, texts: bool = False) -> Kind:
    """Change what a pattern finds in the text of any formula, in any sheet; the cell keeps its value."""
    found = re.compile(pattern)

    def wanted(cell: Cell) -> bool:
        return bool(cell.formula and found.search(cell.formula)) and cell.is_number != texts

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick_anywhere(rng, wanted)
        formula = cell.formula or ""
        place = rng.choice(list(found.finditer(formula)))
        new = place.expand(change) if isinstance(change, str) else change(place)
        changed = formula[: place.start()] + new + formula[place.end() :]
        book.replace(cell, cell.xml.replace(f">{formula}</f>", f">{changed}</f>", 1))

    return kind


def _letters(table: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: "".join(table.get(letter, letter) for letter in found[0])


_WIDE = {chr(letter): chr(letter + 0xFEE0) for letter in (*range(ord("0"), ord("9") + 1), *range(65, 91))}
_CYRILLIC = {"A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "K": "К", "M": "М", "O": "О", "P": "Р", "T": "Т"}
_NAME = r"[A-Z][A-Z0-9.]+(?=\()"
_ADDRESS = r"\b[A-Z]{1,2}[0-9]+\b"


def _groups(book: Workbook, part: str) -> dict[str, list[Cell]]:
    """Return the cells that share a formula, the first that which holds its text, by the number of the formula."""
    groups: dict[str, list[Cell]] = {}
    for cell in book.cells(part):
        if cell.formula_type == "shared" and (number := re.search(r'\bsi="([0-9]+)"', cell.xml)):
            groups.setdefault(number[1], []).append(cell)
    return {number: cells for number, cells in groups.items() if len(cells) > 1 and cells[0].formula}


def _shared(book: Workbook, rng: random.Random, least: int = 1) -> tuple[str, dict[str, list[Cell]]]:
    found = [(part, groups) for part in book.training if len(groups := _groups(book, part)) >= least]
    if not found:
        raise AbsentError("shared formulas")
    return rng.choice(found)


def outside_its_area(book: Workbook, rng: random.Random) -> None:
    """Let the area of a shared formula end above the cells that share it."""
    _, groups = _shared(book, rng)
    first = rng.choice(list(groups.values()))[0]
    book.replace(first, re.sub(r'\bref="[^"]*"', f'ref="{first.address}"', first.xml, count=1))


def defined_twice(book: Workbook, rng: random.Random) -> None:
    """Give two formulas one number: cells that share the second read as the first to who keeps the first."""
    part, groups = _shared(book, rng, 2)
    number, other = sorted(rng.sample(sorted(groups, key=int), 2), key=int)
    xml = book.text(part)
    for cell in groups[other]:
        xml = xml.replace(cell.xml, cell.xml.replace(f'si="{other}"', f'si="{number}"'), 1)
    for cell in groups[number][1:]:
        xml = xml.replace(cell.xml, re.sub(r"<f[^>]*/>", "", cell.xml), 1)
    book.put(part, xml)


def defined_again(book: Workbook, rng: random.Random) -> None:
    """Write a shared formula once more, on a cell that shared it, as of the cell that defined it."""
    _, groups = _shared(book, rng)
    first, *others = rng.choice(list(groups.values()))
    cell = rng.choice(others)
    again = re.search(r"<f[^>]*>.*?</f>", first.xml, re.DOTALL)
    assert again is not None
    book.replace(cell, re.sub(r"<f[^>]*/>", lambda _: again[0], cell.xml, count=1))


def undefined(book: Workbook, rng: random.Random) -> None:
    """Let a cell share a formula that nobody wrote."""
    _, groups = _shared(book, rng)
    cell = rng.choice(rng.choice(list(groups.values()))[1:])
    book.replace(cell, re.sub(r'si="[0-9]+"', 'si="9999"', cell.xml))


def other_sheet(book: Workbook, rng: random.Random) -> None:
    """Let a formula refer to the same cell of another sheet."""
    other = rng.choice([name for name in book.sheets if "'" not in name])
    own = rf"(?<![!'A-Z$:]){_ADDRESS}(?![(:!'])"
    text(own, lambda found: f"'{other}'!{found[0]}")(book, rng)


KINDS: dict[str, Kind] = {
    "an array formula": typed('t="array" ref="R"'),
    "an array formula over other cells": typed('t="array" ref="R:ZZ99"'),
    "a data table": typed('t="dataTable" ref="R" dt2D="1" dtr="1" r1="A1" r2="A2"'),
    "a formula of an unknown type": typed('t="unknown"'),
    "a formula of a type in capitals": typed('t="ARRAY" ref="R"'),
    "a shared formula beyond its area": outside_its_area,
    "a shared formula's number given twice": defined_twice,
    "a shared formula written again lower down": defined_again,
    "a shared formula that nobody wrote": undefined,
    "a dotless i in IF": text(r"\bIF\(", "ıF("),
    "a long s in SUM": text(r"\bSUM", "ſUM"),
    "full-width letters in a function": text(_NAME, _letters(_WIDE)),
    "full-width letters in an address": text(_ADDRESS, _letters(_WIDE)),
    "Arabic digits in an address": text(
        rf"{_ADDRESS}(?!\()", lambda found: re.sub("[0-9]", lambda d: chr(0x660 + int(d[0])), found[0])
    ),
    "Cyrillic letters in a function": text(r"\b(?:MAX|EXP|ABS|SUM|MIN)(?=\()", _letters(_CYRILLIC | {"X": "Х"})),
    "Cyrillic letters in an address": text(r"\b[ABCEHKMOPT][0-9]+\b", _letters(_CYRILLIC)),
    "a no-break space": text(r"(?<=[0-9)])[*+/-](?=[A-Z(])", "\u00a0\\g<0>"),
    "a zero-width space": text(_ADDRESS, "\u200b\\g<0>"),
    "a zero-width joiner in a function": text(r"\b([A-Z])([A-Z]+\()", "\\1\u200d\\2"),
    "a byte-order mark before a formula": text(r"^(?=.)", "\ufeff"),
    "a minus of typography": text(r"-", "−"),
    "a multiplication sign of typography": text(r"\*", "×"),
    "a space in an address": text(r"\b([A-Z]{1,2})([0-9]+)\b", r"\1 \2"),
    "a space in a function's name": text(r"\b([A-Z])([A-Z]+\()", r"\1 \2"),
    "a space before a function's operands": text(rf"({_NAME})(\()", r"\1 \2"),
    "an intersection": text(rf"(?<![:$!']){_ADDRESS}(?![(:!'])", r"\g<0> \g<0>"),
    "a space more in a text": text(r'(?<=") |(?<=[a-z]) (?=[a-z])', "  ", texts=True),
    "a plus before a formula": text(r"^(?=[A-Z(])", "+"),
    "two minuses before a formula": text(r"^(?=[A-Z(])", "--"),
    "a percent behind a number": text(r"(?<=[(*+,/-])([0-9]+)(?=[)*+,/-])", r"\g<1>00%"),
    "a reference to another sheet": other_sheet,
    "a function of the future": text(_NAME, r"_xlfn.\g<0>"),
    "a function of an add-in": text(_NAME, r"_xludf.\g<0>"),
    "an implicit intersection": text(rf"(?<![:$!']){_ADDRESS}(?![(:!'])", r"@\g<0>"),
    "a reference to another workbook": text(rf"(?<![:$!']){_ADDRESS}(?![(:!'])", r"[1]Sheet1!\g<0>"),
}
