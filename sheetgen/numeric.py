"""Values of expressions, computed with `math` in the order of operations of the spreadsheet formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from sheetgen.expr import Apply, Const, Expr, Var, substitute
from sheetgen.ops import PRIMITIVES
from sheetgen.parser import parse

ARITHMETIC_ERRORS = (OverflowError, ValueError, ZeroDivisionError)
"""What Python raises where a spreadsheet shows #NUM! or #DIV/0!."""


@cache
def _expansion(op: str) -> Expr:
    return parse(PRIMITIVES[op].expansion)


def expand(expr: Expr) -> Expr:
    """Return the expression with expandable primitives written out, as a spreadsheet spells them."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple([expand(arg) for arg in expr.args])
    if not PRIMITIVES[expr.op].expansion:
        return Apply(expr.op, args)
    bound = dict(zip("ab", args, strict=False))
    return substitute(expand(_expansion(expr.op)), bound.__getitem__)


def evaluate(expr: Expr, value: Callable[[str], float]) -> float:
    """Return the value of an expression.

    Raises one of ARITHMETIC_ERRORS where a spreadsheet shows an error value.
    """
    return _evaluate(expand(expr), value)


def _evaluate(expr: Expr, value: Callable[[str], float]) -> float:
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Var):
        return value(expr.name)
    function = PRIMITIVES[expr.op].evaluate
    assert function is not None, f"{expr.op} has neither an evaluation nor an expansion"
    result = function(*[_evaluate(arg, value) for arg in expr.args])
    if not math.isfinite(result):
        raise OverflowError(f"{expr.op} overflows")
    return result
