"""The functions of a spreadsheet that are understood, each written with the primitives of the algebra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr
from sheetgen.audit.arguments import Function, Reader, area_of, expected, numbers, truths
from sheetgen.audit.arrays import Grid, Value, each, element
from sheetgen.audit.matrices import MATRICES
from sheetgen.audit.operands import (
    FALSE,
    TRUE,
    Item,
    Words,
    both,
    constant,
    either,
    folded,
    number,
    opposite,
    selected,
    total,
    truth,
)
from sheetgen.audit.syntax import Missing, Name, Node, NotUnderstood

_TWO, _TEN = Const(2.0), Const(10.0)


def _primitive(op: str) -> Function:
    return _of_numbers(op.upper(), 1, lambda a: Apply(op, (a,)))


def _of_numbers(name: str, count: int, function: Callable[..., Expr], least: int = 0) -> Function:
    """Return a function of so many numbers, taken element by element."""

    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), least or count, count, name)
        values = [ZERO if isinstance(node, Missing) else reader.single(node, array) for node in nodes]
        return each(lambda *items: function(*map(number, items)), *values)

    return applied


def _of_ranges(name: str, function: Callable[[list[Expr]], Expr]) -> Function:
    """Return a function of all numbers among its arguments."""

    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), 1, 255, name)
        return function(numbers(reader, nodes, array))

    return applied


def _mean(terms: list[Expr]) -> Expr:
    return Apply("div", (total(terms), _count(terms)))


def _count(terms: list[Expr]) -> Expr:
    return Const(float(len(terms)))


def _square(term: Expr) -> Expr:
    return Apply("pow", (term, _TWO))


def _extreme(op: str) -> Callable[[list[Expr]], Expr]:
    return lambda terms: folded(op, terms) if terms else ZERO


def _variance(less: int) -> Callable[[list[Expr]], Expr]:
    """Return the mean square of the distances from the mean, over ``less`` fewer than there are numbers."""

    def variance(terms: list[Expr]) -> Expr:
        mean = _mean(terms)
        squares = [_square(Apply("sub", (term, mean))) for term in terms]
        return Apply("div", (total(squares), Const(float(len(terms) - less))))

    return variance


def _root_of(function: Callable[[list[Expr]], Expr]) -> Callable[[list[Expr]], Expr]:
    return lambda terms: Apply("sqrt", (function(terms),))


def _logarithm(a: Expr, base: Expr = _TEN) -> Expr:
    return Apply("div", (Apply("ln", (a,)), Apply("ln", (base,))))


def _hyperbolic(sign: str) -> Callable[[Expr], Expr]:
    def halved(a: Expr) -> Expr:
        opposite_exp = Apply("exp", (Apply("neg", (a,)),))
        return Apply("div", (Apply(sign, (Apply("exp", (a,)), opposite_exp)), _TWO))

    return halved


def _remainder(a: Expr, b: Expr) -> Expr:
    return Apply("sub", (a, Apply("mul", (b, Apply("floor", (Apply("div", (a, b)),))))))


def _if(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 2, 3, "IF")
    condition = reader.single(nodes[0], array)
    branches = [*nodes[1:], None][:2]
    if not isinstance(condition, Grid) and (always := constant(truth(condition))) is not None:
        return _branch(reader, branches[0 if always else 1], array)
    return each(selected, condition, *[_branch(reader, branch, array) for branch in branches])


def _branch(reader: Reader, node: Node | None, array: bool) -> Value:
    if node is None:
        return FALSE
    return ZERO if isinstance(node, Missing) else reader.single(node, array)


def _first(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    """Return the first argument: what IFERROR gives where there is no error."""
    expected(len(nodes), 2, 2, "IFERROR")
    return reader.single(nodes[0], array)


def _all_or_any(join: Callable[[Item, Item], Item]) -> Function:
    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        conditions = truths(reader, nodes, array)
        if not conditions:
            raise NotUnderstood("AND or OR has nothing to decide by")
        return truth(reduce(join, conditions))

    return applied


def _not(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 1, 1, "NOT")
    return each(opposite, reader.single(nodes[0], array))


def _as_number(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    expected(len(nodes), 1, 1, "N")
    return each(lambda item: ZERO if isinstance(item, Words) else number(item), element(reader.of(nodes[0], array)))


def _always(item: Item) -> Function:
    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), 0, 0, "TRUE, FALSE or PI")
        return item

    return applied


def _size(axis: int) -> Function:
    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), 1, 1, "ROWS or COLUMNS")
        if area := area_of(reader, nodes[0]):
            return Const(float(area.shape[axis]))
        value = reader.of(nodes[0], True)
        return Const(float((value.rows, value.columns)[axis])) if isinstance(value, Grid) else ONE

    return applied


def _position(axis: int) -> Function:
    def applied(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
        expected(len(nodes), 0, 1, "ROW or COLUMN")
        if not nodes:
            return Const(float((reader.place.row, reader.place.column)[axis]))
        area = area_of(reader, nodes[0])
        if area is None:
            raise NotUnderstood("ROW or COLUMN is asked of what is no cell")
        first = (area.top, area.left)[axis]
        if not array or area.shape[axis] == 1:
            return Const(float(first))
        rows, columns = (area.shape[0], 1) if axis == 0 else (1, area.shape[1])
        return Grid(rows, columns, lambda row, column: Const(float(first + (row, column)[axis])))

    return applied


def _let(reader: Reader, nodes: Sequence[Node], array: bool) -> Value:
    *given, result = nodes or (Missing(0, 0),)
    names, values = given[::2], given[1::2]
    if not names or len(names) != len(values):
        raise NotUnderstood("LET lacks a name or a value")
    plain = [name.name for name in names if isinstance(name, Name)]
    if len(plain) < len(names):
        raise NotUnderstood("LET gives a value to what is no name")
    return reader.let(list(zip(plain, values, strict=True)), result, array)


_ELEMENTWISE = {name: _primitive(name.lower()) for name in ("EXP", "LN", "SQRT", "ABS", "SIGN", "SIN", "COS", "TANH")}
FUNCTIONS: dict[str, Function] = {
    **_ELEMENTWISE,
    **MATRICES,
    "POWER": _of_numbers("POWER", 2, lambda a, b: Apply("pow", (a, b))),
    "LOG10": _of_numbers("LOG10", 1, _logarithm),
    "LOG": _of_numbers("LOG", 2, _logarithm, least=1),
    "SINH": _of_numbers("SINH", 1, _hyperbolic("sub")),
    "COSH": _of_numbers("COSH", 1, _hyperbolic("add")),
    "INT": _of_numbers("INT", 1, lambda a: Apply("floor", (a,))),
    "MOD": _of_numbers("MOD", 2, _remainder),
    "PI": _always(Apply("pi", ())),
    "TRUE": _always(TRUE),
    "FALSE": _always(FALSE),
    "SUM": _of_ranges("SUM", total),
    "PRODUCT": _of_ranges("PRODUCT", _extreme("mul")),
    "SUMSQ": _of_ranges("SUMSQ", lambda terms: total([_square(term) for term in terms])),
    "AVERAGE": _of_ranges("AVERAGE", _mean),
    "COUNT": _of_ranges("COUNT", _count),
    "MAX": _of_ranges("MAX", _extreme("max")),
    "MIN": _of_ranges("MIN", _extreme("min")),
    **dict.fromkeys(("VARP", "VAR.P"), _of_ranges("VAR.P", _variance(0))),
    **dict.fromkeys(("VAR", "VAR.S"), _of_ranges("VAR.S", _variance(1))),
    **dict.fromkeys(("STDEVP", "STDEV.P"), _of_ranges("STDEV.P", _root_of(_variance(0)))),
    **dict.fromkeys(("STDEV", "STDEV.S"), _of_ranges("STDEV.S", _root_of(_variance(1)))),
    "IF": _if,
    **dict.fromkeys(("IFERROR", "IFNA"), _first),
    "AND": _all_or_any(both),
    "OR": _all_or_any(either),
    "NOT": _not,
    "N": _as_number,
    "ROWS": _size(0),
    "COLUMNS": _size(1),
    "ROW": _position(0),
    "COLUMN": _position(1),
    "LET": _let,
}
"""By their names in capitals, without the prefixes of files."""
