"""Error values, circles, and settings under which a workbook shows other numbers than its formulas give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Book, Place
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.engines.base import CellError
from sheetgen.xlsx.plain_xml import OFF, ON

_NOT_AVAILABLE = "#N/A"
"""What a formula gives on purpose, so that a chart leaves a point out."""


def findings_on_settings(graph: Graph, matter: Collection[str]) -> Iterator[Finding]:
    """Yield them; ``matter`` are the names of the cells that the losses and gradients depend on."""
    book = graph.equations.book
    yield from _errors(book, graph, matter)
    if graph.circular:
        circle = _in_order(book, [place_of(name) for name in graph.circular])
        words = "The formula depends on its own value; what it shows hangs on how often it was calculated."
        yield finding(book, "circular-reference", Weight.WRONG, words, circle)
    start = next(iter(_in_order(book, book.cells)), Place(book.sheets[0] if book.sheets else "", 1, 1))
    if book.settings.get("fullPrecision") in OFF:
        words = "The workbook calculates with its numbers as they are displayed, rounded, and not as they are."
        yield finding(book, "precision-as-displayed", Weight.WRONG, words, [start])
    if book.settings.get("iterate") in ON:
        words = "Iterative calculation is on: a circular reference would not be reported."
        yield finding(book, "iterative-calculation", Weight.NOTICE, words, [start])
    if book.settings.get("calcMode") == "manual":
        words = "Calculation is manual: after a change the workbook shows old values until it is told to calculate."
        yield finding(book, "manual-calculation", Weight.NOTICE, words, [start])


def _errors(book: Book, graph: Graph, matter: Collection[str]) -> Iterator[Finding]:
    """Yield the error values, those that others only pass on left out."""
    shown = {place: cell.value.code for place, cell in book.cells.items() if isinstance(cell.value, CellError)}
    heavy: list[Place] = []
    light: list[Place] = []
    for place, code in shown.items():
        name = cell_name(place)
        array = book.filled.get(place)
        cells = array.fills.places() if array and array.fills else [place]
        if any(place_of(other) in shown for cell in cells for other in graph.uses.get(cell_name(cell), ())):
            continue
        (heavy if name in matter and code != _NOT_AVAILABLE else light).append(place)
    for places, weight in ((heavy, Weight.WRONG), (light, Weight.NOTICE)):
        for code in sorted({shown[place] for place in places}):
            alike = _in_order(book, [place for place in places if shown[place] == code])
            words = f"The cell shows {code}; {_count(len(shown) - len(heavy) - len(light))}."
            yield finding(book, "error-value", weight, words, alike)


def _count(others: int) -> str:
    return f"so do {others} that depend on such" if others else "no other shows it because of it"


def _in_order(book: Book, places: Sequence[Place] | Collection[Place]) -> list[Place]:
    rank = {sheet: index for index, sheet in enumerate(book.sheets)}
    return sorted(places, key=lambda place: (rank.get(place.sheet, 0), place.row, place.column))
