"""Which rows of a table went into a sum or a mean of derivatives."""

from __future__ import annotations

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.audit.book import Place
from sheetgen.audit.columns import Columns
from sheetgen.audit.equations import cell_name
from sheetgen.audit.labels import Meaning


def rows_gathered(columns: Columns, place: Place, meant: Meaning) -> list[int]:
    """Return the rows whose derivatives a cell puts together, none for a derivative of its own row.

    A running sum starts anew where its formula no longer depends on the cell above.
    """
    column = columns.table.at(place)[1]  # type: ignore[index]
    if not meant.gathered:
        own = [row for row, other in columns.refers(place) if other == column]
        return sorted(own) if len(own) > 1 else []
    rows: list[int] = []
    here: Place | None = place
    while here is not None:
        above = None
        for row, other in columns.refers(here):
            if other == column:
                above = columns.table.cell(row, other)
            elif other in columns.derivatives:
                rows.append(row)
        here = above if above is not None and _depends(columns, here, above) else None
    return sorted(set(rows))


def _depends(columns: Columns, place: Place, above: Place) -> bool:
    """Whether a cell changes with another, at the numbers that stand there."""
    equations = columns.flow.equations

    def number(name: str) -> float:
        if name in equations.numbers:
            return equations.numbers[name]
        value = equations.book.value(columns.flow.place(name))
        return value if isinstance(value, float) else 0.0

    expr = equations.exprs[cell_name(place)]
    moved = cell_name(above)
    try:
        there = evaluate(expr, lambda name: number(name) + (name == moved))
        return there != evaluate(expr, number)
    except ARITHMETIC_ERRORS:
        return True
