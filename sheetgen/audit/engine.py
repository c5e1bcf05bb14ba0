"""The engine that recalculates a workbook for a second opinion: the first that calculates it as our equations do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sheetgen.audit.book import Book
from sheetgen.audit.equations import place_of
from sheetgen.audit.graph import Graph
from sheetgen.engines.base import Value
from sheetgen.engines.embedded_trials import EmbeddedBench
from sheetgen.engines.ironcalc import IronCalcBench
from sheetgen.engines.office_trials import OfficeBench
from sheetgen.engines.trials import Bench, Trial
from sheetgen.errors import EngineError

_RELATIVE, _BOUNDS, _LEAST = 1e-6, 1024.0, 1e-9
"""How far an engine's value may be from ours: of itself, in bounds of rounding, and at least."""


def chosen_bench(graph: Graph, needed: Sequence[str], timeout: float) -> Bench | None:
    """Return the workbook in the first engine that calculates the cells that are needed as our equations do.

    None where no engine is there that does.
    """
    book = graph.equations.book
    cells = tuple(place_of(name) for name in needed)
    for made in _benches(book, timeout):
        try:
            bench = made()
            shown = bench.tried([Trial(cells)])[0]
        except EngineError:
            continue
        if shown is not None and not differing(graph, dict(zip(needed, shown, strict=True))):
            return bench
    return None


def _benches(book: Book, timeout: float) -> Iterator[Callable[[], Bench]]:
    """Yield the engines from the fastest on: IronCalc where it is installed. The embedded one fills no arrays."""
    yield lambda: IronCalcBench(book.path)
    if not any(cell.fills and cell.fills.shape != (1, 1) for cell in book.cells.values()):
        yield lambda: EmbeddedBench(book.path, timeout)
    yield lambda: OfficeBench(book.path, timeout)


def engine_values(graph: Graph, bench: Bench) -> dict[str, Value]:
    """Return what an engine gives for every formula cell that is understood."""
    names = list(graph.order)
    shown = bench.tried([Trial(tuple(place_of(name) for name in names))])[0]
    return dict(zip(names, shown or (), strict=False))


def differing(graph: Graph, values: Mapping[str, Value]) -> list[str]:
    """Return the cells whose values by our own equations an engine does not find: they are not to be trusted."""
    return [name for name, value in values.items() if name in graph.values and not is_alike(graph, name, value)]


def is_alike(graph: Graph, name: str, value: Value) -> bool:
    """Whether a cell has the value that our own equations give."""
    if not isinstance(value, float | int):
        return value is None and graph.values[name] == 0.0
    return near(graph.values[name], value, _BOUNDS * graph.errors.get(name, 0.0))


def near(one: float, other: float, error: float) -> bool:
    """Whether two programs may well mean the same by two numbers, given how far off one may be by rounding."""
    return abs(one - other) <= _RELATIVE * max(abs(one), abs(other)) + error + _LEAST * (one == 0)
