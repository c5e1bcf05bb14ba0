"""The tensors that the equations of a program use, each as what its elements are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from sheetgen.algebra.expr import Expr, Var
from sheetgen.tensors.elements import Array, array, named
from sheetgen.tensors.known import Known
from sheetgen.tensors.naming import Words
from sheetgen.tensors.program import Tensors
from sheetgen.tensors.tree import Call, Index, Tree


class Operands:
    """Every tensor of a program, whole and in parts."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors, self._known = tensors, Known()
        for name, given in tensors.given.items():
            self._known.add(name, (), named(tensors.naming.labels(name, given.shape), given.shape))
        for step in tensors.steps:
            self._known.add(step.name, step.place, array(step.elements, step.shape))

    def elements(self, tree: Tree) -> Array:
        """Return the elements of a tensor, of a part of one, or of either with its axes reversed."""
        if isinstance(tree, Var):
            return self._known.part(tree.name, ())
        if isinstance(tree, Index):
            return self._known.part(base(tree), tree.items)
        assert isinstance(tree, Call), tree
        return self.elements(tree.operands[0]).T

    def headings(self, tree: Tree) -> tuple[Words, ...]:
        """Return what the places along each axis of a tensor are called, none where they are counted."""
        axes = self.elements(tree).ndim
        if isinstance(tree, Call):
            return tuple(reversed(self.headings(tree.operands[0])))
        items = tree.items if isinstance(tree, Index) else ()
        return self._tensors.naming.headings(base(tree), items, axes)

    def owner(self, element: Expr) -> str:
        """Return the tensor that an element is called by, "" for a number."""
        return self._owners.get(element.name, "") if isinstance(element, Var) else ""

    def scalars(self, name: str) -> list[str]:
        """Return the scalars that are called by a tensor."""
        return self._scalars[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The tensors that scalars are called by, those of numbers first."""
        return tuple(self._scalars)

    @cached_property
    def _scalars(self) -> Mapping[str, list[str]]:
        scalars: dict[str, list[str]] = {}
        for scalar, owner in self._owners.items():
            scalars.setdefault(owner, []).append(scalar)
        return scalars

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        called = self._tensors.naming.labels
        owners = {scalar: name for name, given in self._tensors.given.items() for scalar in called(name, given.shape)}
        for step in self._tensors.steps:
            owners |= {scalar: step.name for scalar in step.labels if scalar is not None}
        return owners


def read_as(tensors: Tensors) -> dict[str, Words]:
    """Return the words that quantities stand for by their numbers, from 0 on."""
    operands, naming = Operands(tensors), tensors.naming
    return {
        element.name: naming.read_as(name)
        for name in naming.places
        for element in operands.elements(Var(name)).reshape(-1)
        if isinstance(element, Var)
    }


def is_drawn(tree: Tree) -> bool:
    """Whether a part of an equation is a tensor by itself: one with a name, a part of that, or either transposed."""
    if isinstance(tree, Call):
        return tree.function == "transpose" and is_drawn(tree.operands[0])
    return isinstance(tree, Var) or (isinstance(tree, Index) and isinstance(tree.tensor, Var))


def base(tree: Tree) -> str:
    """Return the name of a tensor that is one by itself."""
    while isinstance(tree, Call | Index):
        tree = tree.operands[0] if isinstance(tree, Call) else tree.tensor
    assert isinstance(tree, Var), tree
    return tree.name


def drawn(tree: Tree) -> Iterator[Tree]:
    """Yield the tensors in an equation, from left to right."""
    if is_drawn(tree):
        yield tree
    elif isinstance(tree, Call):
        for operand in tree.operands:
            yield from drawn(operand)
    elif isinstance(tree, Index):
        yield from drawn(tree.tensor)
