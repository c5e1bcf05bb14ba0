"""The claims and the updates of a table with a row a step or a row a sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.claims import Claim, Update
from sheetgen.audit.columns import Columns
from sheetgen.audit.flow import Upstream
from sheetgen.audit.gathered import Gathered
from sheetgen.audit.labels import Kind, Meaning

_OF_A_BATCH = re.compile(r"batch_(mean|var|max|sum)\(", re.IGNORECASE)
_FARTHEST = 6
"""Over how many cells a gradient is followed from the update, as through what an optimiser remembers."""


@dataclass(frozen=True)
class Outside:
    """What stands outside the tables: a quantity by its names, the loss, and the cells that hold a learning rate."""

    quantity: Callable[[tuple[str, ...], str], Place | None]
    losses: tuple[Place, ...] = ()
    rates: frozenset[Place] = frozenset()


@dataclass
class Steps:
    """What a table claims. ``unmatched`` are the labels of derivatives by something that was not found."""

    columns: Columns
    outside: Outside
    claims: list[Claim] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    parameters: set[Place] = field(default_factory=set)
    losses: list[Place] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = self.columns.table
        for column in self.columns.parameters:
            self.parameters |= {place for row in self.table.rows if (place := self.table.cell(row, column))}
        for column, meant in self.columns.derivatives.items():
            found = list(self._claims(column, meant))
            self.claims += found
            if not found:
                self.unmatched.append(meant.text)
        for column in self.columns.losses:
            self.losses += self.columns.formulas(column)
        self.updates = list(self._updates())

    @property
    def meeting(self) -> list[str]:
        """The labels of numbers of a whole batch, in which its rows meet."""
        return [self.table.columns[column].text for column in self._meeting]

    @cached_property
    def _meeting(self) -> list[int]:
        labels = ((column, meant) for column, meant in self.table.columns.items() if not meant.derivative)
        return [column for column, meant in labels if _OF_A_BATCH.match(meant.text)]

    def _batch(self, row: int) -> list[int]:
        """Return the rows whose losses depend on a row: all of its batch where these meet in a number, else itself."""
        cells = (self.table.cell(row, column) for column in self._meeting)
        rows = {other for place in cells if place for other, _ in self.columns.refers(place)}
        return sorted(rows | {row})

    def _group(self, column: int) -> str:
        return f"{self.table.grid.sheet}!{self.table.grid.place(self.table.first, column).address}"

    def _claims(self, column: int, meant: Meaning) -> Iterator[Claim]:
        by_column, of_columns = self.columns.by_column(meant), self.columns.of_columns(meant)
        gathered = Gathered(self.columns)
        elsewhere = self.outside.quantity(meant.by, self.table.grid.sheet) if by_column is None and meant.by else None
        if by_column is None and elsewhere is None:
            return
        sure = meant.kind == Kind.DERIVATIVE
        for place in self.columns.formulas(column):
            row = self.table.at(place)[0] + self.columns.shift  # type: ignore[index]
            by = elsewhere if by_column is None else self._at_or_above(row - meant.above, by_column)
            summed: tuple[Place, ...] = ()
            batch = self._batch(row)
            whole_rows = batch[-1:] if meant.gathered in ("sum", "mean") else batch
            of = [cell for at in whole_rows for other in of_columns if (cell := self.table.cell(at, other))]
            if not of_columns and not meant.gathered:
                of = list(self.outside.losses)
            rows = batch if meant.gathered == "batch" else gathered.rows(place, meant)
            if rows and by_column is not None:
                cells = [self.table.cell(other, by_column) for other in rows]
                summed = tuple(dict.fromkeys(cell for cell in cells if cell))
                if not of and meant.gathered != "mean":
                    every = sorted({at for other in rows for at in self._batch(other)})
                    losses = [self.table.cell(other, loss) for other in every for loss in self.columns.losses]
                    of = [cell for cell in losses if cell]
            elif meant.gathered:
                continue
            if by is not None and of:
                also, whole = tuple(of[1:]), None if meant.gathered else self._whole(of[0], meant)
                yield Claim(place, of[0], by, meant.text, self._group(column), sure, summed, also, meant.above, whole)

    def _whole(self, of: Place, meant: Meaning) -> Place | None:
        """Return the loss outside the table to which a row's adds, None where only the row's can be meant."""
        if self.columns.parameters or self.table.named(meant.of, Kind.LOSS, Kind.QUANTITY) is not None:
            return None
        found = [loss for loss in self.outside.losses if loss != of and self._upstream.reaches(loss, of)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _upstream(self) -> Upstream:
        return Upstream(self.columns.flow, ())

    def _at_or_above(self, row: int, column: int) -> Place | None:
        """Return the cell of a column in a row, or the last above it, for what is typed once for all rows."""
        while row >= self.table.first:
            if place := self.table.cell(row, column):
                return place
            row -= 1
        return None

    def _updates(self) -> Iterator[Update]:
        for column in self.columns.parameters:
            meant = self.table.columns[column]
            for place in self.columns.formulas(column):
                row, _ = self.table.at(place)  # type: ignore[misc]
                above = [r for r, c in self.columns.refers(place) if c == column and r < row]
                above = above or self._of_another(place, row)
                if above and self.columns.flow.copied(place) is None:
                    yield self._update(place, self.table.grid.place(max(above), column), meant, column)
        for column in self.table.of_kind(Kind.UPDATED):
            meant = self.table.columns[column]
            old_column = self.table.named(meant.names, Kind.QUANTITY)
            for place in self.columns.formulas(column) if old_column else ():
                old = self.table.cell(self.table.at(place)[0], old_column)  # type: ignore[index,arg-type]
                if old is not None and self.columns.flow.copied(place) is None:
                    yield self._update(place, old, meant, column)

    def _of_another(self, place: Place, row: int) -> list[int]:
        """Return the rows above from which a parameter takes another's value and a derivative, as by mistake."""
        above = [(r, c) for r, c in self.columns.refers(place) if c in self.columns.parameters and r < row]
        if not above or not self._gradients(place, self.table.grid.place(*max(above))):
            return []
        return [r for r, _ in above]

    def _update(self, new: Place, old: Place, meant: Meaning, column: int) -> Update:
        gradients = self._gradients(new, old)
        named = [place for place in gradients if set(self._meaning(place).by) & set(meant.names)]
        gradient = gradients[0] if len(gradients) == 1 else named[0] if named else None
        rates = [place for place in self.columns.flow.precedents(new) if self._is_rate(place)]
        return Update(new, old, gradient, meant.text, self._group(column), rates[0] if rates else None)

    def _is_rate(self, place: Place) -> bool:
        at = self.table.at(place)
        return place in self.outside.rates or (at is not None and self.table.columns[at[1]].kind == Kind.RATE)

    def _meaning(self, place: Place) -> Meaning:
        return self.table.columns[self.table.at(place)[1]]  # type: ignore[index]

    def _gradients(self, new: Place, old: Place) -> list[Place]:
        """Return the derivatives that an update uses: those it names, else those behind what it names."""
        ahead, seen = [new], {new, old}
        for _ in range(_FARTHEST):
            behind = [other for place in ahead for other in self.columns.flow.precedents(place) if other not in seen]
            fresh = [other for other in dict.fromkeys(behind) if self._near(other, new)]
            seen.update(fresh)
            found = [other for other in fresh if self.table.at(other)[1] in self.columns.derivatives]  # type: ignore[index]
            if found or not fresh:
                return found
            ahead = fresh
        return []

    def _near(self, place: Place, new: Place) -> bool:
        """Whether a cell of the table is no parameter and stands in an update's own row or in the one above."""
        at, here = self.table.at(place), self.table.at(new)
        return bool(at and here and here[0] - 1 <= at[0] <= here[0] and at[1] not in self.columns.parameters)
