"""The functions of a spreadsheet that take arrays as wholes: products of matrices, sums of products, look-ups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetgen.algebra.expr import ZERO, Apply, Const, Expr
from sheetgen.audit.arguments import Function, Reader, expected, fixed
from sheetgen.audit.arrays import LARGEST, Grid, Value, as_grid
from sheetgen.audit.book import Area
from sheetgen.audit.operands import Item, Truth, Words, folded, number, total
from sheetgen.audit.syntax import Node, NotUnderstood

_TWO = Const(2.0)


def _product(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 2, 2, "MMULT")
    a, b = (as_grid(reader.of(node, True)) for node in nodes)
    if a.columns != b.rows:
        raise NotUnderstood(f"MMULT multiplies {a.rows}×{a.columns} by {b.rows}×{b.columns}")
    if a.columns > LARGEST:
        raise NotUnderstood(f"it takes more than {LARGEST:,} cells at once")

    def cell(row: int, column: int) -> Expr:
        return total([_times(a.at(row, inner), b.at(inner, column)) for inner in range(a.columns)])

    return Grid(a.rows, b.columns, cell)


def _times(a: Item, b: Item) -> Expr:
    return Apply("mul", (number(a), number(b)))


def _transposed(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 1, 1, "TRANSPOSE")
    grid = as_grid(reader.of(nodes[0], True))
    return Grid(grid.columns, grid.rows, lambda row, column: grid.at(column, row))


def _same_shape(reader: Reader, nodes: Sequence[Node], name: str) -> list[Grid]:
    grids = [as_grid(reader.of(node, True)) for node in nodes]
    if len({(grid.rows, grid.columns) for grid in grids}) > 1:
        raise NotUnderstood(f"{name} takes arrays of different shapes")
    return grids


def _sum_of_products(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 1, 255, "SUMPRODUCT")
    grids = _same_shape(reader, nodes, "SUMPRODUCT")
    factors = zip(*(grid.items() for grid in grids), strict=True)
    return total([folded("mul", [_counted(item) for item in items]) for items in factors])


def _counted(item: Item) -> Expr:
    """Return what an item is to SUMPRODUCT: texts, true and false are 0."""
    return ZERO if isinstance(item, Words | Truth) else number(item)


def _of_two(name: str, term: Callable[[Expr, Expr], Expr]) -> Function:
    """Return the sum over two arrays of a term of each pair of numbers."""

    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), 2, 2, name)
        a, b = _same_shape(reader, nodes, name)
        pairs = [(x, y) for x, y in zip(a.items(), b.items(), strict=True) if not isinstance(x, Words | Truth)]
        return total([term(number(x), number(y)) for x, y in pairs if not isinstance(y, Words | Truth)])

    return applied


def _square(term: Expr) -> Expr:
    return Apply("pow", (term, _TWO))


def _squares(op: str) -> Callable[[Expr, Expr], Expr]:
    return lambda x, y: Apply(op, (_square(x), _square(y)))


def _index(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 2, 3, "INDEX")
    grid = as_grid(reader.of(nodes[0], True))
    row, column = int(fixed(reader, nodes[1])), int(fixed(reader, nodes[2])) if len(nodes) > 2 else None
    if column is None:
        row, column = (1, row) if grid.rows == 1 and grid.columns > 1 else (row, 0 if grid.columns > 1 else 1)
    if not (0 <= row <= grid.rows and 0 <= column <= grid.columns):
        raise NotUnderstood("INDEX leads out of its range")
    top, rows = (row - 1, 1) if row else (0, grid.rows)
    left, columns = (column - 1, 1) if column else (0, grid.columns)
    if (area := grid.area) is not None:
        first, last = (area.top + top, area.left + left), (area.top + top + rows - 1, area.left + left + columns - 1)
        return reader.cells.grid(Area(area.sheet, *first, *last))
    return Grid(rows, columns, lambda r, c: grid.at(top + r, left + c))


def _choose(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 2, 255, "CHOOSE")
    which = int(fixed(reader, nodes[0]))
    if not 1 <= which < len(nodes):
        raise NotUnderstood("CHOOSE leads out of its choices")
    return reader.of(nodes[which], array)


MATRICES: dict[str, Function] = {
    "MMULT": _product,
    "TRANSPOSE": _transposed,
    "SUMPRODUCT": _sum_of_products,
    "SUMXMY2": _of_two("SUMXMY2", lambda x, y: _square(Apply("sub", (x, y)))),
    "SUMX2MY2": _of_two("SUMX2MY2", _squares("sub")),
    "SUMX2PY2": _of_two("SUMX2PY2", _squares("add")),
    "INDEX": _index,
    "CHOOSE": _choose,
}
"""By their names in capitals."""
