"""What decides what a person sees of a sheet, besides its cells: as it was built, or told.

Another number than the cells hold, or another verdict than theirs, is a difference: charts of other cells, number
formats by rule, the colours of the flags, the lists that picks are from. What else a sheet shows that is not proven is
said.
"""

from __future__ import annotations

from dataclasses import replace

from sheetgen.engines.base import Recalculation
from sheetgen.page.cell_names import row_and_column
from sheetgen.page.page import Page
from sheetgen.proof.areas import area_of
from sheetgen.proof.compare_charts import compare_charts
from sheetgen.proof.compare_guards import compare_guards
from sheetgen.proof.compare_rules import compare_rules
from sheetgen.proof.expectation import ExpectedPage
from sheetgen.proof.shown_outcome import ShownOutcome, counted, some
from sheetgen.xlsx.appearance import DRAWN_OBJECT, Appearance
from sheetgen.xlsx.formulas import canonical
from sheetgen.xlsx.shown_overlay import ShownSpinner


def compare_shown(expected: ExpectedPage, found: Appearance, values: Recalculation | None) -> ShownOutcome:
    """Compare what a sheet of ours shows besides its cells with what its page shows.

    ``values`` are the recalculated ones; without them what charts keep of their cells is not judged.
    """
    outcome = ShownOutcome()
    page, built = expected.page, expected.appearance
    compare_rules(page, built.rules, found.rules, outcome)
    compare_guards(page, built.guards, found.guards, outcome)
    compare_charts(page, built, found, values, outcome)
    _compare_links(built, found, outcome)
    _compare_notes(built, found, outcome)
    _compare_shapes(built, found)
    found.others["a form control"] += sum(not _is_built(spinner, built) for spinner in found.spinners)
    if added := sorted(set(found.merges) - set(built.merges)):
        outcome.unproven.append(f"cells merged over others ({some(added)})")
    rows, columns = page.size
    if any(row <= rows for row in found.hidden_rows) or any(
        column not in page.folded
        for hidden in found.hidden_columns
        for column in range(hidden.start, min(hidden.stop, columns + 1))
    ):
        outcome.unproven.append("hidden rows or columns")
    if not _prints_all(page, found.printed):
        outcome.unproven.append(f"in print {found.printed} alone, which leaves out cells")
    outcome.unproven += [counted(what, count) for what, count in sorted(found.others.items()) if count]
    return outcome


def _prints_all(page: Page, printed: str) -> bool:
    """Whether all cells are printed, or those from the first on, with all flags, tables, picks and charts."""
    if not printed:
        return True
    area = area_of(printed, page.name)
    if area is None or area.sheet.casefold() != page.name.casefold() or (area.top, area.left) != (1, 1):
        return False
    needed = [*page.flags, *(cell for cells, _ in page.guards for cell in cells), *(chart[0] for chart in page.charts)]
    corners = [row_and_column(cell.partition(":")[2] or cell) for cell in needed]
    if page.table is not None:
        corners.append((page.table.last_row, len(page.table.columns)))
    return all(row <= area.bottom and column <= area.right for row, column in corners)


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
