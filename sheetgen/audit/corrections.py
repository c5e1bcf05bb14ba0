"""Updates by Adam whose bias correction is wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetgen.audit.adam import (
    LEFT_OUT,
    RIGHT,
    Correction,
    Moments,
    correction_of,
    explains,
    moments_before,
    moments_of,
)
from sheetgen.audit.book import Book, Place
from sheetgen.audit.causes import relative_formula
from sheetgen.audit.claims import Update
from sheetgen.audit.correction_formulas import Wrong, right_formula
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.memories import Memories
from sheetgen.audit.unfolded import Unfolded

_MOST_STEPS = 6
"""The steps of an optimiser that are looked at to name what is wrong."""
_WITHOUT = re.compile(r"\b(?:without|no|not|un)\b.{0,30}\bcorrect(?:ed|ion)\b|\buncorrected\b", re.I)
"""How a sheet says that it leaves the correction out, as one that shows why there is one."""


@dataclass(frozen=True)
class Fault:
    """An update that is wrong: which mistake it is, and what would be right.

    ``is_meant`` says that the sheet itself announces it.
    """

    update: Update
    kind: str
    words: str
    right_formula: str | None = None
    at: Place | None = None
    right_value: float | None = None
    is_meant: bool = False

    @property
    def place(self) -> Place:
        """The cell that is wrong."""
        return self.at or self.update.new


def corrections(rules: Sequence[tuple[Update, Unfolded]], graph: Graph) -> Iterator[Fault]:
    """Yield the updates by Adam whose bias correction is wrong."""
    groups: dict[str, list[tuple[Update, Unfolded]]] = defaultdict(list)
    for update, rule in rules:
        groups[update.group].append((update, rule))
    for entries in groups.values():
        steps = []
        for update, moments in _moments(entries, graph):
            rate = graph.values.get(cell_name(update.rate)) if update.rate else None
            steps.append((update, moments, rate))
        wrong = [entry for entry in steps if entry[2] is None or not explains(RIGHT, [entry[1:]])]
        found = correction_of([(moments, rate) for _, moments, rate in wrong[:_MOST_STEPS]])
        if found is not None:
            yield from _faults([(update, moments) for update, moments, _ in wrong], *found, graph.equations.book)


def _faults(
    steps: Sequence[tuple[Update, Moments]], kind: str, words: str, correction: Correction, book: Book
) -> Iterator[Fault]:
    """Yield the cells that correct wrongly; the first of those with one formula has what would be right."""
    alike: dict[tuple[str, str], list[tuple[Update, Wrong]]] = defaultdict(list)
    for update, moments in steps:
        for place, told in _corrected(moments, words) or ((update.new, words),):
            cell = book.formula_cell(place)
            if cell is not None:
                alike[told, relative_formula(cell)].append((update, Wrong(cell, moments, correction)))
    meant = {sheet: kind == LEFT_OUT and _says_so(sheet, book) for sheet in {u.new.sheet for u, _ in steps}}
    for (told, _), several in alike.items():
        right = right_formula([wrong for _, wrong in several])
        for number, (update, wrong) in enumerate(several):
            place = wrong.cell.place
            yield Fault(
                update,
                kind,
                told,
                None if number else right,
                at=place,
                right_value=wrong.value(),
                is_meant=meant[update.new.sheet],
            )


def _says_so(sheet: str, book: Book) -> bool:
    """Whether the name of a sheet or a text on it says that the bias is not corrected there."""
    texts = (cell.value for cell in book.on(sheet) if isinstance(cell.value, str))
    return any(_WITHOUT.search(text) for text in (sheet, *texts))


def _moments(entries: Sequence[tuple[Update, Unfolded]], graph: Graph) -> Iterator[tuple[Update, Moments]]:
    """Yield the updates that are steps of Adam; the first one has nothing to remember yet."""
    unknown: list[tuple[Update, Unfolded]] = []
    lengths: dict[str, int] = {}
    for update, rule in entries:
        memories = Memories(rule, lengths)
        moments = moments_of(rule, memories) if rule.memories else None
        if moments is None:
            unknown.append((update, rule))
            continue
        for earlier, first in unknown:
            if (start := moments_before(moments, first, memories)) is not None:
                yield earlier, start
        unknown = []
        yield update, moments


def _corrected(moments: Moments, words: str) -> tuple[tuple[Place, str], ...]:
    """Return the cells that correct the bias of the moments at fault, each with its words.

    There are none where the update itself does.
    """
    uses, found = moments.update.graph.uses, []
    for moment, called, other in ((moments.m, "first", "second"), (moments.v, "second", "first")):
        if f"the {other}" in words:
            continue
        between = [name for name in moments.update.between if name not in (moments.m, moments.v)]
        cells = [name for name in between if moment in uses.get(name, ())]
        if len(cells) != 1:
            return ()
        told = words.replace("of both moments", f"of the {called} moment").replace("each", f"the {called}")
        found.append((place_of(cells[0]), told))
    return tuple(found)
