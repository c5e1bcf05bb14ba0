"""Which rows of a table went into a sum or a mean of derivatives."""

from __future__ import annotations

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.book import Place
from sheetgen.audit.columns import Columns
from sheetgen.audit.equations import cell_name
from sheetgen.audit.labels import Meaning

_NONE: frozenset[int] = frozenset()


class Gathered:
    """The rows behind the sums of derivatives of a table; what is known of the row above is not looked for again."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._running: dict[Place, frozenset[int]] = {}

    def rows(self, place: Place, meant: Meaning) -> list[int]:
        """Return the rows whose derivatives a cell puts together, none for a derivative of its own row.

        A running sum starts anew where its formula no longer depends on the cell above.
        """
        column = self._column(place)
        if not meant.gathered:
            own = [row for row, other in self._columns.refers(place) if other == column]
            return sorted(own) if len(own) > 1 else []
        ahead: dict[Place, list[int]] = {}
        here: Place | None = place
        while here is not None and here not in self._running and here not in ahead:
            above, ahead[here] = self._terms(here, column)
            here = above if above is not None and self._depends(here, above) else None
        rows = _NONE if here is None else self._running.get(here, _NONE)
        for cell, own in reversed(ahead.items()):
            rows = self._running[cell] = rows.union(own)
        return sorted(rows)

    def _column(self, place: Place) -> int:
        return self._columns.table.at(place)[1]  # type: ignore[index]

    def _terms(self, place: Place, column: int) -> tuple[Place | None, list[int]]:
        """Return the cell of the column to which a sum adds, and the rows of the derivatives that it adds."""
        above, own = None, []
        for row, other in self._columns.refers(place):
            if other == column:
                above = self._columns.table.cell(row, other)
            elif other in self._columns.derivatives:
                own.append(row)
        return above, own

    def _depends(self, place: Place, above: Place) -> bool:
        """Whether a cell changes with another, at the numbers that stand there."""
        equations, name, moved = self._columns.flow.equations, cell_name(place), cell_name(above)

        def here(name: str) -> tuple[float, float]:
            if name in equations.numbers:
                return equations.numbers[name], 0.0
            value = equations.book.value(self._columns.flow.place(name))
            return value if isinstance(value, float) else 0.0, 0.0

        def elsewhere(name: str) -> tuple[float, float]:
            value, error = here(name)
            return value + 1 + abs(value) if name == moved else value, error  # 1 alone is lost beside 1e16

        try:
            numbers = [equations.programs.number(name, known)[0] for known in (here, elsewhere)]
        except ARITHMETIC_ERRORS:
            return True
        return numbers[0] != numbers[1]
