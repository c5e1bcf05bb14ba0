"""The values of every quantity, iteration after iteration, in the order of operations of the formulas.

The graph is compiled once into one Python function that computes a row. All variants advance in
lockstep and come out in chunks of rows, so memory does not grow with the number of iterations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import Apply, Const, Expr
from sheetgen.algebra.notation import Python, is_small_power, written_operands
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.errors import NumberError
from sheetgen.network.graph import SAMPLE
from sheetgen.network.study import Study

Row = tuple[float, ...]
"""The values of one row, in the order of ``graph.names``."""

CHUNK_ROWS = 512

_Start = Callable[[], Row]
"""Returns the first row."""

_Advance = Callable[[Row, int], list[Row]]
"""Takes a row and a number of rows; returns the rows that follow it."""


@dataclass(frozen=True)
class Chunk:
    """Some successive rows: ``rows[i][k]`` is the row ``first + k``, counted from 0, of the i-th variant asked for."""

    first: int
    rows: tuple[list[Row], ...]


def trace(study: Study, variants: Iterable[int] | None = None, chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """Yield the values of a study in chunks of rows, all its variants (or those asked for) in lockstep.

    Raises NumberError at the first value that a spreadsheet would show as an error.
    """
    runs = [_Run(study, variant) for variant in (range(len(study.variants)) if variants is None else variants)]
    for first in range(0, study.rows, chunk_rows):
        count = min(chunk_rows, study.rows - first)
        yield Chunk(first, tuple([run.rows(first, count) for run in runs]))


class _Run:
    """The training of one variant, as far as it has come."""

    def __init__(self, study: Study, variant: int) -> None:
        self.study, self.variant = study, variant
        self.graph = study.graphs[variant]
        self.start, self.advance = _compile(study, variant)
        self.last: Row | None = None

    def rows(self, first: int, count: int) -> list[Row]:
        """Return the next rows, all of which a spreadsheet can hold."""
        try:
            rows = self._next(count)
            if math.isfinite(sum(map(sum, rows))) or (count == 1 and all(map(math.isfinite, rows[0]))):
                self.last = rows[-1]
                return rows
        except ARITHMETIC_ERRORS:
            pass
        if count == 1:
            raise self._diagnose(first)
        return [row for number in range(first, first + count) for row in self.rows(number, 1)]

    def _next(self, count: int) -> list[Row]:
        if self.last is not None:
            return self.advance(self.last, count)
        first = self.start()
        return [first, *self.advance(first, count - 1)]

    def _diagnose(self, number: int) -> NumberError:
        """Find the quantity that broke a row, by computing the row one quantity at a time."""
        study, graph = self.study, self.graph
        iteration, variant = number // study.batch, study.variants[self.variant]
        above = dict(zip(graph.names, self.last or (), strict=False))
        constants = study.constants(self.variant)
        values: dict[str, float] = {}
        given = study.at_sample(number % study.count)
        for quantity in graph.quantities:
            expr = quantity.in_row(self.last is None)
            try:
                if expr is None:
                    values[quantity.name] = given[quantity.name]
                else:
                    values[quantity.name] = evaluate(expr, (constants | values).__getitem__, above.__getitem__)
            except ARITHMETIC_ERRORS as error:
                return NumberError(quantity.name, iteration, variant.rate, _reason(error))
        return NumberError(graph.loss, iteration, variant.rate, "the row's values grew beyond the largest number")


class _Checked(Python):
    """Python whose operations refuse an infinite operand that would vanish in them, as x in 1/x."""

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation; a sum or product inside a denominator, root or function is checked."""
        if not (expr.op in ("add", "sub", "mul", "neg", "where") or _keeps_infinity(expr)):
            pairs = zip(written_operands(expr), parts, strict=True)
            parts = [f"finite({part})" if _may_overflow(arg) else part for arg, part in pairs]
        return super().operation(expr, parts)


def _may_overflow(expr: Expr) -> bool:
    """Whether Python may silently compute an infinity: it does in + − * /, not in powers and functions."""
    if isinstance(expr, Apply) and expr.op == "where":
        return any(map(_may_overflow, expr.args[1:]))
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


def _compile(study: Study, variant: int) -> tuple[_Start, _Advance]:
    """Compile a variant's graph into two functions: one makes the first row, one goes from row to row."""
    graph, constants = study.graphs[variant], study.constants(variant)
    here = {name: f"q{index}" for index, name in enumerate(graph.names)}
    above = {name: f"p{index}" for index, name in enumerate(graph.names)}
    known = {name: f"c{index}" for index, name in enumerate(constants)}
    notation = _Checked((known | here).__getitem__, above.__getitem__)
    namespace: dict[str, object] = {row.name: row.evaluate for row in PRIMITIVES.values() if row.evaluate}
    namespace["finite"] = _finite
    namespace |= {known[name]: value for name, value in constants.items()}
    namespace |= {f"given_{here[name]}": value for name, value in study.values.items()}
    namespace |= {f"given_{here[name]}": numbers for name, numbers in study.samples.items()}

    def body(first: bool) -> Iterator[str]:
        for quantity in graph.quantities:
            variable, expr = here[quantity.name], quantity.in_row(first)
            given = f"given_{variable}"
            if quantity.name in study.samples:
                given += f"[int({here[SAMPLE]}) - 1]"
            yield f"{variable} = {given if expr is None else notation.write(expr)}"

    row = f"({', '.join(here.values())},)"
    source = [
        "def start():",
        *(f"    {line}" for line in body(True)),
        f"    return {row}",
        "def advance(row, count):",
        f"    {row} = row",
        "    rows = []",
        "    for _ in range(count):",
        *(f"        {above[name]} = {here[name]}" for name in graph.carried),
        *(f"        {line}" for line in body(False)),
        f"        rows.append({row})",
        "    return rows",
    ]
    # The source is printed from parsed expression trees and holds nothing but arithmetic on q0, p0, c0, …
    exec("\n".join(source), namespace)
    return namespace["start"], namespace["advance"]  # type: ignore[return-value]


def _reason(error: Exception) -> str:
    """Return an arithmetic error in plain words."""
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    return "a value is too large" if isinstance(error, OverflowError) else "a function has no value there"
