"""One number typed in two places, some formulas taking the one and some the other: an edit moves half the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sheetgen.audit.beside.lines import Line, Regular
from sheetgen.audit.beside.said import finding, label_of
from sheetgen.audit.book import Book, Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.spelling import cleaned, keys


def findings_on_doubles(book: Book, lines: Sequence[Line], matter: Collection[str]) -> Iterator[Finding]:
    """Yield them: single typed cells of one value to which formulas refer, and that are called the same.

    Those for which formulas of one shape stand side by side need no name.
    """
    users = _users(book, [found for line in lines if (found := line.regular)], matter)
    by_value: dict[float, list[Place]] = defaultdict(list)
    for place in users:
        value = book.value(place)
        if isinstance(value, int | float):
            by_value[float(value)].append(place)
    for places in by_value.values():
        yield from _among(book, sorted(places))


def _users(book: Book, lines: Sequence[Regular], matter: Collection[str]) -> dict[Place, set[tuple[str, int]]]:
    """Return the typed cells at which references stay, each with the shapes of formula, and the place in them."""
    users: dict[Place, set[tuple[str, int]]] = defaultdict(set)
    for regular in lines:
        first = regular.line.cells[regular.members[0]]
        pattern = regular.line.patterns[regular.members[0]]
        if pattern is None or cell_name(first.place) not in matter:
            continue
        for index, (slot, move) in enumerate(zip(pattern.slots, regular.step, strict=True)):
            if slot.is_cell and not any(move) and book.formula_cell(slot.first) is None:
                users[slot.first].add((pattern.shape, index))
    return users


def _among(book: Book, places: Sequence[Place]) -> Iterator[Finding]:
    named = {place: set(keys(cleaned(label_of(book, place)))) - {""} for place in places}
    told: set[Place] = set()
    for index, first in enumerate(places):
        alike = [other for other in places[index + 1 :] if other not in told and named[first] & named[other]]
        if first not in told and alike:
            told.update([first, *alike])
            other = alike[0]
            where = other.address if other.sheet == first.sheet else f"{other.sheet}!{other.address}"
            words = f"The same number is typed in {where} as well, and some formulas take the one, some the other:"
            words += " an edit of one moves half of the network."
            yield finding(book, "typed-twice", Weight.NOTICE, words, [first, *alike])
