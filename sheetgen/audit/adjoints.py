"""The derivative of a loss by every other cell: one pass backwards through the workbook's equations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush

from sheetgen.audit.graph import Graph
from sheetgen.audit.tape import NOWHERE, WHOLLY, Number, Slope

_SLACK = 8.0
"""How many bounds of rounding a claim may be off: both sides are bounded to first order."""
_LEAST = 1e-290  # below this, numbers lose digits by underflow
_NO_CLAIMS: Mapping[str, str] = {}


class Adjoints:
    """The slopes of a loss, the sum of some cells, by name. Differentiation ends at the graph's parameters.

    ``claims`` are cells that claim to be the derivative, by the cells by which it is taken. Where such a claim is
    right, what lies behind it is computed on from the very number that stands there, as the sheet does: else the
    rounding of a deep network would add up until nothing could be said.

    The cost is that of the cells along which the slope of the loss is not 0, not of all that it depends on: a sum over
    the rows of an epoch that begins anew with each names all rows above.
    """

    def __init__(self, graph: Graph, of: str | Collection[str], claims: Mapping[str, str] = _NO_CLAIMS) -> None:
        self._graph, self._losses = graph, frozenset([of] if isinstance(of, str) else of)
        self._found: dict[str, Slope] = dict.fromkeys(self._losses, WHOLLY)
        ahead = [(-graph.position[name], name) for name in self._losses if name in graph.position]
        heapify(ahead)
        while ahead:  # what depends on a cell comes before it, so its slope is whole when it is taken
            _, name = heappop(ahead)
            slope = _as_claimed(self._found[name], claims.get(name), graph)
            for other, local in graph.slopes(name).items():
                along, before = slope.times(local), self._found.get(other)
                self._found[other] = along if before is None else before + along
                if before is None and other in graph.position and other not in graph.ends:
                    heappush(ahead, (-graph.position[other], other))

    def of(self, name: str) -> Slope:
        """Return the derivative by a cell, 0 for one on which nothing depends."""
        return self._found.get(name, NOWHERE)

    def reached(self, names: Collection[str]) -> frozenset[str]:
        """Return those of some cells on which the loss depends, if only along paths whose slope is 0."""
        unmet = [name for name in names if name not in self._found]
        if not unmet:
            return frozenset(names)
        first = min(self._graph.position.get(name, -1) for name in unmet)
        return frozenset(names) & (self._found.keys() | self._graph.ancestors(self._losses, first))


def allows(slope: Slope, number: Number, sign: int = 1) -> bool:
    """Whether a number is a derivative, as far as the rounding in both lets one say."""
    return slope.allows(sign * number.value, (_SLACK - 1) * slope.error + _SLACK * number.error + _LEAST)


def _as_claimed(slope: Slope, cell: str | None, graph: Graph) -> Slope:
    if cell is None or cell not in graph.values or not allows(slope, number := graph.own_number(cell)):
        return slope
    return Slope(number.value, number.value, number.error)
