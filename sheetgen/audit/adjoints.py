"""The derivative of one cell by every other: one pass backwards through the workbook's equations."""

from __future__ import annotations

from sheetgen.audit.graph import Graph
from sheetgen.audit.tape import NOWHERE, WHOLLY, Slope


class Adjoints:
    """The slopes of a cell, by its name. Differentiation ends at the graph's parameters, and where a number is typed.

    The cost is that of the cells it depends on, not of the workbook.
    """

    def __init__(self, graph: Graph, of: str) -> None:
        self.of_cell = of
        self._found: dict[str, Slope] = {of: WHOLLY}
        self._ancestors = _ancestors(graph, of)
        for name in sorted(self._ancestors, key=lambda name: graph.position.get(name, -1), reverse=True):
            slope = self._found.get(name)
            if slope is None or (name in graph.ends and name != of) or name not in graph.position:
                continue
            for other, local in graph.slopes(name).items():
                along, before = slope.times(local), self._found.get(other)
                self._found[other] = along if before is None else before + along

    def of(self, name: str) -> Slope:
        """Return the derivative by a cell, 0 for one on which nothing depends."""
        return self._found.get(name, NOWHERE)

    def reaches(self, name: str) -> bool:
        """Whether the cell depends on another, if only along paths whose slope is 0."""
        return name in self._ancestors


def _ancestors(graph: Graph, of: str) -> set[str]:
    """Return a cell and all that it depends on, up to the parameters."""
    seen, ahead = {of}, [of]
    while ahead:
        name = ahead.pop()
        if name in graph.ends and name != of:
            continue
        for other in graph.uses.get(name, ()):
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return seen
