"""What is asked and what is answered: a wrong claim, and the mistake in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.audit.adjoints import Adjoints
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import Equations
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.activations import Activation, activation_of
from sheetgen.audit.tape import Slope

OTHER_UNIT = "other-unit-derivative"
PRE_ACTIVATION = "pre-activation"
DERIVATIVE_LEFT_OUT = "derivative-left-out"
DERIVATIVE_TWICE = "derivative-twice"
OTHER_DERIVATIVE = "other-derivative"
SIGN = "sign"
SWAPPED = "swapped-index"
TRANSPOSED = "transposed"
PATH_LEFT_OUT = "path-left-out"
PATH_TOO_MANY = "path-too-many"
FACTOR = "factor"
FACTOR_LEFT_OUT = "factor-left-out"
FACTOR_TOO_MANY = "factor-too-many"
TARGET_SIGN = "target-sign"
UPDATED_WEIGHT = "updated-weight"
WRONG_ROWS = "wrong-rows"
SOFTMAX_SHORTCUT = "softmax-shortcut"
LOG_BASE = "log-base"
WRONG_REFERENCE = "wrong-reference"
OPERATOR = "operator"
UNEXPLAINED = "unexplained"

AND = "+"
"""Between the kinds of two mistakes in one cell."""


@dataclass(frozen=True)
class Mistake:
    """A mistake by its key, in words, and what would be right in that cell, None where nothing was found.

    ``kind`` holds two keys with ``+`` between them where two mistakes meet in one cell.
    """

    kind: str
    words: str
    right_formula: str | None


@dataclass(frozen=True)
class WrongClaim:
    """A claim that is wrong by its own formula, given without ``=`` as it reads in the first of ``places``.

    ``formula`` is that of the whole array where the cell is filled by an array formula. The other places hold the same
    relative formula. ``right`` has, for each of them, the exact slope at each point of the context.
    """

    claim: Claim
    formula: str
    places: tuple[Place, ...]
    right: tuple[tuple[Slope | None, ...], ...]


@dataclass(frozen=True)
class Context:
    """The workbook around a wrong claim.

    ``points`` are its graphs at the workbook's own numbers and at moved parameters, in which each claim that is wrong
    by itself has the exact derivative.
    """

    book: Book
    equations: Equations
    structure: Structure
    points: tuple[Graph, ...]
    _activations: dict[str, Activation | None] = field(default_factory=dict, init=False, repr=False)
    _adjoints: dict[tuple[int, str], Adjoints] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def matrices(self) -> Mapping[tuple[int, int], Sequence[Area]]:
        """The areas that have names or are filled by an array formula, by their shape."""
        arrays = {id(cell): cell for cell in self.book.filled.values()}
        areas = [block.area for block in self.structure.blocks]
        areas += [cell.fills for cell in arrays.values() if cell.fills is not None]
        found: dict[tuple[int, int], list[Area]] = {}
        for area in dict.fromkeys(areas):
            found.setdefault(area.shape, []).append(area)
        return found

    def activation(self, name: str) -> Activation | None:
        """Return the activation that a cell is, None for any other cell."""
        if name not in self._activations:
            expr = self.equations.exprs.get(name)
            no = expr is None or name in self.graph.ends
            self._activations[name] = None if no or expr is None else activation_of(expr)
        return self._activations[name]

    def adjoints(self, graph: Graph, loss: str) -> Adjoints:
        """Return the slopes of a loss at one of the points."""
        key = id(graph), loss
        if key not in self._adjoints:
            self._adjoints[key] = Adjoints(graph, loss)
        return self._adjoints[key]

    @property
    def graph(self) -> Graph:
        """The graph at the workbook's own numbers."""
        return self.points[0]
