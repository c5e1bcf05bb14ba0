"""Wrong claims gathered by their cause: one finding for the cells that have the same formula, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sheetgen.audit.book import Book, BookCell, Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, Verdict
from sheetgen.xlsx.formulas import shifted

_FAR = Place("", 500_000, 8_000)
"""Where formulas are compared: far from the edges, so that no reference falls off the sheet."""


@dataclass(frozen=True)
class Cause:
    """Claims that are wrong by the same formula, from the first cell on. ``follow`` are the cells that only follow."""

    wrong: tuple[Judged, ...]
    cell: BookCell
    follow: int = 0

    @property
    def places(self) -> list[Place]:
        """The wrong cells."""
        return [entry.claim.cell for entry in self.wrong]

    @property
    def by_chance_only(self) -> bool:
        """Whether all numbers agree as they are."""
        return all(entry.by_chance for entry in self.wrong)


def relative_formula(cell: BookCell) -> str:
    """Return a formula as it would read in one certain cell: equal for cells that were filled down or across."""
    assert cell.formula is not None
    return shifted(cell.formula, _FAR.row - cell.place.row, _FAR.column - cell.place.column)


def causes_of(judged: Sequence[Judged], graph: Graph) -> list[Cause]:
    """Return the causes of what is wrong, those first whose first cell others depend on."""
    book = graph.equations.book
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for entry in judged:
        if entry.verdict == Verdict.WRONG and (cell := book.formula_cell(entry.claim.cell)) is not None:
            groups[entry.claim.group, relative_formula(cell)].append(entry)
    follow = _followers(judged, graph, groups)
    causes = []
    for key, entries in groups.items():
        entries.sort(key=lambda entry: _order(book, entry.claim.cell))
        cell = book.formula_cell(entries[0].claim.cell)
        assert cell is not None
        causes.append(Cause(tuple(entries), cell, follow[key]))
    return sorted(causes, key=lambda cause: graph.position.get(cell_name(cause.places[0]), -1))


def _order(book: Book, place: Place) -> tuple[int, int, int]:
    return book.sheets.index(place.sheet), place.row, place.column


def _followers(
    judged: Iterable[Judged], graph: Graph, groups: dict[tuple[str, str], list[Judged]]
) -> dict[tuple[str, str], int]:
    """Count the claims that follow from each cause: the first wrong cell that is met among what they depend on."""
    cause_of = {cell_name(entry.claim.cell): key for key, entries in groups.items() for entry in entries}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for entry in judged:
        if entry.verdict == Verdict.FOLLOWS:
            key = _first_met(cell_name(entry.claim.cell), graph, cause_of)
            if key is not None:
                counts[key] += 1
    return counts


def _first_met(start: str, graph: Graph, cause_of: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    seen, ahead = {start}, [start]
    for name in ahead:
        if name in cause_of:
            return cause_of[name]
        if name in graph.ends:
            continue
        new = [other for other in graph.uses.get(name, ()) if other not in seen]
        seen.update(new)
        ahead += new
    return None
