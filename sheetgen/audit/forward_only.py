"""Workbooks that only run a network forward: where nothing is learnt, nothing claims to be a gradient."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Structure
from sheetgen.audit.equations import Equations, cell_name
from sheetgen.audit.labels import Kind, Meaning, meaning
from sheetgen.audit.spelling import cleaned

_MOST_WORDS = 4
_OF_LEARNING = re.compile(
    r"[∂∇δη]|\bgrad|\bderiv|loss|\bcost|\berrors?\b|backprop|\bdelta|learning rate|\bd\w+/d\w"
    r"|verlust|fehler|ableitung|lernrate|perte|erreur|dérivée|pérdida|coste|derivada|perdita|errore|derivata",
    re.IGNORECASE,
)
"""What names a loss, a derivative or a rate, in a few languages: where one does, gradients may have been missed."""
_OF_A_NETWORK = re.compile(r"(?<![A-Z0-9.])(?:(?:EXP|TANH|MMULT)\(|MAX\(0[,;])", re.IGNORECASE)


def is_forward_only(book: Book, equations: Equations, structure: Structure) -> bool:
    """Whether formulas run a network forward and nothing on any sheet speaks of a loss, a derivative or a rate.

    Where it is not sure, it is not: gradients with names that are not understood are no right ones.
    """
    if structure.claims or structure.updates or structure.losses:
        return False
    formulas = (cell.formula for cell in book.cells.values() if cell.formula is not None)
    if not equations.exprs or not any(map(_OF_A_NETWORK.search, formulas)):
        return False
    labels = list(_labels(book))
    quantities = {name for _, meant in labels if meant.kind == Kind.QUANTITY for name in meant.names}
    return not any(_is_of_learning(place, meant, quantities, equations) for place, meant in labels)


def _labels(book: Book) -> Iterator[tuple[Place, Meaning]]:
    for cell in book.cells.values():
        if isinstance(cell.value, str) and len(cleaned(cell.value).split()) <= _MOST_WORDS:
            meant = meaning(cell.value)
            if meant is not None:
                yield cell.place, meant


def _is_of_learning(place: Place, meant: Meaning, quantities: set[str], equations: Equations) -> bool:
    """Whether a label speaks of learning; a single letter names a loss if it is large and stands by a formula."""
    if _OF_LEARNING.search(meant.text):
        return True
    if meant.weak:
        return not quantities.isdisjoint(meant.by)
    if meant.kind == Kind.LOSS:
        beside = (place.moved(columns=1), place.moved(rows=1))
        is_word = len(meant.names[0]) > 1
        return is_word or (meant.text[0].isupper() and any(cell_name(other) in equations.exprs for other in beside))
    return meant.derivative or meant.kind in (Kind.RATE, Kind.UPDATED)
