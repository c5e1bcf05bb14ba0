"""What the columns of a table are for one another: parameters, losses, what each derivative is of and by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.flow import Flow, Upstream
from sheetgen.audit.labels import Kind, Meaning
from sheetgen.audit.tables import StepTable

_PART = re.compile(r"(?:e|err|error|loss|cost)o?\d+")
_LOOKED_AT = 5
"""How many rows are looked at to tell what a column is."""


@dataclass(frozen=True)
class Columns:
    """A table, and which cell depends on which. ``loss`` is the cell that a person says is the loss."""

    table: StepTable
    flow: Flow
    loss: Place | None = None

    def formulas(self, column: int) -> Iterator[Place]:
        """Yield the cells of a column that have formulas."""
        if column not in self._formulas:
            cells = (self.table.cell(row, column) for row in self.table.rows)
            self._formulas[column] = [place for place in cells if place is not None and self.flow.has_formula(place)]
        yield from self._formulas[column]

    @cached_property
    def _formulas(self) -> dict[int, list[Place]]:
        return {}

    def some(self, column: int) -> list[Place]:
        """Return a few cells with formulas, from behind the first rows, which may be special."""
        found = list(self.formulas(column))
        return found[1 : 1 + _LOOKED_AT] or found

    def refers(self, place: Place) -> list[tuple[int, int]]:
        """Return row and column of the table's cells that a formula refers to."""
        return [at for other in self.flow.precedents(place) if (at := self.table.at(other)) is not None]

    def carries_on(self, column: int) -> bool:
        """Whether the column's formulas refer to a row above in the column itself."""
        at = [(self.table.at(place), self.refers(place)) for place in self.some(column)]
        return any(here and any(c == column and r < here[0] for r, c in refers) for here, refers in at)

    def _own_row(self, column: int) -> bool:
        """Whether the column's formulas refer to quantities of their own row."""
        for place in self.some(column):
            here = self.table.at(place)
            for row, other in self.refers(place):
                kind = self.table.columns[other].kind
                if here and row == here[0] and other != column and kind not in (Kind.RATE, Kind.OTHER):
                    return True
        return False

    def _brings_down(self, column: int) -> bool:
        """Whether the column's formulas take what another column computes in a row above, as a state that goes on.

        One that takes a quantity of the row above that is not computed there, too, is an update of another parameter.
        """
        computed = {
            self._own_row(other)
            for here, refers in ((self.table.at(place), self.refers(place)) for place in self.some(column))
            for row, other in refers
            if here and row < here[0] and self.table.columns[other].kind == Kind.QUANTITY
        }
        return computed == {True}

    @cached_property
    def derivatives(self) -> dict[int, Meaning]:
        """The columns that are derivatives."""
        return {
            column: meant
            for column, meant in self.table.columns.items()
            if meant.derivative and (not meant.weak or not meant.by or self.by_column(meant) is not None)
        }

    def by_column(self, meant: Meaning) -> int | None:
        """Return the column by which a derivative is taken, None where the table has none."""
        if meant.kind != Kind.ERROR_TERM:
            return self.table.named(meant.by, Kind.QUANTITY)
        unit = meant.by[0]
        entering = [f"<{unit}>", *(f"{name}{unit}" for name in ("z", "net", "in", "s") if unit[:1].isdigit())]
        found = self.table.named(entering, Kind.QUANTITY)
        if found is None and self.table.named([f"({unit})"], Kind.QUANTITY) is not None:
            found = self.table.named([unit], Kind.QUANTITY)
        return found

    @cached_property
    def parameters(self) -> list[int]:
        """The columns of parameters: each row starts from the row above, or from what stands elsewhere."""
        by = {self.by_column(meant) for meant in self.derivatives.values() if self.is_whole(meant)}
        return [
            column
            for column in self.table.of_kind(Kind.QUANTITY)
            if self._descends(column)
            or (column in by and (self.carries_on(column) or not (self._own_row(column) or self._brings_down(column))))
        ]

    def _descends(self, column: int) -> bool:
        """Whether the column goes on from the row above by a derivative by itself, of whatever loss."""
        own = {c for c, meant in self.derivatives.items() if self.by_column(meant) == column}
        refers = (other for place in self.some(column) for _, other in self.refers(place)) if own else ()
        return not own.isdisjoint(refers) and self.carries_on(column)

    @property
    def connected(self) -> bool:
        """Whether the first loss depends on something by which a derivative of the table is taken."""
        upstream = Upstream(self.flow, ())
        by = {self.by_column(meant) for meant in self.derivatives.values()}
        firsts = [place for column in self.losses if (place := next(self.formulas(column), None))]
        names = {name for place in firsts for name in upstream.of(place)}
        return any((at := self.table.at(self.flow.place(name))) is not None and at[1] in by for name in names)

    @property
    def updates_itself(self) -> bool:
        """Whether a parameter follows from the row above and from a derivative."""
        return any(
            self.carries_on(column) and any(c in self.derivatives for p in self.some(column) for _, c in self.refers(p))
            for column in self.parameters
        )

    def is_whole(self, meant: Meaning) -> bool:
        """Whether a derivative is one of the whole loss, as far as its label says."""
        of = self.table.named(meant.of, Kind.QUANTITY)
        return of is None or self.losses == [of]

    @cached_property
    def losses(self) -> list[int]:
        """The columns of the whole loss; several where only its parts stand there, one for each of them."""
        if self.loss is not None:
            at = self.table.at(self.loss)
            return [] if at is None else [at[1]]
        named = [column for column in self.table.of_kind(Kind.LOSS) if any(True for _ in self.formulas(column))]
        named = [column for column in named if not self.table.columns[column].gathered] or named
        lasting = [column for column in named if not self._feeds(column, named)]
        if lasting:
            return lasting[:1]
        parts = [column for column in self.table.of_kind(Kind.QUANTITY) if self._is_part(column)]
        return [column for column in parts if not self._feeds(column, parts)] or self._derived

    @property
    def _derived(self) -> list[int]:
        """The calculated column of which most derivatives are, whatever it is called: ``f`` beside ``∂f/∂x``."""
        named = Counter(meant.of for meant in self.derivatives.values() if meant.of)
        found = (self.table.named(of, Kind.QUANTITY) for of, _ in named.most_common(1))
        return [column for column in found if column is not None and any(True for _ in self.formulas(column))]

    def _is_part(self, column: int) -> bool:
        names = self.table.columns[column].names
        return bool(_PART.fullmatch(names[0])) and any(True for _ in self.formulas(column))

    def _feeds(self, column: int, others: list[int]) -> bool:
        """Whether one of the others is computed from a column, in the same row."""
        return any(
            c == column and (here := self.table.at(place)) is not None and here[0] == r
            for other in others
            if other != column
            for place in self.some(other)
            for r, c in self.refers(place)
        )

    def of_columns(self, meant: Meaning) -> list[int]:
        """Return the columns whose sum a derivative is of, none where the table has none."""
        if meant.gathered and meant.gathered != "batch":
            found = [c for c in self.table.of_kind(Kind.LOSS) if self.table.columns[c].gathered == meant.gathered]
            return found[:1]
        part = self.table.named(meant.of, Kind.QUANTITY)
        if part is not None:
            return [part]
        exact = self.table.named(meant.of[:1], Kind.LOSS)
        if exact is not None and not self.table.columns[exact].gathered and exact not in self.losses:
            return [exact] if not self._feeds(exact, self.losses) else self.losses
        return self.losses

    @cached_property
    def shift(self) -> int:
        """How many rows above its derivatives a step stands: −1 where they are written a row later, else 0."""
        found: Counter[int] = Counter()
        for column in self.derivatives:
            for place in self.some(column)[:2]:
                here = self.table.at(place)
                rows = [row for row, other in self._behind(place) if other not in self.derivatives]
                if here and rows:
                    found[max(rows) - here[0]] += 1
        shift = found.most_common(1)[0][0] if found else 0
        return shift if shift in (0, -1) else 0

    def _behind(self, place: Place) -> list[tuple[int, int]]:
        """Return the cells of the table behind a derivative, and those behind the derivatives among them."""
        found: list[tuple[int, int]] = []
        ahead, seen = [place], {place}
        while ahead:
            for row, column in self.refers(ahead.pop()):
                other = self.table.grid.place(row, column)
                if column in self.derivatives and other not in seen:
                    seen.add(other)
                    ahead.append(other)
                elif column not in self.derivatives:
                    found.append((row, column))
        return found
