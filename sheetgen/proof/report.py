"""What a verification found."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a cell differs, the most telling first."""

    LABEL = "label"
    FORMULA = "formula"
    CONSTANT = "constant"
    MISSING = "missing"
    EXTRA = "extra"
    REFERENCE = "reference"
    VALUE = "value"
    CACHED = "cached"
    FORMAT = "format"
    CHART = "chart"
    COLOUR = "colour"
    CHOICE = "choice"


class Status(StrEnum):
    """What was established of a sheet."""

    PROVEN = "proven"
    RECALCULATED = "recalculated"
    NOT_COVERED = "not covered"


@dataclass(frozen=True)
class Difference:
    """One cell that is not as it must be; ``quantity``, ``iteration`` and ``rate`` on training sheets."""

    sheet: str
    cell: str
    kind: Kind
    expected: float | str | bool | None
    found: float | str | bool | None
    formula: str | None = None
    expected_formula: str | None = None
    quantity: str | None = None
    iteration: int | None = None
    rate: float | None = None

    def __str__(self) -> str:
        where = f"{self.sheet}!{self.cell}"
        if self.quantity is not None:
            at = f" at iteration {self.iteration}" if self.iteration is not None else ""
            where += f" ({self.quantity}{at})"
        sentence = _SENTENCES[self.kind].format(
            expected=_spelled(self.expected, self.kind),
            found=_spelled(self.found, self.kind),
            formula=f"={self.formula}",
            expected_formula=f"={self.expected_formula}",
        )
        return f"{where}: {sentence}"


_STALE = (
    "{:,} cached values are from before the last edit, all else agrees: "
    "open and save the workbook in a spreadsheet, or pass --ignore-cache"
)
_SENTENCES = {
    Kind.LABEL: "{expected} was expected, {found} stands there",
    Kind.FORMULA: "the formula is {formula}, expected {expected_formula}",
    Kind.CONSTANT: "{found} stands where the formula {expected_formula} was expected",
    Kind.MISSING: "nothing stands where {expected} was expected",
    Kind.EXTRA: "{found} stands beyond the last iteration",
    Kind.REFERENCE: "the network gives {expected}, the independent reference {found}",
    Kind.VALUE: "recalculated it is {found}, expected {expected}",
    Kind.CACHED: "the file shows {found}, recalculated it is {expected}",
    Kind.FORMAT: "the number format is {found}, expected {expected}",
    Kind.CHART: "{found} stands where {expected} was expected",
    Kind.COLOUR: "the flag has {found}, expected {expected}",
    Kind.CHOICE: "the cell lets in {found}, expected {expected}",
}


_IN_WORDS = (Kind.CHART, Kind.COLOUR, Kind.CHOICE)
"""What differs in these is told in words rather than quoted from a cell."""


def _spelled(value: object, kind: Kind) -> str:
    if value is None:
        return "nothing"
    return repr(value) if isinstance(value, float | str) and kind not in _IN_WORDS else str(value)


@dataclass(frozen=True)
class SheetReport:
    """What was found on one sheet; ``cells`` counts the formulas compared there."""

    name: str
    status: Status
    cells: int
    mismatches: int


@dataclass(frozen=True)
class Block:
    """Rows of a training sheet, from the first to the last, that were recalculated at once."""

    sheet: str
    first: int
    last: int


@dataclass(frozen=True)
class Edit:
    """A number that a person changed on the Inputs sheet."""

    name: str
    built: float
    now: float

    def __str__(self) -> str:
        return f"{self.name} {self.built!r} → {self.now!r}"


@dataclass
class Report:
    """The outcome of a verification. ``cells`` counts every formula cell that was compared.

    ``stale`` counts, among the ``mismatches``, the cells that show what was right before the last edit; they are the
    last of the ``diffs``. ``not_covered`` counts formulas that others added and that cannot be judged; ``unproven``
    says what else the workbook shows, or hides, that no proof covers.
    ``ignore_cache`` says that no cached value was judged. ``blocks`` are those in which a large workbook was
    recalculated, each from the row in which the one before it ended; none where it was done at once.
    """

    engine: str
    training_cells: int = 0
    helper_cells: int = 0
    mismatches: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    edited: list[Edit] = field(default_factory=list)
    sheets: list[SheetReport] = field(default_factory=list)
    diffs: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stale: int = 0
    not_covered: int = 0
    unproven: list[str] = field(default_factory=list)
    ignore_cache: bool = False
    blocks: list[Block] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return self.mismatches == 0

    @property
    def cells(self) -> int:
        """The number of formula cells compared."""
        return self.training_cells + self.helper_cells

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values; non-finite numbers become texts."""
        values: dict[str, Any] = {"ok": self.ok, "cells": self.cells, **asdict(self)}
        return {name: _json(value) for name, value in values.items()}

    def note_uncached(self, sheet: str, formulas: int) -> None:
        """Note that so many formulas of a sheet carry no cached value, where there are any."""
        if formulas:
            carry, them = ("formula carries", "it") if formulas == 1 else ("formulas carry", "them")
            shown = f"previews and pandas will show {them} empty"
            self.notes.append(f"{sheet}: {formulas:,} {carry} no cached value; {shown}")

    def lines(self) -> Iterator[str]:
        """Yield the report in lines for a person."""
        if self.ok:
            what = "formula cells agree" if not self.ignore_cache else "formulas and recalculated values agree"
            how_many = f"{self.cells:,}" if self.not_covered or self.unproven else f"all {self.cells:,}"
            beside = "; not all that the workbook shows is proven" if self.not_covered or self.unproven else ""
            yield f"OK: {how_many} {what}{beside} ({self.engine})"
        elif self.stale == self.mismatches:
            yield f"DIFFERENT: {_STALE.format(self.stale)}"
        else:
            plural = "cell differs" if self.mismatches == 1 else "cells differ"
            yield f"DIFFERENT: {self.mismatches:,} {plural} among {self.cells:,} formulas ({self.engine})"
        yield f"largest deviation of a training cell: {self.max_abs:.3g} absolute, {self.max_rel:.3g} relative"
        if 0 < self.stale < self.mismatches:
            yield f"among them {_STALE.format(self.stale)}"
        if self.ignore_cache:
            yield "cached values were not judged (--ignore-cache)"
        if self.blocks:
            yield self._how()
        yield from (f"edited: {edit}" for edit in self.edited)
        yield from (f"note: {note}" for note in self.notes)
        yield from (f"not proven: {what}" for what in self.unproven)
        for status in Status:
            if names := [sheet.name for sheet in self.sheets if sheet.status == status]:
                yield f"{status}: {', '.join(names)}"
        told = self.mismatches - self.stale
        yield from (f"  {difference}" for difference in self.diffs[:told])
        if told > len(self.diffs):
            yield f"  … and {told - len(self.diffs):,} more"

    def _how(self) -> str:
        """Say how a large workbook was recalculated."""
        most = max(block.last - block.first + 1 for block in self.blocks)
        rows = sum(block.last - block.first + 1 for block in self.blocks)
        blocks, sheets = len(self.blocks), len({block.sheet for block in self.blocks})
        of = f"{rows:,} rows of {sheets} training sheet{'s' * (sheets > 1)}"
        parts = f"{blocks:,} block{'s' * (blocks > 1)} of at most {most:,} rows"
        return f"recalculated in {parts}: {of}, each block from the row before it, then all other sheets"


def _json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list) else value
