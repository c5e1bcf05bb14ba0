"""The tree of an equation over tensors: numbers, names, operations, parts of a tensor, and the names in it.

An operation of signs is called as its row in the table of primitives: ``x @ W + b`` is ``add(matmul(x, W), b)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetgen.algebra.expr import Const, Var

Option = int | float | bool
"""What a function is told besides its operands: an axis, a stride, whether an axis is kept."""


@dataclass(frozen=True)
class Sizes:
    """A list of whole numbers, such as the new shape of ``reshape(x, [2, 8])``."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Span:
    """Some successive places along an axis, as Python's ``start:stop`` says them; None is an end."""

    start: int | None
    stop: int | None


@dataclass(frozen=True)
class Index:
    """A part of a tensor: at each of its first axes one place, which drops the axis, or a span."""

    tensor: Tree
    items: tuple[int | Span, ...]


@dataclass(frozen=True)
class Call:
    """A function, or an operation of signs, of its operands and options."""

    function: str
    operands: tuple[Tree, ...]
    options: tuple[tuple[str, Option], ...] = ()

    def option(self, name: str, default: Option) -> Option:
        """Return what an option says, or its default."""
        return dict(self.options).get(name, default)


Tree = Const | Var | Sizes | Index | Call


def depth(tree: Tree) -> int:
    """Return how many operations lie inside one another; a sum of many terms is a sum of a sum of a sum."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [inner for outer in level for inner in _inside(outer)]
    return deepest - 1


def _inside(tree: Tree) -> tuple[Tree, ...]:
    if isinstance(tree, Call):
        return tree.operands
    return (tree.tensor,) if isinstance(tree, Index) else ()


def convolving(tree: Tree) -> Iterator[str]:
    """Yield the names of the kernels of the convolutions in a tree."""
    if isinstance(tree, Call) and tree.function in ("conv1d", "conv2d"):
        yield from (name for name, _ in references(tree.operands[1]))
    for inner in _inside(tree):
        yield from convolving(inner)


def references(tree: Tree) -> Iterator[tuple[str, tuple[int | Span, ...]]]:
    """Yield the names in a tree from left to right, each with the part of it that is used, () for the whole."""
    if isinstance(tree, Var):
        yield tree.name, ()
    elif isinstance(tree, Index):
        if isinstance(tree.tensor, Var):
            yield tree.tensor.name, tree.items
        else:
            yield from references(tree.tensor)
    elif isinstance(tree, Call):
        for operand in tree.operands:
            yield from references(operand)


def substitute(tree: Tree, replace: Callable[[str], Tree]) -> Tree:
    """Return the tree with every name replaced."""
    if isinstance(tree, Var):
        return replace(tree.name)
    if isinstance(tree, Index):
        return Index(substitute(tree.tensor, replace), tree.items)
    if isinstance(tree, Call):
        return Call(tree.function, tuple(substitute(operand, replace) for operand in tree.operands), tree.options)
    return tree
