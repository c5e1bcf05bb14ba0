"""Values of expressions, computed with `math` in the order of operations of the spreadsheet formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import is_

from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, OverBatch, Var, names, substitute
from sheetgen.algebra.ops import PRIMITIVES, operands_by_letter
from sheetgen.algebra.parser import parse_row

ARITHMETIC_ERRORS = (OverflowError, ValueError, ZeroDivisionError)
"""What Python raises where a spreadsheet shows #NUM! or #DIV/0!."""


def _expansion(op: str) -> Expr:
    return parse_row(PRIMITIVES[op].expansion)


def expanded(expr: Expr) -> Expr:
    """Return the expression with expandable primitives written out, as a spreadsheet spells them."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple([expanded(arg) for arg in expr.args])
    if not PRIMITIVES[expr.op].expansion:
        return expr if all(map(is_, args, expr.args)) else Apply(expr.op, args)
    return substitute(expanded(_expansion(expr.op)), operands_by_letter(args).__getitem__)


def written_out(expr: Apply) -> Expr:
    """Return an operation that has an expansion as that, its operands left as they are."""
    return substitute(_expansion(expr.op), operands_by_letter(expr.args).__getitem__)


def expanded_size(expr: Expr) -> int:
    """Return how many names, numbers and operations an expression has when written out, without doing so.

    An expansion that uses an operand twice doubles it, and one inside another doubles that again.
    """
    if not isinstance(expr, Apply):
        return 1
    sizes = [expanded_size(arg) for arg in expr.args]
    if not PRIMITIVES[expr.op].expansion:
        return 1 + sum(sizes)
    inside = expanded(_expansion(expr.op))
    uses = list(names(inside))
    return _count(inside) - len(uses) + sum(operands_by_letter(sizes)[name] for name in uses)


def _count(expr: Expr) -> int:
    return 1 + sum(map(_count, expr.args)) if isinstance(expr, Apply) else 1


ValueOf = Callable[[str], float]
"""Gives the value of a name."""


def nothing(name: str) -> float:
    """Refuse to look a name up: there is no such row."""
    raise KeyError(name)


def evaluate(expr: Expr, value: ValueOf, before: ValueOf = nothing, held: ValueOf = nothing) -> float:
    """Return the value of an expression, from those of its row, of the row above and of the network as it is.

    Raises one of ARITHMETIC_ERRORS where a spreadsheet shows an error value.
    """
    return evaluate_expanded(expanded(expr), value, before, held)


def evaluate_expanded(expr: Expr, value: ValueOf, before: ValueOf = nothing, held: ValueOf = nothing) -> float:
    """Return the value of an expression in which nothing is left to expand; otherwise as `evaluate` does."""
    return _Values(value, before, held).of(expr)


@dataclass(frozen=True)
class _Values:
    """The values of the names of a row, of the row above and of the network as it is."""

    value: ValueOf
    before: ValueOf
    held: ValueOf

    def of(self, expr: Expr) -> float:
        """Return the value of an expression in which nothing is left to expand."""
        if isinstance(expr, Const):
            return expr.value
        if isinstance(expr, Var):
            return self.value(expr.name)
        if isinstance(expr, Before):
            return self.before(expr.name)
        if isinstance(expr, Held):
            return self.held(expr.name)
        if isinstance(expr, OverBatch):
            raise TypeError(f"{expr.function} is no number of one row")
        if expr.op == "where":
            condition, yes, no = expr.args
            return self.of(yes if self.of(condition) else no)
        function = PRIMITIVES[expr.op].evaluate
        assert function is not None, f"{expr.op} has neither an evaluation nor an expansion"
        result = function(*[self.of(arg) for arg in expr.args])
        if not math.isfinite(result):
            raise OverflowError(f"{expr.op} overflows")
        return result
