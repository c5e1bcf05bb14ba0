"""Conditional formats asked in another order, for other cells, with another look; validations that say other things."""

from __future__ import annotations

import random
import re

from counterfeit.charts import choices
from counterfeit.conditions import differential, in_styles
from counterfeit.rows import Kind
from counterfeit.sheet_xml import insert
from counterfeit.workbook import AbsentError, Workbook
from sheetgen.sheet_names import CHECKS, EXPLORER, GRADIENT_CHECK, INPUTS, START

_RULE = re.compile(r"<cfRule [^>]*?(?:/>|>.*?</cfRule>)", re.DOTALL)
_GROUP = re.compile(r"<conditionalFormatting [^>]*>.*?</conditionalFormatting>", re.DOTALL)


def _groups(book: Workbook, sheets: tuple[str, ...], holds: str) -> list[tuple[str, str]]:
    """Return the groups of conditional formats that hold some text, each with the part of its sheet."""
    parts = [book.sheets[sheet] for sheet in sheets or tuple(book.sheets) if sheet in book.sheets]
    found = [(part, group) for part in parts for group in _GROUP.findall(book.text(part)) if re.search(holds, group)]
    if not found:
        raise AbsentError(holds)
    return found


def _regrouped(book: Workbook, part: str, group: str, other: str) -> None:
    book.put(part, book.text(part).replace(group, other, 1))


def priorities_swapped(*sheets: str, holds: str) -> Kind:
    """Ask the last of some cells' conditional formats first."""

    def kind(book: Workbook, rng: random.Random) -> None:
        several = [(part, group) for part, group in _groups(book, sheets, holds) if len(_RULE.findall(group)) > 1]
        if not several:
            raise AbsentError("two rules for the same cells")
        part, group = rng.choice(several)
        numbers = re.findall(r'priority="([0-9]+)"', group)
        turned = iter(reversed(numbers))
        _regrouped(book, part, group, re.sub(r'priority="[0-9]+"', lambda _: f'priority="{next(turned)}"', group))

    return kind


def stopping(*sheets: str, holds: str) -> Kind:
    """Let a conditional format end the asking."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part, group = rng.choice(_groups(book, sheets, holds))
        _regrouped(book, part, group, group.replace("<cfRule ", '<cfRule stopIfTrue="1" ', 1))

    return kind


def fewer_cells(*sheets: str, holds: str) -> Kind:
    """Let a conditional format hold for the first of its cells only."""

    def kind(book: Workbook, rng: random.Random) -> None:
        several = re.compile(r'sqref="([A-Z]+[0-9]+)[ :][^"]*"')
        found = [(part, group) for part, group in _groups(book, sheets, holds) if several.search(group)]
        if not found:
            raise AbsentError("a rule for several cells")
        part, group = rng.choice(found)
        _regrouped(book, part, group, several.sub(r'sqref="\1"', group))

    return kind


def more_cells(*sheets: str, holds: str) -> Kind:
    """Let a conditional format hold for cells far and wide as well."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part, group = rng.choice(_groups(book, sheets, holds))
        _regrouped(book, part, group, re.sub(r'sqref="([^"]*)"', r'sqref="\1 A1:Z99"', group))

    return kind


def another_look(look: str, *sheets: str, holds: str) -> Kind:
    """Give a conditional format another look than another with the same condition has."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part, group = rng.choice(_groups(book, sheets, holds))
        index = differential(book, look)
        _regrouped(book, part, group, re.sub(r'dxfId="[0-9]+"', f'dxfId="{index}"', group, count=1))

    return kind


def rule_twice(look: str, *sheets: str, holds: str) -> Kind:
    """Ask what a conditional format asks a second time, before it, with another look."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part, group = rng.choice(_groups(book, sheets, holds))
        cells = re.search(r'sqref="([^"]*)"', group)
        rule = _RULE.search(group)
        assert cells is not None
        assert rule is not None
        index = differential(book, look)
        first = re.sub(r'priority="[0-9]+"', 'priority="0"', re.sub('dxfId="[0-9]+"', f'dxfId="{index}"', rule[0]))
        insert(
            book, part, "conditionalFormatting",
            f'<conditionalFormatting sqref="{cells[1]}">{first}</conditionalFormatting>',
        )  # fmt: skip

    return kind


_SMALL = 'operator="between"'
_LINED = "(<dxf>(?:(?!</dxf>).)*?)(?=</dxf>)"
_SIDES = '<border><left/><right style="thin"><color rgb="FF1F2933"/></right><top/><bottom/></border>'
_GREEN = '<font><b/><color rgb="FF05603A"/></font>'

KINDS: dict[str, Kind] = {
    "small numbers asked last": priorities_swapped(holds=_SMALL),
    "a scale asked first": priorities_swapped(EXPLORER, holds="colorScale"),
    "a flag's first condition ends the asking": stopping(CHECKS, holds='"OK"'),
    "small numbers end the asking": stopping(holds=_SMALL),
    "small numbers shown for one cell only": fewer_cells(holds=_SMALL),
    "failures coloured in one cell only": fewer_cells(CHECKS, GRADIENT_CHECK, holds="expression"),
    "changes coloured in one cell only": fewer_cells(INPUTS, holds="changed"),
    "failures coloured everywhere": more_cells(CHECKS, GRADIENT_CHECK, holds='type="expression"'),
    "small numbers without decimals": in_styles('(formatCode=)"0.00E\\+00;-0.00E\\+00;0.000000"', r'\1"0"'),
    "small numbers rounded": in_styles('(formatCode=)"0.00E\\+00;-0.00E\\+00;0.000000"', r'\1"0.0"'),
    "failures in green": another_look(_GREEN, CHECKS, holds='<cfRule [^>]*type="expression"(?!.*"OK")'),
    "changes in no colour": another_look("<font><b/></font>", INPUTS, holds="changed"),
    "negative numbers in green": another_look(_GREEN, START, holds="lessThan"),
    "small numbers in a box": another_look(_SIDES, holds=_SMALL),
    "changes asked twice, first in white": rule_twice('<font><color rgb="FFFFFFFF"/></font>', INPUTS, holds="changed"),
    "a flag's colours with a line through it": in_styles("(<dxf><font>)", r"\1<strike/>"),
    "a flag's colours with a box": in_styles(_LINED, rf"\1{_SIDES}"),
    "small numbers on a gradient": in_styles(
        "<dxf>(<numFmt [^>]*>)",
        r'<dxf>\1<fill><gradientFill><stop position="0"><color rgb="FF1F2933"/></stop><stop position="1">'
        '<color rgb="FF1F2933"/></stop></gradientFill></fill>',
    ),
    "small numbers as a date that is said to be another format": in_styles(
        r'<dxf>(<numFmt numFmtId=)"[0-9]+"', r'<dxf>\1"14"'
    ),
    "conditional formats of a pivot table": lambda book, rng: book.change(
        book.sheet(CHECKS), "<conditionalFormatting ", '<conditionalFormatting pivot="1" '
    ),
    "changes with a cross": in_styles(
        "(<dxf><fill>.*?</fill>)(</dxf>)",
        r'\1<border diagonalUp="1"><diagonal style="thin"><color rgb="FF000000"/></diagonal></border>\2',
    ),
    "a scale of percentiles for values": lambda book, rng: book.change(
        book.sheet(EXPLORER), '<cfvo type="formula"', '<cfvo type="percentile"'
    ),
    "a refusal that says another thing": choices(r'\berror="[^"]*"', 'error="This must be 0.2."', INPUTS),
    "a refusal with another title": choices(r'errorTitle="[^"]*"', 'errorTitle="Proven: 0.2"', INPUTS),
    "a refusal that only warns": choices("<dataValidation ", '<dataValidation errorStyle="warning" ', INPUTS),
    "a refusal that only informs": choices("<dataValidation ", '<dataValidation errorStyle="information" ', INPUTS),
    "a list of picks that is not offered": choices('showDropDown="0"', 'showDropDown="1"', EXPLORER, GRADIENT_CHECK),
    "an input that may be left empty": choices('allowBlank="0"', 'allowBlank="1"', INPUTS),
    "a pick that may be left empty": choices('allowBlank="0"', 'allowBlank="1"', EXPLORER),
}
"""What changes when and how our cells are coloured, and what they say: told."""
