"""What a person says about a workbook: its loss, its pairs of parameters and gradients, the sheets to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sheetgen.audit.blocks import Named
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.labels import Kind, Meaning
from sheetgen.audit.partners import Pair, distance
from sheetgen.errors import UsageError
from sheetgen.page.cell_names import row_and_column

_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
_ON = r"(?:(?:'(?:[^']|'')+'|[^'!:,;]+)!)?"
_AREA = re.compile(rf"(?P<sheet>{_ON})(?P<first>{_CELL})(?::(?P<last>{_CELL}))?")
_PAIR = re.compile(rf"(?P<one>{_ON}{_CELL}(?::{_CELL})?)\s*:\s*(?P<other>{_ON}{_CELL}(?::{_CELL})?)")


@dataclass(frozen=True)
class Told:
    """What a person tells: the cell of the loss, pairs as ``W:dW``, and the one sheet to look at; "" for nothing.

    A pair is two labels, as in ``W1:dL/dW1``, or two areas of one shape, as in ``B2:C3:F2:G3`` or
    ``Forward!B2:C3:Backward!F2:G3``. Each text may hold several pairs, separated by commas or semicolons.
    """

    loss: str = ""
    pairs: tuple[str, ...] = ()
    sheet: str = ""

    @property
    def each_pair(self) -> list[str]:
        """The pairs one by one, as they are spelled."""
        return [pair.strip() for text in self.pairs for pair in re.split(r"[;,]", text) if pair.strip()]


NOTHING = Told()


def area_told(text: str, book: Book, sheet: str = "") -> Area | None:
    """Return the area that a text names, on ``sheet`` or the first one where it names none; None where it is no area.

    Raises UsageError for a sheet that the workbook does not have.
    """
    match = _AREA.fullmatch(text.strip())
    if match is None:
        return None
    on = match["sheet"].rstrip("!").strip("'").replace("''", "'") or sheet or book.sheets[0]
    if on not in book.sheets:
        raise UsageError(f"{text.strip()}: the workbook has no sheet {on!r}; it has {', '.join(book.sheets)}")
    rows, columns = zip(*(row_and_column(name.replace("$", "").upper()) for name in _corners(match)), strict=True)
    return Area(on, min(rows), min(columns), max(rows), max(columns))


def _corners(match: re.Match[str]) -> tuple[str, str]:
    return match["first"], match["last"] or match["first"]


def loss_told(told: Told, book: Book) -> Place | None:
    """Return the cell of the loss, None where nothing was said. Raises UsageError for what is no cell."""
    if not told.loss:
        return None
    area = area_told(told.loss, book, told.sheet)
    if area is None or not area.is_cell:
        raise UsageError(f"--loss {told.loss}: not a cell; expected one such as 'Sheet1!W3'")
    place = area.first
    if book.formula_cell(place) is None:
        what = "is empty" if book.value(place) is None else "holds no formula"
        raise UsageError(f"--loss {told.loss}: {place.address} of {place.sheet!r} {what}; expected the cell of a loss")
    return place


def pair_told(text: str, book: Book, sheet: str = "") -> tuple[Area, Area] | tuple[str, str]:
    """Return the two areas or the two labels of a pair, the parameters first.

    Raises UsageError for anything else, and for areas of two shapes.
    """
    match = _PAIR.fullmatch(text)
    if match is not None:
        one, other = area_told(match["one"], book, sheet), area_told(match["other"], book, sheet)
        if one is not None and other is not None:
            if one.shape != other.shape:
                raise UsageError(f"--pairs {text}: {one.address} and {other.address} have two shapes")
            return one, other
    labels = text.split(":")
    if len(labels) != 2 or not all(label.strip() for label in labels):
        raise UsageError(f"--pairs {text}: expected two labels as in 'W1:dL/dW1', or two areas as in 'B2:C3:F2:G3'")
    return labels[0].strip(), labels[1].strip()


def pairs_told(told: Told, book: Book, blocks: Sequence[Named]) -> list[Pair]:
    """Return the pairs that a person tells, as pairs of blocks.

    Raises UsageError where a label stands at no block, or the two blocks have different shapes.
    """
    pairs: list[Pair] = []
    for text in told.each_pair:
        one, other = pair_told(text, book, told.sheet)
        if isinstance(one, Area) and isinstance(other, Area):
            slope = Meaning(Kind.DERIVATIVE, other.address, (text,))
            pairs.append(Pair(Named(other, slope), Named(one, Meaning(Kind.QUANTITY, one.address, (text,))), True))
        else:
            pairs += _pairs_labelled(str(one), str(other), text, blocks)
    return pairs


def _pairs_labelled(one: str, other: str, text: str, blocks: Sequence[Named]) -> list[Pair]:
    parameters = [block for block in blocks if _spells(block, one)]
    slopes = [block for block in blocks if _spells(block, other)]
    for label, found in ((one, parameters), (other, slopes)):
        if not found:
            raise UsageError(f"--pairs {text}: nothing is labelled {label!r}; tell the areas, as in 'B2:C3:F2:G3'")
    fitting = {id(slope): [by for by in parameters if by.area.shape == slope.area.shape] for slope in slopes}
    if not any(fitting.values()):
        raise UsageError(f"--pairs {text}: {parameters[0].area.address} and {slopes[0].area.address} have two shapes")
    return [
        Pair(
            replace(slope, meant=replace(slope.meant, kind=Kind.DERIVATIVE)),
            min(fitting[id(slope)], key=lambda by: distance(slope, by)),
            True,
        )
        for slope in slopes
        if fitting[id(slope)]
    ]


def _spells(block: Named, label: str) -> bool:
    return block.meant.text.casefold() == label.casefold()
