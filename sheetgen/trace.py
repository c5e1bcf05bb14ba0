"""The values of every quantity, iteration after iteration, in the order of operations of the formulas.

The graph is compiled once into one Python function that computes a row. All variants advance in
lockstep and come out in chunks of rows, so memory does not grow with the number of iterations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetgen.errors import NumberError
from sheetgen.expr import Apply, Const, Expr
from sheetgen.graph import RATE, Graph, Section, equation
from sheetgen.notation import Python, is_small_power
from sheetgen.numeric import ARITHMETIC_ERRORS, evaluate
from sheetgen.ops import PRIMITIVES
from sheetgen.study import Study

Row = tuple[float, ...]
"""The values of one iteration, in the order of ``graph.names``."""

CHUNK_ROWS = 512

_Advance = Callable[[Row, float, int], tuple[list[Row], Row]]
"""Takes states, η and a number of rows; returns the rows and the states after them."""


@dataclass(frozen=True)
class Chunk:
    """Some successive iterations: ``rows[v][k]`` is iteration ``first + k`` of variant v."""

    first: int
    rows: tuple[list[Row], ...]


def trace(study: Study, chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """Yield the values of a study in chunks of rows, all variants in lockstep.

    Raises NumberError at the first value that a spreadsheet would show as an error.
    """
    advance = _compile(study)
    initial = tuple(evaluate(state.initial, study.values.__getitem__) for state in study.graph.states)
    states = [initial] * len(study.variants)
    for first in range(0, study.rows, chunk_rows):
        count = min(chunk_rows, study.rows - first)
        chunk = []
        for index, rate in enumerate(study.rates):
            rows, states[index] = _checked(study, advance, states[index], rate, first, count)
            chunk.append(rows)
        yield Chunk(first, tuple(chunk))


def _checked(
    study: Study, advance: _Advance, states: Row, rate: float, first: int, count: int
) -> tuple[list[Row], Row]:
    """Compute rows, and make sure that a spreadsheet can hold them."""
    try:
        rows, following = advance(states, rate, count)
        if math.isfinite(sum(map(sum, rows))) or (count == 1 and all(map(math.isfinite, rows[0]))):
            return rows, following
    except ARITHMETIC_ERRORS:
        pass
    if count == 1:
        raise _diagnose(study, states, first, rate)
    rows = []
    for iteration in range(first, first + count):
        row, states = _checked(study, advance, states, rate, iteration, 1)
        rows += row
    return rows, states


class _Checked(Python):
    """Python whose operations refuse an infinite operand that would vanish in them, as x in 1/x."""

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation; a sum or product inside a denominator, root or function is checked."""
        if not (expr.op in ("add", "sub", "mul", "neg") or _keeps_infinity(expr)):
            pairs = zip(expr.args, parts, strict=True)
            parts = [f"finite({part})" if _may_overflow(arg) else part for arg, part in pairs]
        return super().operation(expr, parts)


def _may_overflow(expr: Expr) -> bool:
    """Whether Python may silently compute an infinity: it does in + − * /, not in powers and functions."""
    if not isinstance(expr, Apply) or PRIMITIVES[expr.op].is_function:
        return False
    if expr.op == "pow":
        return _keeps_infinity(expr) and _may_overflow(expr.args[0])
    if expr.op == "neg" or (expr.op == "add" and isinstance(expr.args[0], Const)):
        return _may_overflow(expr.args[-1])
    return True


def _keeps_infinity(expr: Apply) -> bool:
    return expr.op == "pow" and is_small_power(expr.args[1])


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError
    return value


def _compile(study: Study) -> _Advance:
    """Compile the graph into one function that runs from row to row."""
    graph = study.graph
    variables = {name: f"q{index}" for index, name in enumerate(graph.names)} | {RATE: "rate"}
    notation = _Checked(variables.__getitem__)
    equations = (*graph.equations, *graph.derivatives)
    states = "".join(f"{variables[state.name]}, " for state in graph.states)
    source = [
        "def advance(states, rate, count):",
        f"    {states} = states",
        "    rows = []",
        "    for _ in range(count):",
        *(f"        {variables[q.name]} = {notation.write(equation(q))}" for q in equations),
        f"        rows.append(({', '.join(variables[name] for name in graph.names)},))",
        f"        {states} = {', '.join(notation.write(state.update) for state in graph.states)},",
        f"    return rows, ({states})",
    ]
    namespace: dict[str, object] = {row.name: row.evaluate for row in PRIMITIVES.values() if row.evaluate}
    namespace["finite"] = _finite
    namespace |= {variables[name]: study.values[name] for name in (*graph.inputs, *graph.targets)}
    # The source is printed from a parsed expression tree and holds nothing but arithmetic on q0, q1, …
    exec("\n".join(source), namespace)
    return namespace["advance"]  # type: ignore[return-value]


def _diagnose(study: Study, state: Row, iteration: int, rate: float) -> NumberError:
    """Find the quantity that broke the row, by computing the row one quantity at a time."""
    graph = study.graph
    values = dict(study.values) | dict(zip(_state_names(graph), state, strict=True)) | {RATE: rate}
    for name, value in values.items():
        if not math.isfinite(value):
            return NumberError(name, iteration, rate, "it grew beyond the largest number")
    for quantity in (*graph.equations, *graph.derivatives):
        try:
            values[quantity.name] = evaluate(equation(quantity), values.__getitem__)
        except ARITHMETIC_ERRORS as error:
            return NumberError(quantity.name, iteration, rate, _reason(error))
    return NumberError(graph.loss, iteration, rate, "the row's values grew beyond the largest number")


def _state_names(graph: Graph) -> list[str]:
    return [quantity.name for quantity in graph.section(Section.WEIGHTS)]


def _reason(error: Exception) -> str:
    """Return an arithmetic error in plain words."""
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    return "a value is too large" if isinstance(error, OverflowError) else "a function has no value there"
