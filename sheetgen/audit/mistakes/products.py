"""The products in a formula: their factors through parentheses and signs, and each with some of them replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sheetgen.audit.mistakes.needs import Need
from sheetgen.audit.mistakes.trees import Formula, Swap, binary, negative, number
from sheetgen.audit.mistakes.values import Values, Vector
from sheetgen.audit.syntax import Binary, Group, Node, Prefix


@dataclass(frozen=True, eq=False)
class Factor:
    """A factor of a product; ``below`` says that it stands under a line of division."""

    node: Node
    below: bool


@dataclass(frozen=True, eq=False)
class Product:
    """A product that is no factor of another one; it may be a single factor."""

    need: Need
    factors: Sequence[Factor]

    def beside(self, some: Sequence[Factor], values: Values) -> Vector:
        """Return what some of the factors are multiplied by. Raises NoValue."""
        rest = np.full(len(values.samples), -1.0 if _turned(self.node) else 1.0)
        with np.errstate(all="ignore"):
            for factor in self.factors:
                if not any(factor is one for one in some):
                    own = values.vector(factor.node)
                    rest = rest / own if factor.below else rest * own
        return rest

    @property
    def node(self) -> Node:
        """The whole product."""
        return self.need.node

    def with_factors(self, new: Mapping[int, Node | None]) -> Swap:
        """Return the swap that puts something in the place of factors, given by identity; None takes one away."""
        return Swap(self.node, _rebuilt(self.node, new) or number(1))


def products_of(formula: Formula, needs: Sequence[Need]) -> list[Product]:
    """Return the products whose need is known, outer ones first."""
    return [
        Product(need, list(_factors(need.node, False)))
        for need in needs
        if not isinstance(need.node, Group) and not _inside_product(formula, need.node)
    ]


def _inside_product(formula: Formula, node: Node) -> bool:
    for parent in formula.around(node):
        if isinstance(parent, Group):
            continue
        return isinstance(parent, Prefix) or (isinstance(parent, Binary) and parent.op in "*/")
    return False


def _factors(node: Node, below: bool) -> list[Factor]:
    match node:
        case Group() if len(node.parts) == 1:
            inner = _factors(node.parts[0], below)
            return inner if len(inner) > 1 else [Factor(node, below)]
        case Prefix() if node.op in "+-":
            return _factors(node.operand, below)
        case Binary() if node.op in "*/":
            return [*_factors(node.left, below), *_factors(node.right, below != (node.op == "/"))]
        case _:
            return [Factor(node, below)]


def _turned(node: Node) -> bool:
    """Whether signs in front of factors make a product negative."""
    match node:
        case Group() if len(node.parts) == 1:
            return len(_factors(node.parts[0], False)) > 1 and _turned(node.parts[0])
        case Prefix() if node.op in "+-":
            return _turned(node.operand) != (node.op == "-")
        case Binary() if node.op in "*/":
            return _turned(node.left) != _turned(node.right)
        case _:
            return False


def _rebuilt(node: Node, new: Mapping[int, Node | None]) -> Node | None:
    if id(node) in new:
        return new[id(node)]
    match node:
        case Group() if len(node.parts) == 1:
            inner = _rebuilt(node.parts[0], new)
            return node if inner is node.parts[0] else inner
        case Prefix() if node.op in "+-":
            inner = _rebuilt(node.operand, new)
            if inner is node.operand:
                return node
            return negative(inner or number(1)) if node.op == "-" else inner
        case Binary() if node.op in "*/":
            left, right = _rebuilt(node.left, new), _rebuilt(node.right, new)
            if left is node.left and right is node.right:
                return node
            if right is None:
                return left
            if left is None:
                return right if node.op == "*" else binary("/", number(1), right)
            return binary(node.op, left, right)
        case _:
            return node
