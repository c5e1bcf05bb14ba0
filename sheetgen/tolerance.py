"""How far two right computations of one number may lie apart.

A fixed relative tolerance fails where nearly equal numbers are subtracted: 1 − a of a saturated neuron
keeps few digits, and spreadsheets snap such differences to 0. So each quantity also gets a running error
bound, scaled to the operands that it was computed from (Higham, Accuracy and Stability of Numerical
Algorithms, 2002, section 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetgen.calculus import rule
from sheetgen.expr import Apply, Const, Expr, Var
from sheetgen.graph import RATE, Graph, equation
from sheetgen.numeric import ARITHMETIC_ERRORS, evaluate, expand


@dataclass(frozen=True)
class Tolerance:
    """``rtol`` is relative to the larger number; ``atol`` to the operands the number was computed from."""

    rtol: float = 1e-12
    atol: float = 1e-14

    def close(self, a: float, b: float, bound: float = 0.0) -> bool:
        """Whether two numbers agree, in both directions alike; ``bound`` is an absolute error bound."""
        apart = abs(a - b)
        return a == b or (math.isfinite(apart) and apart <= self.rtol * max(abs(a), abs(b)) + bound)


def row_bounds(graph: Graph, values: Mapping[str, float], rate: float, unit: float) -> dict[str, float]:
    """Return an absolute error bound for each quantity of one row of values.

    ``unit`` is the relative error granted to every operation, and to every number the row starts from.
    """
    values = {**values, RATE: rate}
    start = {name: unit * abs(value) for name, value in values.items()}
    # A weight near 0 has the rounding of the step that led there, which was about as large as this row's.
    first = _forward_bounds(graph, values, start, unit)
    steps = {s.name: bound(s.update, values.__getitem__, first.__getitem__, unit) for s in graph.states}
    return _forward_bounds(graph, values, start | steps, unit)


def _forward_bounds(
    graph: Graph, values: Mapping[str, float], start: Mapping[str, float], unit: float
) -> dict[str, float]:
    """Return the bounds of every quantity of a row, from those of its data and weights."""
    bounds = dict(start)
    for quantity in (*graph.equations, *graph.derivatives):
        bounds[quantity.name] = bound(equation(quantity), values.__getitem__, bounds.__getitem__, unit)
    return bounds


def bound(expr: Expr, value: Callable[[str], float], error: Callable[[str], float], unit: float) -> float:
    """Return an absolute error bound for an expression over names with values and error bounds."""
    return _bound(expand(expr), value, error, unit)[1]


def _bound(
    expr: Expr, value: Callable[[str], float], error: Callable[[str], float], unit: float
) -> tuple[float, float]:
    """Return the value of an expression and its error bound."""
    if isinstance(expr, Const):
        return expr.value, 0.0
    if isinstance(expr, Var):
        return value(expr.name), error(expr.name)
    operands = [_bound(arg, value, error, unit) for arg in expr.args]
    bound_names = dict(zip("ab", (operand[0] for operand in operands), strict=False))
    result = evaluate(Apply(expr.op, tuple([Var(name) for name in bound_names])), bound_names.__getitem__)
    scale = sum(abs(operand[0]) for operand in operands) if expr.op in ("add", "sub") else abs(result)
    total = unit * scale
    for index, (_, operand_error) in enumerate(operands):
        if operand_error:
            total += operand_error * _slope(expr.op, index, {**bound_names, "y": result})
    return result, total


def _slope(op: str, operand: int, names: Mapping[str, float]) -> float:
    """Return |∂y/∂operand| from the table; 0 at the edge of a function's domain."""
    try:
        return abs(evaluate(rule(op, operand), names.__getitem__))
    except ARITHMETIC_ERRORS:
        return 0.0
