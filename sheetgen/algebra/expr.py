"""Expressions: the tree of an equation, and the names in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Const:
    """A constant of the mathematics, such as the ½ of a squared error."""

    value: float


@dataclass(frozen=True)
class Var:
    """A named quantity, such as ``w1`` or ``∂E_total/∂w1``."""

    name: str


@dataclass(frozen=True)
class Before:
    """The value that a named quantity has in the row above."""

    name: str


@dataclass(frozen=True)
class Held:
    """The value that a named quantity has in the network as it is, while another quantity is moved."""

    name: str


@dataclass(frozen=True)
class OverBatch:
    """What one of the functions of `sheetgen.algebra.over_batch` makes of a named quantity in all rows of a batch.

    It is always a whole equation, and none of its names is one of its row alone.
    """

    function: str
    name: str


@dataclass(frozen=True)
class Apply:
    """A primitive applied to its operands."""

    op: str
    args: tuple[Expr, ...]


Expr = Const | Var | Before | Held | OverBatch | Apply

ZERO, ONE = Const(0.0), Const(1.0)


def names(expr: Expr) -> Iterator[str]:
    """Yield the names of this row in an expression, left to right, with repetitions."""
    return _names(expr, Var)


def befores(expr: Expr) -> Iterator[str]:
    """Yield the names of the row above in an expression, left to right, with repetitions."""
    return _names(expr, Before)


def needs(expr: Expr) -> Iterator[str]:
    """Yield the names that an expression rests on, in its row or in all rows of its batch, with repetitions."""
    if isinstance(expr, OverBatch):
        yield expr.name
    else:
        yield from names(expr)


def held_names(expr: Expr) -> Iterator[str]:
    """Yield the names of the network as it is in an expression, left to right, with repetitions."""
    return _names(expr, Held)


def _names(expr: Expr, kind: type[Var] | type[Before] | type[Held]) -> Iterator[str]:
    if isinstance(expr, kind):
        yield expr.name
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from _names(arg, kind)


def operations(expr: Expr) -> Iterator[str]:
    """Yield the operations in an expression, with repetitions."""
    if isinstance(expr, Apply):
        yield expr.op
        for arg in expr.args:
            yield from operations(arg)


def substitute(expr: Expr, replace: Callable[[str], Expr], above: Callable[[str], Expr] = Before) -> Expr:
    """Return the expression with every name of this row replaced, and those ``above``; nothing is simplified."""
    if isinstance(expr, Var):
        return replace(expr.name)
    if isinstance(expr, Before):
        return above(expr.name)
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple([substitute(arg, replace, above) for arg in expr.args]))
    return expr


def depth(expr: Expr) -> int:
    """Return the height of a tree, without recursion: a long sum leans far to the left."""
    deepest, stack = 0, [(expr, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        if isinstance(node, Apply):
            stack += [(arg, level + 1) for arg in node.args]
    return deepest
