"""Edits of one operator, of one exponent, and of a factor that is another derivative than that of its activation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.blame import slope_words
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.products import Factor, Product
from sheetgen.audit.mistakes.roles import Role
from sheetgen.audit.mistakes.trees import Swap, binary, number
from sheetgen.audit.mistakes.values import Vector
from sheetgen.audit.syntax import Binary, Call, Node, Number, Reference, bare, walk

_EXPONENTS = (1.0, 2.0, 3.0, 0.5)


def operators(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of + and −, of · and /."""
    for need in desk.needs:
        node = need.node
        if isinstance(node, Binary) and node.op in "+-*/":
            left, right = desk.values.vector(node.left), desk.values.vector(node.right)
            other = _OTHER[node.op]
            if desk.allows(need, _result(other, left, right)):
                yield turned(desk, node, other)


_OTHER = {"+": "-", "-": "+", "*": "/", "/": "*"}


def _result(op: str, left: Vector, right: Vector) -> Vector:
    with np.errstate(all="ignore"):
        return {"+": left + right, "-": left - right, "*": left * right, "/": left / right}[op]


def turned(desk: Desk, node: Binary, op: str) -> Edit:
    """Return the edit that puts another operator between two parts."""
    swap = Swap(node, binary(op, node.left, node.right))
    words = f"takes {desk.short(node)} where {desk.short(swap.new)} is needed"
    sides = [name for side in (node.left, node.right) if (name := desk.cell(side)) is not None]
    target = next((name for name in sides if desk.roles.role(name) == Role.TARGET), None)
    if node.op == "+" and target is not None:
        words += f": the target {desk.roles.called(target)} has the wrong sign"
        return Edit([swap], mistake.TARGET_SIGN, words, 0.8)
    if node.op in "+-":
        return Edit([swap], mistake.SIGN, f"has a wrong sign: it {words}", 1.0)
    verb = "divides" if node.op == "/" else "multiplies"
    return Edit([swap], mistake.OPERATOR, f"{verb} where it must be the other way round: it {words}", 1.2)


def exponents(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of a number to whose power something is raised."""
    for node in desk.formula.nodes:
        exponent: Node | None = None
        if isinstance(node, Binary) and node.op == "^":
            exponent = node.right
        elif isinstance(node, Call) and node.name == "POWER" and len(node.args) == 2:
            exponent = node.args[1]
        if exponent is None or not isinstance(has := bare(exponent), Number):
            continue
        for value in _EXPONENTS:
            swap = Swap(exponent, number(value))
            if value != has.value and desk.right([swap]):
                words = f"takes {desk.short(node)} with the exponent {has.value:g} where {value:g} is needed"
                yield Edit([swap], mistake.OTHER_DERIVATIVE, words, 1.2)


def other_slopes(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that put the derivative of an activation in the place of a factor that is none, or another."""
    for product in desk.products:
        for factor in product.factors:
            if isinstance(bare(factor.node), Number):
                continue
            yield from _slope_for(desk, product, factor)


def _slope_for(desk: Desk, product: Product, factor: Factor) -> Iterator[Edit]:
    need, node = product.need, factor.node
    rest = product.beside([factor], desk.values)
    with np.errstate(all="ignore"):
        wants, gain = need.wants / rest, need.gain * rest
        if factor.below:
            wants, gain = rest / need.wants, need.gain * need.wants * need.wants / rest
    inside = {desk.cell(part) for part in _references(node)}
    for piece in desk.found(desk.pool.units, wants, gain):
        function = desk.roles.activations[piece.unit]
        near = piece.unit in inside or function.cell in inside
        if isinstance(bare(node), Reference) and not near:
            continue
        words = f"takes {desk.short(node)} for the derivative of {desk.roles.called(piece.unit)}: "
        words += slope_words(desk.roles, piece.unit)
        yield Edit([Swap(node, piece.node)], mistake.OTHER_DERIVATIVE, words, 1.1 if near else 1.6)


def _references(node: Node) -> list[Node]:
    return [part for part in walk(node) if isinstance(part, Reference)]
