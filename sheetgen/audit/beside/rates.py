"""Learning rates: the one that a title or a legend states, and the one that the updates use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Structure, Table
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph

_CALLED = r"(?:η|ƞ|eta|lr|α|alpha|learning[ _-]?rate(?:\s*\(?[^\W\d]\)?)?)"
_SAYS = re.compile(
    rf"(?<!\w){_CALLED}\s*(?:=|:|is)?\s*([0-9]*[.,]?[0-9]+(?:e-?[0-9]+)?)(?![\w%.])",
    re.IGNORECASE,
)
_CLOSE = 1e-6
_ARROWS = re.compile(r"^[\W_]+|[\W_]+$")


def rates_in(text: str) -> list[float]:
    """Return the learning rates that a text states."""
    return [float(number.replace(",", ".")) for number in _SAYS.findall(text)]


Rates = Mapping[str, Mapping[Place, tuple[float, ...]]]
"""For each sheet the rates of each new parameter: several where an update takes several gradients."""


def rates_used(structure: Structure, graph: Graph) -> Rates:
    """Return the rates of the updates: minus the slope along the gradient, and all of them along a column of it."""
    used: dict[str, dict[Place, tuple[float, ...]]] = defaultdict(dict)
    for update in structure.updates:
        if update.gradient is None:
            continue
        slopes = {place_of(name): slope for name, slope in graph.slopes(cell_name(update.new)).items()}
        own = slopes.get(update.gradient)
        if own is None or own.low != own.high or not own.low:
            continue
        whole = sum(slope.middle for place, slope in slopes.items() if _beside(place, update.gradient))
        typed = book_number(graph.equations.book, update.rate)
        used[update.new.sheet][update.new] = (abs(own.low), abs(whole), *([] if typed is None else [abs(typed)]))
    return used


def _beside(place: Place, gradient: Place) -> bool:
    return place.sheet == gradient.sheet and gradient.column == place.column


def book_number(book: Book, place: Place | None) -> float | None:
    """Return the number that a cell shows, None where it shows none."""
    value = book.value(place) if place else None
    return float(value) if isinstance(value, int | float) else None


def findings_on_rates(book: Book, structure: Structure, used: Rates) -> Iterator[Finding]:
    """Yield the titles, and the names of sheets, that state another rate than the updates use."""
    for sheet, rates in used.items():
        for place, text in [(cell.place, cell.value) for cell in book.on(sheet)]:
            said = rates_in(text) if isinstance(text, str) and not _names_another_sheet(text, sheet, book) else []
            there = _of_table(structure, place, rates) if len(said) == 1 else {}
            if there and not is_one_of(said[0], chain(*there.values())):
                yield _finding(book, place, said[0], there)
        said = rates_in(sheet)
        if len(said) == 1 and not is_one_of(said[0], chain(*rates.values())):
            first = min(rates)
            words = f"The sheet is called {sheet!r}, and its updates use the rate {rates[first][0]:g}."
            yield finding(book, "wrong-rate", Weight.WRONG, words, [first])


def _names_another_sheet(text: str, sheet: str, book: Book) -> bool:
    """Whether a text is but the name of another sheet, with arrows about it, as that of a link: it speaks of that."""
    name = _ARROWS.sub("", text).casefold()
    return name != sheet.casefold() and name in (other.casefold() for other in book.sheets)


def is_one_of(rate: float, used: Iterable[float]) -> bool:
    """Whether a rate is among others, as far as a text gives its digits."""
    return any(abs(rate - other) <= _CLOSE * max(abs(rate), abs(other)) for other in used)


def _of_table(
    structure: Structure, title: Place, rates: Mapping[Place, tuple[float, ...]]
) -> dict[Place, tuple[float, ...]]:
    """Return the rates of the table that a title stands over; all where that is not clear."""
    below = [table for table in structure.tables if table.sheet == title.sheet and table.label_row >= title.row]
    nearest = min((table.label_row for table in below), default=None)
    tables = [table for table in below if table.label_row == nearest]
    over = [table for table in tables if min(table.labels) <= title.column <= max(table.labels)] or tables
    return {p: rate for p, rate in rates.items() if any(_holds(table, p) for table in over)} or dict(rates)


def _holds(table: Table, place: Place) -> bool:
    return table.first <= place.row <= table.last + 1 and place.column in table.labels


def _finding(book: Book, title: Place, said: float, used: Mapping[Place, tuple[float, ...]]) -> Finding:
    first = min(used)
    words = f"It states the learning rate {said:g}; the updates use {used[first][0]:g}, first in {first.address}."
    return finding(book, "wrong-rate", Weight.WRONG, words, [title])


def rates_behind(graph: Graph, used: Rates, names: Collection[str]) -> set[float]:
    """Return the rates of the updates that some cells depend on."""
    by_name = {cell_name(place): rate for rates in used.values() for place, rate in rates.items()}
    found: set[float] = set()
    seen, ahead = set(names), list(names)
    while ahead:
        name = ahead.pop()
        if name in by_name:
            found.update(by_name[name])
        fresh = [other for other in graph.uses.get(name, ()) if other not in seen]
        seen.update(fresh)
        ahead += fresh
    return found
