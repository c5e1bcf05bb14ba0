"""Conditional formats that colour otherwise than ours: green what fails, nothing, or all."""

from __future__ import annotations

import random
import re

from counterfeit.cell import Cell
from counterfeit.rows import Kind, a_number
from counterfeit.sheet_xml import insert
from counterfeit.workbook import STYLES, AbsentError, Workbook
from sheetgen.sheet_names import CHECKS, EXPLORER, START


def differential(book: Workbook, content: str) -> int:
    found = re.search("<dxfs[^>]*>(.*?)</dxfs>", book.text(STYLES), re.DOTALL)
    if found is None:
        raise AbsentError("formats of conditions")
    book.change(STYLES, "</dxfs>", lambda end: f"<dxf>{content}</dxf>{end[0]}")
    return found[1].count("<dxf>")


def first_rule(book: Workbook, cell: Cell, rule: str) -> None:
    """Add a conditional format that always holds, before all others of the sheet."""
    book.change(cell.part, ' priority="([0-9]+)"', lambda found: f' priority="{int(found[1]) + 1}"', count=0)
    added = f'<cfRule priority="1" {rule}><formula>TRUE</formula></cfRule>'
    insert(
        book,
        cell.part,
        "conditionalFormatting",
        f'<conditionalFormatting sqref="{cell.address}">{added}</conditionalFormatting>',
    )


def _flagged(book: Workbook, rng: random.Random) -> str:
    """Return the part of any sheet whose flag is coloured."""
    parts = [part for part in book.sheets.values() if book.has(part) and '="OK"</formula>' in book.text(part)]
    if not parts:
        raise AbsentError("flags")
    return rng.choice(parts)


_RULE = r'(<cfRule [^>]*dxfId=)"([0-9]+)"([^>]*><formula>LEFT\([A-Z]+[0-9]+,2\)(?:=|&lt;&gt;)"OK"</formula></cfRule>)'


def colours_swapped(book: Workbook, rng: random.Random) -> None:
    """Colour a flag that fails as one that passes, and the other way round."""
    part = _flagged(book, rng)
    good, bad = (found[1] for found in re.findall(_RULE, book.text(part))[:2])
    swap = {good: bad, bad: good}
    book.change(part, _RULE, lambda found: f'{found[1]}"{swap[found[2]]}"{found[3]}', count=2)


def colours_redefined(book: Workbook, rng: random.Random) -> None:
    """Swap the formats that flags are coloured with in the styles: no sheet changes."""
    part = _flagged(book, rng)
    good, bad = (int(found[1]) for found in re.findall(_RULE, book.text(part))[:2])
    found = re.search("<dxfs[^>]*>(.*?)</dxfs>", book.text(STYLES), re.DOTALL)
    formats = re.findall("<dxf>.*?</dxf>", found[1], re.DOTALL) if found else []
    if found is None or max(good, bad) >= len(formats):
        raise AbsentError("formats of conditions")
    formats[good], formats[bad] = formats[bad], formats[good]
    book.change(STYLES, "(<dxfs[^>]*>).*?</dxfs>", lambda found: found[1] + "".join(formats) + "</dxfs>")


def condition(pattern: str, change: str) -> Kind:
    return lambda book, rng: book.change(_flagged(book, rng), pattern, change)


def flag_uncoloured(book: Workbook, rng: random.Random) -> None:
    part = _flagged(book, rng)
    book.change(
        part,
        r'<conditionalFormatting [^>]*>(?:(?!</conditionalFormatting>).)*?"OK"</formula>.*?</conditionalFormatting>',
        "",
    )


def flag_always_green(book: Workbook, rng: random.Random) -> None:
    good = '<font><color rgb="FF05603A"/></font><fill><patternFill><bgColor rgb="FFD1FADF"/></patternFill></fill>'
    first_rule(
        book,
        book.cell(book.sheet(CHECKS), "B3"),
        f'type="expression" dxfId="{differential(book, good)}" stopIfTrue="1"',
    )


def flag_stopped(book: Workbook, rng: random.Random) -> None:
    """Keep a flag from being coloured by a condition before ours that always holds and shows nothing."""
    first_rule(book, book.cell(book.sheet(START), "B3"), 'type="expression" stopIfTrue="1"')


def condition_over_values(rule: str) -> Kind:
    """Add a scale, bars or symbols to the values of a training sheet."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, lambda cell: a_number(cell) and cell.value not in ("0.0", "0"))
        added = f'<conditionalFormatting sqref="{cell.address}">{rule}</conditionalFormatting>'
        insert(book, cell.part, "conditionalFormatting", added)

    return kind


def in_styles(pattern: str, change: str) -> Kind:
    return lambda book, rng: book.change(STYLES, pattern, change)


KINDS: dict[str, Kind] = {
    "a flag's background tinted white": in_styles(r'(<dxf>.*?<bgColor rgb="[0-9A-F]+")', r'\1 tint="1"'),
    "a flag's background without a pattern": in_styles(
        "(<dxf>.*?)<patternFill[^>]*>", r'\1<patternFill patternType="none">'
    ),
    "a flag's colours swapped": colours_swapped,
    "a flag's colours swapped in the styles": colours_redefined,
    "a flag's condition another": condition(r'LEFT\(([A-Z]+[0-9]+),2\)&lt;&gt;"OK"', r'LEFT(\1,2)="KO"'),
    "a flag's good colour always": condition(r'LEFT\([A-Z]+[0-9]+,2\)="OK"', "TRUE"),
    "a flag's colours without a condition": flag_uncoloured,
    "a flag's colour before ours": flag_always_green,
    "a flag's colours stopped": flag_stopped,
}

TOLD: dict[str, Kind] = {
    "symbols for a value": condition_over_values(
        '<cfRule type="iconSet" priority="900"><iconSet iconSet="3Arrows" showValue="0"><cfvo type="percent" val="0"/>'
        '<cfvo type="percent" val="33"/><cfvo type="percent" val="67"/></iconSet></cfRule>'
    ),
    "a scale's colours swapped": lambda book, rng: book.change(
        book.sheet(EXPLORER),
        r'<color rgb="(\w+)" /><color rgb="(\w+)" /><color rgb="(\w+)" />',
        r'<color rgb="\3" /><color rgb="\2" /><color rgb="\1" />',
    ),
    "small numbers in white": in_styles("<dxf>(<numFmt)", r'<dxf><font><color rgb="FFFFFFFF"/></font>\1'),
    "bars for a value": condition_over_values(
        '<cfRule type="dataBar" priority="900"><dataBar showValue="0"><cfvo type="min"/><cfvo type="max"/>'
        '<color rgb="FF638EC6"/></dataBar></cfRule>'
    ),
}
"""What a person may add for a reason: told where it is no difference."""
