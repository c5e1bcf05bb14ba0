"""One number typed in two places, some formulas taking the one and some the other: an edit moves half the network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sheetgen.audit.beside.lines import Line, Regular
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Place
from sheetgen.audit.claims import Structure
from sheetgen.audit.doubles import Typed, doubles_of
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph


def findings_on_doubles(
    graph: Graph, structure: Structure, lines: Sequence[Line], matter: Collection[str]
) -> Iterator[Finding]:
    """Yield them. ``matter`` are the cells that count."""
    staying = set(_staying(graph, (found for line in lines if (found := line.regular)), matter))
    for first, other, *more in doubles_of(graph, structure, staying):
        one = len(first.places) == 1
        words = f"The same number is typed in {_where(other, first)} as well"
        if not one:
            words = f"The same numbers are typed in {_where(other, first)} as well"
        words += ", and some formulas take the one, some the other: an edit of one moves half of the network."
        places = [place for typed in (first, other, *more) for place in typed.places]
        yield finding(graph.equations.book, "typed-twice", Weight.NOTICE, words, places)


def _where(typed: Typed, seen: Typed) -> str:
    first, last = typed.places[0], typed.places[-1]
    address = first.address if first == last else f"{first.address}:{last.address}"
    return address if first.sheet == seen.places[0].sheet else f"{first.sheet}!{address}"


def _staying(graph: Graph, lines: Iterable[Regular], matter: Collection[str]) -> Iterator[Place]:
    """Yield the typed cells at which the references of formulas stay."""
    for regular in lines:
        first = regular.line.cells[regular.members[0]]
        pattern = regular.line.patterns[regular.members[0]]
        if pattern is None or cell_name(first.place) not in matter:
            continue
        for slot, move in zip(pattern.slots, regular.step, strict=True):
            if slot.is_cell and not any(move) and graph.equations.book.formula_cell(slot.first) is None:
                yield slot.first
