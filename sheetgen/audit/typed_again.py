"""Parameters that are typed again for each sample or sheet, where a gradient adds up what it is by each copy.

The sum is right as long as all copies hold the same number. An edit of one moves only a part of the network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Claim
from sheetgen.audit.equations import Equations
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.sources import source_of
from sheetgen.page.page import quoted

KIND = "typed-twice"


def typed_again(claims: Iterable[Claim], equations: Equations) -> list[Finding]:
    """Return a finding for each sheet that types a parameter again, and for each sheet whose parameters it repeats."""
    book = equations.book
    found: dict[tuple[str, str], dict[Place, tuple[Place, Claim]]] = defaultdict(dict)
    for claim in claims:
        typed = sorted(_typed(claim, equations), key=lambda place: (book.sheets.index(place.sheet), place))
        for copy in typed[1:]:
            beside = next(place for place in typed if place.sheet == copy.sheet)
            model = typed[0] if beside == copy else beside
            found[model.sheet, copy.sheet].setdefault(copy, (model, claim))
    return [_finding(book, copies) for copies in found.values()]


def _typed(claim: Claim, equations: Equations) -> Iterator[Place]:
    """Yield the typed cells over which a derivative is summed, each once."""
    for place in {source_of(equations, place) for place in claim.summed}:
        if equations.book.formula_cell(place) is None:
            yield place


def _finding(book: Book, copies: dict[Place, tuple[Place, Claim]]) -> Finding:
    first = min(copies)
    model, claim = copies[first]
    where = model.address if model.sheet == first.sheet else f"{model.sheet}!{model.address}"
    words = (
        f"The number of {where} is typed again, and {claim.label} ({claim.cell.address} on {claim.cell.sheet}) adds up "
        "the derivatives by both as by one parameter. An edit of one of them moves only a part of the network, and the "
        f"sum is then the derivative by neither: let the copy be a reference to {where}."
    )
    return Finding(
        kind=KIND,
        weight=Weight.NOTICE,
        words=words,
        first=first,
        areas=areas_of(copies),
        label=claim.label,
        value=book.value(first),
        right_formula=where if model.sheet == first.sheet else f"{quoted(model.sheet)}!{model.address}",
    )
