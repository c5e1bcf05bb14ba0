"""What decides what a person sees of a sheet, besides its cells: as it was built, or told.

Another number than the cells hold, or another verdict than theirs, is a difference: charts of other cells, number
formats by rule, the colours of the flags, the lists that picks are from. What else a sheet shows that is not proven is
said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sheetgen.page.page import Page
from sheetgen.proof.areas import Area, area_of
from sheetgen.proof.compare_charts import compare_charts
from sheetgen.proof.looks import appearance_as_built, rules_of_flag
from sheetgen.proof.number_shown import decoration
from sheetgen.proof.report import Kind
from sheetgen.proof.shown_outcome import ShownOutcome, counted, differ, some
from sheetgen.xlsx.appearance import DRAWN_OBJECT, Appearance, ShownGuard, ShownRule
from sheetgen.xlsx.formulas import canonical, plainly, shifted
from sheetgen.xlsx.shown_overlay import ShownSpinner

_BLACK = "000000"
_FAR = 5_000
"""A row and a column from which no reference of ours leaves the sheet when its rule is moved there."""


def compare_shown(page: Page, found: Appearance) -> ShownOutcome:
    """Compare what a sheet of ours shows besides its cells with what its page shows."""
    outcome = ShownOutcome()
    built = appearance_as_built(page)
    _compare_flags(page, found, outcome)
    _compare_rules(page, built, found, outcome)
    _compare_guards(page, built, found, outcome)
    compare_charts(page, built, found, outcome)
    _compare_links(built, found, outcome)
    _compare_notes(built, found, outcome)
    _compare_shapes(built, found)
    found.others["a form control"] += sum(not _is_built(spinner, built) for spinner in found.spinners)
    if added := sorted(set(found.merges) - set(built.merges)):
        outcome.unproven.append(f"cells merged over others ({some(added)})")
    rows, columns = page.size
    if any(row <= rows for row in found.hidden_rows) or any(
        column <= columns and column not in page.folded for column in found.hidden_columns
    ):
        outcome.unproven.append("hidden rows or columns")
    outcome.unproven += [counted(what, count) for what, count in sorted(found.others.items()) if count]
    return outcome


def _compare_flags(page: Page, found: Appearance, outcome: ShownOutcome) -> None:
    """Make sure that each flag is coloured by its own two rules and by nothing else."""
    over = _Over(rule.cells for rule in found.rules)
    for cell in page.flags:
        rules = {_key(found.rules[number]) for number in over.meeting(cell)}
        if rules != set(map(_key, rules_of_flag(cell))):
            problem = "colours of their own" if rules else "no colours"
            outcome.differences.append(differ(page, cell, Kind.COLOUR, "green for OK and red for all else", problem))


def _key(rule: ShownRule) -> tuple[object, ...]:
    """Return what a rule asks, wherever it stands, and the look it gives."""
    return (*_asks(rule), rule.look.ink, rule.look.fill, rule.look.number)


def _asks(rule: ShownRule) -> tuple[object, ...]:
    top = _area(rule.cells[0]) if rule.cells else None
    down, right = (_FAR - top.top, _FAR - top.left) if top else (0, 0)
    return rule.kind, rule.operator, tuple(canonical(shifted(formula, down, right)) for formula in rule.formulas)


def _compare_rules(page: Page, built: Appearance, found: Appearance, outcome: ShownOutcome) -> None:
    ours = {_asks(rule): (rule.look.ink, rule.look.fill) for rule in built.rules}
    decorations = {decoration(rule.look.number) for rule in built.rules if rule.look.number} - {None} | {""}
    as_built = set(map(_in_place, built.rules))
    added = 0
    for rule in found.rules:
        where = rule.cells[0] if rule.cells else "A1"
        number = rule.look.number
        if _in_place(rule) in as_built:  # pictures hide numbers, or show marks in their place
            continue
        if number is not None and (shown := decoration(number)) not in decorations:
            if shown is None:
                wanted = "a number format that shows the number"
                outcome.differences.append(differ(page, where, Kind.FORMAT, wanted, f"{number} by a rule"))
                continue
            added += 1
        elif _asks(rule) not in ours:
            added += 1
    there = {_asks(rule): (rule.look.ink, rule.look.fill) for rule in found.rules}
    missing = sum(
        not _looks_as(there.get(asks), look) for asks, look in ours.items() if any(look) or any(there.get(asks, ()))
    )
    if added:
        outcome.unproven.append(counted("an added conditional format", added))
    if missing:
        outcome.unproven.append(counted("a conditional format that is not as built", missing))


def _in_place(rule: ShownRule) -> tuple[object, ...]:
    """Return where a rule stands, what it asks, and the number format it gives."""
    return rule.cells, _asks(rule), _quoted(rule.look.number)


def _quoted(number: str | None) -> str:
    """Return a number format in one spelling: literals in quotes, where a program may write a backslash, none empty."""
    return re.sub(r"\\(.)", r'"\1"', number or "").replace('""', "")


def _looks_as(found: tuple[str, str] | None, built: tuple[str, str]) -> bool:
    """Whether colours are those that were built; a program may write out that text is black."""
    return found is not None and (found[0] or _BLACK, found[1]) == (built[0] or _BLACK, built[1])


def _compare_guards(page: Page, built: Appearance, found: Appearance, outcome: ShownOutcome) -> None:
    """Make sure that what a cell lets in is as built where the file says it; a program may have dropped it."""
    over = _Over(guard.cells for guard in found.guards)
    known: set[int] = set()
    spoken: set[int] = set()
    missing = 0
    for guard in built.guards:
        for cell in guard.cells:
            there = over.meeting(cell)
            known |= there
            spoken |= {number for number in there if found.guards[number].prompt not in ("", guard.prompt)}
            if not there:
                missing += 1
            elif wrong := [found.guards[n] for n in there if _lets_in(found.guards[n]) != _lets_in(guard)]:
                text, now = _told(guard), _told(wrong[0])
                outcome.differences.append(differ(page, cell.partition(":")[0], Kind.CHOICE, text, now))
    if missing:
        outcome.unproven.append(counted("a cell that lets anything in, and did not as built", missing))
    if spoken:
        outcome.unproven.append(counted("a cell that says something else when it is chosen", len(spoken)))
    if lax := sum(not guard.insists for number, guard in enumerate(found.guards) if number in known):
        outcome.unproven.append(counted("a validation that warns of nothing", lax))
    if added := len(found.guards) - len(known):
        outcome.unproven.append(counted("an added validation", added))


def _lets_in(guard: ShownGuard) -> tuple[str, str, tuple[str, ...]]:
    operator = "" if guard.kind == "list" else guard.operator
    formulas = guard.formulas if operator in ("between", "notBetween") else guard.formulas[:1]
    return guard.kind, operator, tuple(plainly(canonical(formula)) for formula in formulas)


def _told(guard: ShownGuard) -> str:
    kind, operator, formulas = _lets_in(guard)
    return " ".join(filter(None, (kind, operator, " and ".join(formulas))))


def _compare_links(built: Appearance, found: Appearance, outcome: ShownOutcome) -> None:
    ours = {cell: canonical(target) for cell, target in built.links.items()}
    others = [
        f"{cell} to {target}" for cell, target in sorted(found.links.items()) if canonical(target) != ours.get(cell)
    ]
    if others:
        outcome.unproven.append(f"links that are not as built ({some(others)})")


def _compare_notes(built: Appearance, found: Appearance, outcome: ShownOutcome) -> None:
    """Tell the notes that say something else than as built, line breaks aside, and those that are gone."""
    ours = {cell: text.split() for cell, text in built.notes.items()}
    if others := [cell for cell, text in sorted(found.notes.items()) if text.split() != ours.get(cell)]:
        outcome.unproven.append(f"notes that are not as built ({some(others)})")
    if gone := len(ours.keys() - found.notes.keys()):
        outcome.unproven.append(counted("a note that is gone", gone))


def _compare_shapes(built: Appearance, found: Appearance) -> None:
    """Count each shape that is not one of those built among the drawn objects; one that is gone hides nothing."""
    ours = list(built.shapes)
    for shape in found.shapes:
        known = next((mine for mine in ours if mine.looks_like(shape)), None)
        if known is None:
            found.others[DRAWN_OBJECT] += 1
        else:
            ours.remove(known)


def _is_built(spinner: ShownSpinner, built: Appearance) -> bool:
    """Whether a spinner is one of those built; a program may have left out which sheet its cell is on."""
    return any(
        replace(mine, counts=cell) == spinner
        for mine in built.spinners
        for cell in (mine.counts, mine.counts.rpartition("!")[2], mine.counts.replace("'", ""))
    )


class _Over:
    """Finds, of many groups of cells, those that a cell or an area belongs to, by their numbers."""

    def __init__(self, groups: Iterable[tuple[str, ...]]) -> None:
        self._single: dict[str, set[int]] = {}
        self._wide: list[tuple[Area, int]] = []
        for number, cells in enumerate(groups):
            for cell in cells:
                if ":" not in cell:
                    self._single.setdefault(cell, set()).add(number)
                elif area := _area(cell):
                    self._wide.append((area, number))

    def meeting(self, cells: str) -> set[int]:
        """Return the numbers of the groups that have a cell in common with some cells."""
        at = _area(cells)
        wide = {number for area, number in self._wide if at and at.meets(area)}
        if ":" in cells:
            wide |= {number for cell, found in self._single.items() if _meet(at, cell) for number in found}
        return wide | self._single.get(cells, set())


def _meet(area: Area | None, cell: str) -> bool:
    at = _area(cell)
    return area is not None and at is not None and area.meets(at)


def _area(cells: str) -> Area | None:
    return area_of(cells, "")
