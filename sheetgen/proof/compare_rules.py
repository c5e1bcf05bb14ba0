"""The conditional formats of a sheet: flags in their own two colours, all else as built, asked in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sheetgen.page.page import Page
from sheetgen.proof.areas import area_of
from sheetgen.proof.covers import Over, Runs, runs_of, within
from sheetgen.proof.looks import rules_of_flag
from sheetgen.proof.number_shown import decoration
from sheetgen.proof.report import Kind
from sheetgen.proof.shown_outcome import ShownOutcome, counted, differ
from sheetgen.xlsx.colours import BLACK, WHITE, contrast
from sheetgen.xlsx.differential_look import DifferentialLook
from sheetgen.xlsx.formulas import canonical, shifted
from sheetgen.xlsx.shown_rules import ShownRule

_RRGGBB, _DARK = re.compile("[0-9A-F]{6}"), 7.0
"""A colour, and from which contrast with white on one is as good as black."""
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([-+():$ ])')
"""The characters that a number format shows as they are."""
_FAR = 5_000
"""A row and a column from which no reference of ours leaves the sheet when its rule is moved there."""

Rule = tuple[object, ...]
"""What a rule asks, and what it does, wherever it stands."""


def compare_rules(page: Page, built: list[ShownRule], found: list[ShownRule], outcome: ShownOutcome) -> None:
    """Compare the conditional formats of a sheet with those of its page, both from the first that is asked on."""
    if found == built:
        return
    _compare_flags(page, found, outcome)
    ours, theirs = _by_rule(built), _by_rule(found)
    added = sum(not within(cells, ours.get(rule, {})) for rule, cells in theirs.items())
    missing = sum(not within(cells, theirs.get(rule, {})) for rule, cells in ours.items())
    added -= _show_other_numbers(page, found, ours, outcome)
    if added > missing:
        outcome.unproven.append(counted("an added conditional format", added - missing))
    if missing:
        outcome.unproven.append(counted("a conditional format that is not as built", missing))
    if not added and not missing and not _asked_in_order(built, found):
        outcome.unproven.append("conditional formats in another order than built")


def _compare_flags(page: Page, found: list[ShownRule], outcome: ShownOutcome) -> None:
    """Make sure that each flag is coloured by its own two rules and by nothing else."""
    over = Over(rule.cells for rule in found)
    for cell in page.flags:
        rules = {_rule(found[number]) for number in over.meeting(cell)}
        if rules != set(map(_rule, rules_of_flag(cell))):
            problem = "colours of their own" if rules else "no colours"
            outcome.differences.append(differ(page, cell, Kind.COLOUR, "green for OK and red for all else", problem))


def _show_other_numbers(page: Page, found: list[ShownRule], ours: dict[Rule, Runs], outcome: ShownOutcome) -> int:
    """Note the rules by which cells show something else than they hold; return how many."""
    count = 0
    for rule in found:
        number = rule.look.number
        if number is None or decoration(number) is not None:
            continue
        if not within(runs_of(rule.cells), ours.get(_rule(rule), {})):  # pictures show marks in place of numbers
            where = rule.cells[0] if rule.cells else "A1"
            wanted = "a number format that shows the number"
            outcome.differences.append(differ(page, where, Kind.FORMAT, wanted, f"{number} by a rule"))
            count += 1
    return count


def _rule(rule: ShownRule) -> Rule:
    """Return what a rule asks, and what it does, wherever it stands."""
    top = area_of(rule.cells[0], "") if rule.cells else None
    down, right = (_FAR - top.top, _FAR - top.left) if top else (0, 0)
    asked = tuple(canonical(shifted(formula, down, right)) for formula in rule.formulas)
    return rule.kind, rule.operator, asked, _look(rule.look), rule.stops


def _look(look: DifferentialLook) -> tuple[object, ...]:
    """Return a look in one spelling: programs write out that text is black, and lose what dark colour lines have."""
    lines = tuple((side, style, "" if _is_dark(colour) else colour) for side, style, colour in look.lines)
    return "" if look.ink == BLACK else look.ink, look.fill, _spelled_out(look.number or ""), lines, look.veils


def _is_dark(colour: str) -> bool:
    return bool(_RRGGBB.fullmatch(colour)) and contrast(colour, WHITE) > _DARK


def _spelled_out(number: str) -> str:
    """Return a number format in one spelling: literals may stand in quotes, behind a backslash, or as they are."""
    literals = (match[1] or match[2] or match[3] for match in _LITERAL.finditer(number))
    return _LITERAL.sub(lambda _: "".join(f"\\{character}" for character in next(literals) or ""), number)


def _by_rule(rules: Iterable[ShownRule]) -> dict[Rule, Runs]:
    """Return the cells that each rule holds for, however often it is written."""
    cells: dict[Rule, list[str]] = {}
    for rule in rules:
        cells.setdefault(_rule(rule), []).extend(rule.cells)
    return {rule: runs_of(where) for rule, where in cells.items()}


def _asked_in_order(built: list[ShownRule], found: list[ShownRule]) -> bool:
    """Whether rules that hold for the same cell are asked in the order as built."""
    over, over_built = (Over(rule.cells for rule in rules) for rules in (found, built))
    for cells in {rule.cells for rule in found}:
        for cell in {end for area in cells for end in area.split(":")}:
            order = [_rule(found[number]) for number in sorted(over.meeting(cell))]
            if order != [_rule(built[number]) for number in sorted(over_built.meeting(cell))]:
                return False
    return True
