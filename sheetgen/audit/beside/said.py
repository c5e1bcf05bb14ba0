"""How a finding beside the gradients is put together: its cells, its label, what would be right."""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Book, Place
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.headings import Headings
from sheetgen.audit.worth import worth

_LONGEST = 60


def finding(
    book: Book,
    kind: str,
    weight: Weight,
    words: str,
    places: Sequence[Place],
    right_formula: str | None = None,
    graph: Graph | None = None,
) -> Finding:
    """Return a finding on cells, the first of which is shown."""
    first = places[0]
    cell = book.formula_cell(first)
    return Finding(
        kind=kind,
        weight=weight,
        words=words,
        first=first,
        areas=areas_of(places),
        label=label_of(book, first),
        formula=cell.formula if cell else None,
        value=book.value(first),
        right_formula=right_formula,
        right_value=worth(graph, right_formula, first) if graph and right_formula else None,
    )


def label_of(book: Book, place: Place) -> str:
    """Return the text that heads the column of a cell, or stands left of it; "" where there is none."""
    headings = Headings(book)
    cell = headings.of(place)
    text = headings.text(cell) if cell else ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
