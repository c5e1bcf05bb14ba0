"""The validations of a sheet: each cell lets in what it was built to, and says what it was built to say."""

from __future__ import annotations

from sheetgen.page.page import Page
from sheetgen.proof.covers import Over
from sheetgen.proof.report import Kind
from sheetgen.proof.shown_outcome import ShownOutcome, counted, differ
from sheetgen.xlsx.formulas import canonical, plainly
from sheetgen.xlsx.shown_guards import ShownGuard


def compare_guards(page: Page, built: list[ShownGuard], found: list[ShownGuard], outcome: ShownOutcome) -> None:
    """Make sure that what a cell lets in is as built where the file says it; a program may have dropped it."""
    over = Over(guard.cells for guard in found)
    partner: dict[int, ShownGuard] = {}
    missing = 0
    for guard in built:
        for cell in guard.cells:
            there = sorted(over.meeting(cell))
            partner |= dict.fromkeys(there, guard)
            if not there:
                missing += 1
            elif wrong := [found[number] for number in there if _lets_in(found[number]) != _lets_in(guard)]:
                text, now = _told(guard), _told(wrong[0])
                outcome.differences.append(differ(page, cell.partition(":")[0], Kind.CHOICE, text, now))
    if missing:
        outcome.unproven.append(counted("a cell that lets anything in, and did not as built", missing))
    pairs = [(found[number], guard) for number, guard in partner.items()]
    told = {
        "a cell that says something else when it is chosen": [f.prompt not in ("", b.prompt) for f, b in pairs],
        "a cell that says something else when it refuses": [f.refusal not in ("", b.refusal) for f, b in pairs],
        "a validation that warns of nothing": [b.insists and not f.insists for f, b in pairs],
        "a cell that may be left empty, and may not as built": [f.blank and not b.blank for f, b in pairs],
        "a list to pick from that is not offered": [f.folded and not b.folded for f, b in pairs],
    }
    outcome.unproven += (counted(what, sum(cases)) for what, cases in told.items() if any(cases))
    if added := len(found) - len(partner):
        outcome.unproven.append(counted("an added validation", added))


def _lets_in(guard: ShownGuard) -> tuple[str, str, tuple[str, ...]]:
    operator = "" if guard.kind == "list" else guard.operator
    formulas = guard.formulas if operator in ("between", "notBetween") else guard.formulas[:1]
    return guard.kind, operator, tuple(plainly(canonical(formula)) for formula in formulas)


def _told(guard: ShownGuard) -> str:
    kind, operator, formulas = _lets_in(guard)
    return " ".join(filter(None, (kind, operator, " and ".join(formulas))))
