"""Which cell depends on which, as far as the structure of a workbook needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sheetgen.algebra.expr import Var
from sheetgen.audit.book import Place
from sheetgen.audit.equations import Equations, cell_name, place_of
from sheetgen.audit.sources import source_of


class Flow:
    """The cells that each formula refers to, found when they are asked for."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self._places: dict[str, Place] = {}

    def has_formula(self, place: Place) -> bool:
        """Whether a cell has a formula that is understood."""
        return cell_name(place) in self.equations.exprs

    def uses(self, name: str) -> tuple[str, ...]:
        """Return the cells that a cell's formula refers to, by name."""
        return self.equations.programs.names(name) if name in self.equations.exprs else ()

    def precedents(self, place: Place) -> tuple[Place, ...]:
        """Return the cells that a cell's formula refers to."""
        return tuple(self.place(name) for name in self.uses(cell_name(place)))

    def place(self, name: str) -> Place:
        """Return the cell of a name."""
        if name not in self._places:
            self._places[name] = place_of(name)
        return self._places[name]

    def copied(self, place: Place) -> Place | None:
        """Return the cell that a formula repeats as it is, None for any other formula."""
        expr = self.equations.exprs.get(cell_name(place))
        return self.place(expr.name) if isinstance(expr, Var) else None

    def source(self, place: Place) -> Place:
        """Return the cell from which a chain of plain references starts."""
        return source_of(self.equations, place)


class Upstream:
    """All that a cell depends on, up to the cells at which differentiation ends."""

    def __init__(self, flow: Flow, ends: Collection[Place]) -> None:
        self.flow = flow
        self.ends = frozenset(cell_name(place) for place in ends)
        self._found: dict[str, frozenset[str]] = {}

    def reaches(self, of: Place, by: Place) -> bool:
        """Whether one cell depends on another."""
        return cell_name(by) in self.of(of)

    def of(self, place: Place) -> frozenset[str]:
        """Return the names of the cells that a cell depends on, itself included."""
        start = cell_name(place)
        if start not in self._found:
            seen, ahead = {start}, [start]
            while ahead:
                name = ahead.pop()
                if name in self.ends and name != start:
                    continue
                fresh = [other for other in self.flow.uses(name) if other not in seen]
                seen.update(fresh)
                ahead += fresh
            self._found[start] = frozenset(seen)
        return self._found[start]


class Samples:
    """Of several losses, each with its own sample: from whose sample a cell is computed."""

    def __init__(self, upstream: Upstream, losses: Sequence[Place]) -> None:
        self._upstream, self._met = upstream, set[str]()
        count = Counter(name for loss in losses for name in upstream.of(loss))
        self._found: dict[str, frozenset[Place]] = {
            name: frozenset([loss]) for loss in losses for name in upstream.of(loss) if count[name] == 1
        }

    def behind(self, place: Place) -> frozenset[Place]:
        """Return the losses whose samples, and no other loss's, have a cell on which this one depends."""
        start = cell_name(place)
        ahead = [start]
        while ahead:
            name = ahead[-1]
            if name in self._found:
                ahead.pop()
                continue
            uses = () if name in self._upstream.ends and name != start else self._upstream.flow.uses(name)
            missing = [other for other in uses if other not in self._found]
            if missing and name not in self._met:
                self._met.add(name)
                ahead += missing
            else:
                self._found[name] = frozenset().union(*(self._found.get(other, ()) for other in uses))
                ahead.pop()
        return self._found[start]
