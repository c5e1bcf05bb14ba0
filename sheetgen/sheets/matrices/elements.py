"""Which quantity of a workbook each element of a tensor is, and each derivative of the loss along one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from sheetgen.algebra.expr import Const, Expr, Var
from sheetgen.network.graph import Graph, derivative_label
from sheetgen.sheets.explorer.table import moves_loss_alike
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import Place, Shape, places
from sheetgen.tensors.matrices import Equation, Name, Slot, Turn
from sheetgen.tensors.naming import Words
from sheetgen.tensors.program import Tensors
from sheetgen.tensors.renamed import all_that_is_used

Element = str | float | None
"""A quantity by its label, a number, or nothing."""


@dataclass(frozen=True)
class Slab:
    """A matrix, a vector, or a number: all of a tensor, or what lies at one place of the axes before its last two.

    ``headings`` are what its rows and its columns are called, none where they are counted; ``read_as`` the words that
    its numbers stand for, none where they are numbers.
    """

    caption: str
    rows: tuple[tuple[Element, ...], ...]
    axes: int
    headings: tuple[Words, Words] = ((), ())
    read_as: Words = ()

    @property
    def count(self) -> int:
        """The number of its elements."""
        return sum(map(len, self.rows))


class Elements:
    """The elements of the tensors of a study."""

    def __init__(self, graph: Graph, tensors: Tensors) -> None:
        self._graph, self._renamed, self._naming = graph, all_that_is_used(tensors), tensors.naming
        self._values: dict[tuple[str, Place], tuple[Shape, tuple[Expr, ...]]] = {}
        self._own: dict[tuple[str, Place], tuple[str | None, ...]] = {}
        for name, given in tensors.given.items():
            names = tensors.naming.labels(name, given.shape)
            self._values[name, ()] = given.shape, tuple(map(Var, names))
            self._own[name, ()] = names
        for step in tensors.steps:
            self._values[step.name, step.place] = step.shape, step.elements
            self._own[step.name, step.place] = step.labels

    def of_given(self, name: str) -> Iterator[Slab]:
        """Yield the slabs of a tensor of numbers."""
        return self._slabs(name, (), slopes=False)

    def of_target(self, equation: Equation) -> Iterator[Slab]:
        """Yield the slabs of what an equation gives, in every turn of its loops."""
        target = equation.target
        whole = target if isinstance(target, Name) else target.tensor
        assert isinstance(whole, Name), target
        slots = () if isinstance(target, Name) else target.items
        name = whole.name.split("/∂", 1)[-1]
        for turn in _turns(equation):
            place = tuple(slot if isinstance(slot, int) else _at(slot, turn) for slot in slots)
            yield from self._slabs(name, place, slopes=name != whole.name)

    def _slabs(self, name: str, place: Place, slopes: bool) -> Iterator[Slab]:
        shape, values = self._values[name, place]
        called = tuple(map(self._value, values)) if name in self._renamed else self._own[name, place]
        elements = list(map(self._slope, called)) if slopes else list(map(self._value, values))
        rows, columns = shape[-2:-1] or (1,), shape[-1:] or (1,)
        size = rows[0] * columns[0]
        outer = list(places(shape[:-2]))
        along = self._naming.headings(name, place, len(shape))
        headings = (along[-2] if len(shape) > 1 else (), along[-1] if shape else ())
        read_as = () if slopes else self._naming.read_as(name)
        for number, at in enumerate(outer):
            inside = elements[number * size : (number + 1) * size]
            lines = tuple(tuple(inside[row * columns[0] : (row + 1) * columns[0]]) for row in range(rows[0]))
            label = spelled(derivative_label(self._loss_of(called), name) if slopes else name, (*place, *at))
            yield Slab(label, lines, min(2, len(shape)), headings, read_as)

    def _loss_of(self, elements: Iterable[Element]) -> str:
        """Return the loss that is differentiated by a tensor: of several players that of the one it belongs to."""
        return self._graph.minimised(next((element for element in elements if isinstance(element, str)), ""))

    def _value(self, element: Expr) -> Element:
        if isinstance(element, Const):
            return element.value
        return element.name if isinstance(element, Var) and element.name in self._graph.by_name else None

    def _slope(self, own: Element) -> Element:
        if not isinstance(own, str):
            return None
        return self._graph.gradient(own) or (1.0 if moves_loss_alike(self._graph, own) else None)


def _turns(equation: Equation) -> Iterator[Mapping[str, int]]:
    """Yield the turns of an equation's loops, a number for each letter."""
    ranges = []
    for loop in equation.loops:
        assert isinstance(loop.first, int), loop
        assert isinstance(loop.last, int), loop
        ranges.append(range(loop.first, loop.last + 1))
    for turn in product(*ranges):
        yield dict(zip((loop.letter for loop in equation.loops), turn, strict=True))


def _at(slot: Slot | object, turn: Mapping[str, int]) -> int:
    assert isinstance(slot, Turn), slot
    return slot.at(turn[slot.letter])
