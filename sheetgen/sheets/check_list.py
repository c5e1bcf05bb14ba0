"""What the live checks compare: a check is a deviation for each variant that should be 0.

First every column against its equation, so that a wrong cell is named by its own; then what counts as a cell at all;
then the gradients against mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sheetgen.algebra.expr import Const
from sheetgen.network.graph import Quantity
from sheetgen.page.page import Formula
from sheetgen.sheets.book import Book
from sheetgen.sheets.central_difference import CentralDifferences
from sheetgen.sheets.column_checks import ColumnCells, ColumnCheck, column_check, rate_check
from sheetgen.sheets.directions import checked_directions
from sheetgen.sheets.layout import FIRST_ROW, Layout

_MOST_TEXT = 250


@dataclass(frozen=True)
class Check:
    """One check: its name, what it compares, and its deviation for each variant that it is about.

    ``rows`` gives, for the cells of a deviation and of the tolerance, the first row that deviates; ``quantity`` says
    that the name is that of a column. ``at_kink`` is above 0 where the check passes and yet proves nothing.
    """

    name: str
    compares: str
    deviations: Mapping[int, Formula]
    rows: Mapping[int, Callable[[str, str], Formula]] = field(default_factory=dict)
    quantity: bool = False
    at_kink: Formula | None = None


@dataclass(frozen=True)
class CheckList:
    """All checks in order, and the columns that no formula is short enough to check, by the sheets they are on."""

    checks: tuple[Check, ...]
    too_long: tuple[str, ...]


def check_list(book: Book, cells: ColumnCells, differences: CentralDifferences | None) -> CheckList:
    """Return the checks of a workbook; there are no ``differences`` where nothing is trained."""
    columns, too_long = _columns(book, cells)
    gradients = _gradients(book, differences) if differences else ()
    return CheckList((*columns, *_counts(book, cells), *gradients), too_long)


def number_of_checks(book: Book) -> int:
    """Return how many checks there may be at most."""
    directions = checked_directions(book.study.network.weights, book.study.whole.rows)
    return 3 + len(_quantities(book)) + len(directions)


def _counts(book: Book, cells: ColumnCells) -> Iterator[Check]:
    layout, variants = book.layout, range(len(book.study.variants))
    yield Check(
        "no gap and no error",
        "how many numbers the sheet has, and should have",
        {variant: _no_gap(layout, variant) for variant in variants},
    )
    yield Check(
        "no number in place of a formula",
        "how many formulas the sheet has, and should have, where the program can tell (Excel from 2013, LibreOffice)",
        {variant: _formulas(layout, variant, cells.arrays.e) for variant in variants},
        {variant: _row_of_a_number(layout, variant) for variant in variants if layout.study.rows > 1},
    )
    if not book.study.trains:
        return
    name = book.study.rate_name
    compares = "the learning rate above the columns, with that of Inputs"
    yield Check(f"{name} of the sheet", compares, {variant: rate_check(layout, variant) for variant in variants})


def _table(layout: Layout, variant: int, start: int = 0, stop: int | None = None) -> str:
    columns = layout.columns(variant)
    return layout.range(variant, columns[0], columns[-1], start, stop)


def _no_gap(layout: Layout, variant: int) -> Formula:
    """Compare how many numbers the sheet has with how many it should have."""
    cells = layout.study.rows * len(layout.columns(variant))
    return Formula(f"ABS(COUNT({_table(layout, variant)})-{cells})", lambda: 0.0)


def _formulas(layout: Layout, variant: int, formula: str) -> Formula:
    """Compare how many formulas the sheet has with how many it should have.

    0 where a program cannot tell: it does not see that the cell ``formula`` holds one.
    """
    graph = layout.study.graphs[variant]
    cells = layout.study.rows * len(graph.names) - _counters(graph.quantities)
    count = f"{cells}-SUM(_xlfn.ISFORMULA({_table(layout, variant)})*1)"
    return Formula(f"IFERROR(IF(_xlfn.ISFORMULA({formula}),ABS({count}),0),0)", lambda: 0.0, array=True)


def _counters(quantities: tuple[Quantity, ...]) -> int:
    """Return how many columns begin with a number."""
    return sum(not q.is_given and isinstance(q.in_row(first=True), Const) for q in quantities)


def _row_of_a_number(layout: Layout, variant: int) -> Callable[[str, str], Formula]:
    """Return the first row, below the one the columns begin with, that holds a number in place of a formula."""
    table = _table(layout, variant, 1)

    def row(deviation: str, tolerance: str) -> Formula:
        first = f"MIN(IF(_xlfn.ISFORMULA({table}),{FIRST_ROW + layout.study.rows},ROW({table})))"
        found = f"IFERROR(IF({first}<={layout.last_row},{first},{FIRST_ROW}),0)"
        return Formula(f"IF(ISNUMBER({deviation}),IF({deviation}<={tolerance},0,{found}),0)", lambda: 0.0, array=True)

    return row


def _quantities(book: Book) -> dict[str, dict[int, Quantity]]:
    """Return the columns of all training sheets: for each name the variants that have it."""
    quantities: dict[str, dict[int, Quantity]] = {}
    for variant, graph in enumerate(book.study.graphs):
        for quantity in graph.quantities:
            quantities.setdefault(quantity.name, {})[variant] = quantity
    return quantities


def _columns(book: Book, cells: ColumnCells) -> tuple[list[Check], tuple[str, ...]]:
    """Return the check of every column, and the names of those whose check no cell can hold."""
    checks: list[Check] = []
    too_long: list[str] = []
    for name, quantities in _quantities(book).items():
        columns = {v: column_check(book.layout, v, quantity, cells) for v, quantity in quantities.items()}
        fitting = {v: column for v, column in columns.items() if column.fits}
        if fitting:
            checks.append(_column(name, next(iter(quantities.values())), fitting))
        if len(fitting) < len(columns):
            too_long.append(name)
    return checks, tuple(too_long)


def _column(name: str, quantity: Quantity, columns: Mapping[int, ColumnCheck]) -> Check:
    return Check(
        name,
        _compares(quantity),
        {variant: column.deviation() for variant, column in columns.items()},
        {variant: column.row for variant, column in columns.items()},
        quantity=True,
    )


def _compares(quantity: Quantity) -> str:
    """Return what a column is compared with."""
    if (text := quantity.printed) is None:
        return "the numbers of Inputs or Data, in every row"
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 2]} …"


def _gradients(book: Book, differences: CentralDifferences) -> Iterator[Check]:
    study, loss, variants = book.study, differences.loss, range(len(book.study.variants))
    for direction in differences.directions:
        name = f"{study.checked(study.network.slope(direction.name))} at iteration 0"
        compares = f"the gradient, and the central difference of {loss} (below)"
        if not differences.single:
            name = f"all gradients, {direction.name}"
            compares = "at iteration 0: Σ gradient · v, and the central difference (below)"
        deviations = {variant: differences.deviation(direction, variant) for variant in variants}
        yield Check(name, compares, deviations, at_kink=differences.kink(direction))
