"""What would be right where the bias of Adam's moments is corrected wrongly: numbers, and formulas that give them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.adam import RIGHT, Correction, Moments
from sheetgen.audit.book import BookCell, Place
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.trees import NEW, Formula, Swap, binary, formula_at, number
from sheetgen.audit.syntax import Binary, Corner, Node, Number, Reference, bare, walk
from sheetgen.audit.worth import worth
from sheetgen.xlsx.formulas import shifted

_ALIKE = 1e-9
_NEAR = 1e-6
"""How far the value of another formula may be from what is right: ε may stand elsewhere in it."""
_TRIED = 4
"""The cells of one formula in which another one has to give what is right."""


@dataclass(frozen=True)
class Wrong:
    """A cell that corrects the bias of moments, with the correction that it has instead of the right one."""

    cell: BookCell
    moments: Moments
    correction: Correction

    @property
    def changes(self) -> tuple[float, float]:
        """By how much the first and the second moment have to be corrected more."""
        moments = self.moments
        has, needs = (one(moments.beta1, moments.beta2, moments.step) for one in (self.correction, RIGHT))
        return needs[0] / has[0], needs[1] / has[1]

    def value(self) -> float | None:
        """Return what would be right there."""
        graph, moments = self.moments.update.graph, self.moments
        try:
            more = zip((moments.m, moments.v), self.changes, strict=True)
            return moments.update.value({n: graph.values[n] * by for n, by in more}, cell_name(self.cell.place))
        except (KeyError, *ARITHMETIC_ERRORS):
            return None


def right_formula(wrong: Sequence[Wrong]) -> str | None:
    """Return the formula that would be right in the first of some cells that were filled, and in the others as well."""
    first, graph = wrong[0], wrong[0].moments.update.graph
    home = first.cell.place
    tried = [(one.cell.place, value) for one in wrong[:_TRIED] if (value := one.value()) is not None]
    for text in _texts(first, graph) if tried else ():
        values = [worth(graph, shifted(text, at.row - home.row, at.column - home.column), at) for at, _ in tried]
        if all(
            value is not None and math.isclose(value, right, rel_tol=_NEAR)
            for value, (_, right) in zip(values, tried, strict=True)
        ):
            return text
    return None


def _texts(wrong: Wrong, graph: Graph) -> Iterator[str]:
    """Yield the formula with a correction put in, or another power in one that is there."""
    moments = wrong.moments
    formula = formula_at(graph.equations.book, wrong.cell.place)
    if formula is None:
        return
    for step in _steps(wrong, graph):
        found = []
        for name, beta, change in zip(
            (moments.m, moments.v), (moments.beta1, moments.beta2), wrong.changes, strict=True
        ):
            own = _beta(name, beta, wrong.cell.place, graph)
            if own is not None and not math.isclose(change, 1, rel_tol=_ALIKE):
                power = binary("^", own, step)
                found.append([*_swaps(formula, name, power, (moments.beta1, moments.beta2), wrong.cell.place, graph)])
        for swaps in (*product(*found), *((one,) for several in found for one in several)):
            if len({id(swap.old) for swap in swaps}) == len(swaps) > 0:
                yield formula.written(swaps)


def _swaps(
    formula: Formula, moment: str, power: Node, betas: Sequence[float], home: Place, graph: Graph
) -> Iterator[Swap]:
    for node in formula.nodes:
        less = _less_than_one(node)
        if less is not None and any(_is_worth(part, beta, home, graph) for part in walk(less) for beta in betas):
            yield Swap(less, power)
        if isinstance(node, Reference) and _name(node, home) == moment:
            yield Swap(node, binary("/", node, binary("-", number(1), power)))


def _less_than_one(node: Node) -> Node | None:
    """Return x of 1 − x."""
    if isinstance(node, Binary) and node.op == "-" and isinstance(one := bare(node.left), Number) and one.value == 1:
        return node.right
    return None


def _steps(wrong: Wrong, graph: Graph) -> Iterator[Node]:
    """Yield what counts the steps: a cell that a formula of the update refers to, or one of the same row."""
    home, moments = wrong.cell.place, wrong.moments
    named = [node for name in (cell_name(home), *moments.update.between) for node in _references(name, home, graph)]
    row = place_of(moments.m).row
    beside = [_reference(Place(home.sheet, row, column)) for column in range(1, home.column)]
    for node in (*named, *beside):
        value = graph.values.get(_name(node, home) or "")
        if value == moments.step:
            yield node
        elif value == moments.step - 1:
            yield binary("+", node, number(1))


def _references(name: str, home: Place, graph: Graph) -> Iterator[Reference]:
    place = place_of(name)
    formula = formula_at(graph.equations.book, place)
    for node in formula.nodes if formula else ():
        if isinstance(node, Reference) and node.single:
            yield _moved(node, place, home)


def _beta(moment: str, beta: float, home: Place, graph: Graph) -> Node | None:
    """Return how the formula of a moment spells its β: a cell, or else the number."""
    place = place_of(moment)
    formula = formula_at(graph.equations.book, place)
    found = [node for node in formula.nodes if _is_worth(node, beta, place, graph)] if formula else []
    cells = [_moved(node, place, home) for node in found if isinstance(node, Reference)]
    return cells[0] if cells else number(beta) if found else None


def _moved(node: Reference, place: Place, home: Place) -> Reference:
    """Return a reference of another cell's formula as it is written in a cell."""
    sheet = node.sheet or place.sheet
    return node._replace(start=NEW, end=NEW, sheet=None if sheet == home.sheet else sheet)


def _reference(place: Place) -> Reference:
    corner = Corner(place.row, place.column)
    return Reference(NEW, NEW, None, corner, corner)


def _name(node: Reference, home: Place) -> str | None:
    if not node.single or not node.first.row or not node.first.column:
        return None
    return cell_name(Place(node.sheet or home.sheet, node.first.row, node.first.column))


def _is_worth(node: Node, value: float, home: Place, graph: Graph) -> bool:
    if isinstance(node, Number):
        return math.isclose(node.value, value, rel_tol=_ALIKE)
    found = graph.values.get(_name(node, home) or "") if isinstance(node, Reference) else None
    return found is not None and math.isclose(found, value, rel_tol=_ALIKE)
