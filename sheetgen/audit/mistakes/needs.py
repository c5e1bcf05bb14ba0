"""What each part of a formula would have to be, so that the whole is right while all other parts stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sheetgen.audit.mistakes.trees import Formula
from sheetgen.audit.mistakes.values import NoValue, Values, Vector
from sheetgen.audit.syntax import Binary, Call, Group, Node, Prefix

_ONE_CELL = (1, 1)


@dataclass(frozen=True, eq=False)
class Need:
    """A part, what it shows at the samples, and what would be right there.

    ``gain`` is by how much the whole moves with the part.
    """

    node: Node
    has: Vector
    wants: Vector
    gain: Vector


def needs_of(formula: Formula, values: Values) -> list[Need]:
    """Return the needs of all parts that the whole follows by + − · /, each before those inside of it."""
    found: list[Need] = []
    try:
        whole = values.vector(formula.root)
    except NoValue:
        return found
    ahead = [Need(formula.root, whole, values.right, np.ones_like(whole))]
    while ahead:
        need = ahead.pop()
        found.append(need)
        try:
            ahead += _inside(need, values)
        except NoValue:
            continue
    return found


def _inside(need: Need, values: Values) -> list[Need]:
    node = need.node
    match node:
        case Group() if len(node.parts) == 1:
            return [Need(node.parts[0], need.has, need.wants, need.gain)]
        case Prefix() if node.op == "-":
            return [Need(node.operand, -need.has, -need.wants, -need.gain)]
        case Binary() if node.op in "+-*/":
            left, right = values.vector(node.left), values.vector(node.right)
            with np.errstate(all="ignore"):
                return _of_operands(node, need, left, right)
        case Call() if node.name == "SUM" and all(values.of(arg).shape[1:] == _ONE_CELL for arg in node.args):
            shown = [values.vector(arg) for arg in node.args]
            missing = need.wants - need.has
            return [Need(arg, has, has + missing, need.gain) for arg, has in zip(node.args, shown, strict=True)]
    return []


def _of_operands(node: Binary, need: Need, left: Vector, right: Vector) -> list[Need]:
    wants, gain = need.wants, need.gain
    match node.op:
        case "+":
            return [Need(node.left, left, wants - right, gain), Need(node.right, right, wants - left, gain)]
        case "-":
            return [Need(node.left, left, wants + right, gain), Need(node.right, right, left - wants, -gain)]
        case "*":
            first = Need(node.left, left, wants / right, gain * right)
            return [first, Need(node.right, right, wants / left, gain * left)]
        case _:
            return [
                Need(node.left, left, wants * right, gain / right),
                Need(node.right, right, left / wants, -gain * left / (right * right)),
            ]
