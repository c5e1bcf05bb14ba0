"""A graph compiled into one Python function that computes a row, in the order of operations of the formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from sheetgen.algebra.expr import Apply, Const, Expr, OverBatch
from sheetgen.algebra.notation import Python, is_small_power, written_operands
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.over_batch import finite
from sheetgen.network.graph import SAMPLE, SAMPLES, TURN, Graph, Quantity
from sheetgen.network.over_batch import stages
from sheetgen.network.study import Study

Row = tuple[float, ...]
"""The values of one row, in the order of ``graph.names``."""


@dataclass(frozen=True)
class RowProgram:
    """The rows of one variant: ``start`` returns the first, ``advance`` so many that follow a row.

    Both raise an arithmetic error of Python's where a value cannot be computed. Rows are computed ``together`` rows at
    a time: a batch, where its rows meet, and else one. ``start`` returns as many.
    """

    start: Callable[[], list[Row]]
    advance: Callable[[Row, int], list[Row]]
    together: int = 1


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


def compile_rows(study: Study, variant: int) -> RowProgram:
    """Compile a variant's graph into the functions that compute its rows."""
    graph, constants = study.graphs[variant], study.constants(variant)
    current = {name: f"q{index}" for index, name in enumerate(graph.names)}
    above = {name: f"p{index}" for index, name in enumerate(graph.names)}
    known = {name: f"c{index}" for index, name in enumerate(constants)}
    notation = _Checked((known | current).__getitem__, above.__getitem__)
    namespace = _functions()
    namespace |= {known[name]: value for name, value in constants.items()}
    namespace |= {f"given_{current[name]}": value for name, value in study.values.items() if name in current}
    namespace |= {f"given_{current[name]}": numbers for name, numbers in study.samples.items()}
    counters = dict.fromkeys(study.samples, SAMPLE)
    if study.order:
        counters[SAMPLE] = TURN
        namespace[f"given_{current[SAMPLE]}"] = tuple(map(float, study.order))

    def lines(quantities: Iterable[Quantity], first: bool) -> Iterator[str]:
        for quantity in quantities:
            variable, expr = current[quantity.name], quantity.in_row(first)
            given = f"given_{variable}"
            if expr is None and quantity.name in counters:
                given += f"[int({current[counters[quantity.name]]}) - 1]"
            yield f"{variable} = {given if expr is None else notation.write(expr)}"

    meet = bool(graph.over_batch)
    source = _by_batch(graph, study.batch, current, above, lines) if meet else _by_row(graph, current, above, lines)
    # The source is printed from parsed expression trees and holds nothing but arithmetic on q0, p0, c0, …
    exec(_code("\n".join(source)), namespace)
    together = study.batch if meet else 1
    return RowProgram(namespace["start"], namespace["advance"], together)  # type: ignore[arg-type]


_Variables = Mapping[str, str]
_Lines = Callable[[Iterable[Quantity], bool], Iterator[str]]
"""Gives the lines that compute some quantities, of the first row of a training or of a later one."""


def _by_row(graph: Graph, current: _Variables, above: _Variables, lines: _Lines) -> list[str]:
    """Return the source of `start` and `advance`, each row after the one above it."""
    row = f"({', '.join(current.values())},)"
    return [
        "def start():",
        *(f"    {line}" for line in lines(graph.quantities, True)),
        f"    return [{row}]",
        "def advance(row, count):",
        f"    {row} = row",
        "    rows = []",
        "    for _ in range(count):",
        *(f"        {above[name]} = {current[name]}" for name in graph.carried),
        *(f"        {line}" for line in lines(graph.quantities, False)),
        f"        rows.append({row})",
        "    return rows",
    ]


def _by_batch(graph: Graph, batch: int, current: _Variables, above: _Variables, lines: _Lines) -> list[str]:
    """Return the source of both where the rows of a batch meet: all rows of a batch, stage by stage."""
    return [
        "def start():",
        *(f"    {line}" for line in _batch_of_rows(graph, batch, current, above, lines, True)),
        "    return rows",
        "def advance(last, count):",
        "    done = []",
        f"    for _ in range(count // {batch}):",
        *(f"        {line}" for line in _batch_of_rows(graph, batch, current, above, lines, False)),
        "        done += rows",
        "        last = rows[-1]",
        "    return done",
    ]


def _batch_of_rows(
    graph: Graph, batch: int, current: _Variables, above: _Variables, lines: _Lines, first: bool
) -> Iterator[str]:
    """Yield the lines that compute the ``rows`` of one batch, the first of a training or the one behind ``last``."""
    known: list[str] = []
    yield f"rows = [()]*{batch}"
    for stage in stages(graph.quantities):
        for quantity in stage.before:
            expr = quantity.equation
            assert isinstance(expr, OverBatch)
            numbers = f"[row[{known.index(expr.name)}] for row in rows]"
            yield f"{current[quantity.name]} = over_batch({expr.function!r}, {numbers})"
        if not first:
            yield from (f"{above[name]} = last[{graph.position[name]}]" for name in graph.carried)
        yield "for place, row in enumerate(rows):"
        yield from (f"    {current[name]} = row[{index}]" for index, name in enumerate(known))
        if first:
            yield "    if place == 0:"
            yield from (f"        {line}" for line in (*lines(stage.quantities, True), "pass"))
            yield "    else:"
        yield from (f"    {'    ' * first}{line}" for line in (*lines(stage.quantities, False), "pass"))
        known += [quantity.name for quantity in (*stage.before, *stage.quantities)]
        yield f"    rows[place] = ({', '.join(current[name] for name in known)},)"
        yield from (f"    {above[name]} = {current[name]}" for name in graph.carried if name in known)
    yield f"rows = [({', '.join(f'row[{known.index(name)}]' for name in graph.names)},) for row in rows]"


@lru_cache(maxsize=16)
def _code(source: str) -> CodeType:
    """Return the code of a source, which variants share that differ in their rates alone."""
    return compile(source, "<rows>", "exec")


def compile_evaluation(
    study: Study, quantities: Sequence[Quantity], samples: Mapping[str, Sequence[float]]
) -> Callable[[Row], list[Row]]:
    """Compile some equations into a function from the network's parameters to a row of their values for each sample.

    The samples come in their own order; a quantity may refer to the row above, and a number of the whole batch is here
    one of all samples. The function raises an arithmetic error of Python's where a value cannot be computed, or is no
    finite number.
    """
    parameters = study.network.parameters
    data, names = list(samples), [quantity.name for quantity in quantities]
    current = {name: f"q{index}" for index, name in enumerate((*parameters, *data, *names))}
    above = {name: f"p{index}" for index, name in enumerate(names)}
    known = {name: f"c{index}" for index, name in enumerate(study.starts)}
    notation = _Checked((current | {SAMPLE: "k", SAMPLES: "n"} | known).__getitem__, above.__getitem__)
    rows = list(zip(*samples.values(), strict=True))
    namespace = {**_functions(), "n": float(len(rows)), "samples": rows}
    namespace |= {known[name]: number for name, number in study.starts.items()}

    def equations(some: Iterable[Quantity], first: bool) -> Iterator[str]:
        for quantity in some:
            expr = quantity.in_row(first)
            assert expr is not None, f"{quantity.name} has no equation"
            yield f"{current[quantity.name]} = {notation.write(expr)}"

    def row(of: Mapping[str, str], among: Iterable[str]) -> str:
        return f"({''.join(f'{of[name]}, ' for name in among)})"

    given = f"    {row(current, parameters)} = parameters"
    source = ["def evaluate(parameters):", given, "    rows = [()]*len(samples)"]
    done: list[str] = []
    for stage in stages(quantities):
        for quantity in stage.before:
            expr = quantity.equation
            assert isinstance(expr, OverBatch)
            among = "samples" if expr.name in data else "rows"
            place = data.index(expr.name) if expr.name in data else done.index(expr.name)
            numbers = f"[row[{place}] for row in {among}]"
            source.append(f"    {current[quantity.name]} = over_batch({expr.function!r}, {numbers})")
        computed = [*done, *(quantity.name for quantity in (*stage.before, *stage.quantities))]
        source += [
            f"    for k, {row(current, data)} in enumerate(samples, start=1):",
            f"        {row(current, done)} = rows[k - 1]" if done else "        pass",
            "        if k == 1:",
            *(f"            {line}" for line in (*equations(stage.quantities, first=True), "pass")),
            "        else:",
            f"            {row(above, computed)} = rows[k - 2]",
            *(f"            {line}" for line in (*equations(stage.quantities, first=False), "pass")),
            f"        rows[k - 1] = {row(current, computed)}",
            "        finite(sum(rows[k - 1]))",
        ]
        done = computed
    source.append(f"    return [({', '.join(f'row[{done.index(name)}]' for name in names)},) for row in rows]")
    # As above, nothing but arithmetic on names of our own making.
    exec("\n".join(source), namespace)
    return namespace["evaluate"]  # type: ignore[return-value]


def _functions() -> dict[str, object]:
    """Return what the compiled sources call."""
    functions: dict[str, object] = {row.name: row.evaluate for row in PRIMITIVES.values() if row.evaluate}
    return functions | {"finite": _finite, "over_batch": finite}
