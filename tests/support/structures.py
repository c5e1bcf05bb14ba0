"""What an audit finds in a small workbook, in addresses: what is the derivative of what, what the next of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from books import Content, book_of

from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import equations_of
from sheetgen.audit.judge import graph_of, judge
from sheetgen.audit.structure import structure_of
from sheetgen.audit.told import NOTHING, Told


def table(top: int, lines: Sequence[Sequence[Content]], left: str = "A") -> dict[str, Content]:
    """Return lines of cells by their addresses, None for an empty cell. Columns are single letters."""
    return {
        f"{chr(ord(left) + column)}{top + row}": content
        for row, line in enumerate(lines)
        for column, content in enumerate(line)
        if content is not None
    }


def structure(cells: Mapping[str, Content], told: Told = NOTHING) -> Structure:
    """Return the structure of a workbook of one sheet."""
    book = book_of(cells)
    return structure_of(book, equations_of(book), told)


def said(found: Structure) -> dict[str, str]:
    """Return, by the cell of each claim, such as ``H2 by C2``; cells whose sum is meant are joined by +."""
    return {claim.cell.address: f"{_of(claim)} by {_joined(claim.summed or (claim.by,))}" for claim in found.claims}


def updated(found: Structure) -> dict[str, str]:
    """Return, by the cell of each update, such as ``C2 − B1·M2``, with ? for what was not found."""
    return {u.new.address: f"{u.old.address} − {_address(u.rate)}·{_address(u.gradient)}" for u in found.updates}


def verdicts(book: Book) -> tuple[Structure, dict[str, int]]:
    """Return the structure of a workbook, and how many of its claims are right, wrong and so on."""
    equations = equations_of(book)
    found = structure_of(book, equations)
    graph = graph_of(equations, found)
    counts: dict[str, int] = {}
    for entry in judge(graph, found.claims).entries:
        counts[entry.verdict.value] = counts.get(entry.verdict.value, 0) + 1
    return found, counts


def _of(claim: Claim) -> str:
    return _joined((claim.of, *claim.also))


def _joined(places: Sequence[Place]) -> str:
    return "+".join(place.address for place in places)


def _address(place: Place | None) -> str:
    return "?" if place is None else place.address
