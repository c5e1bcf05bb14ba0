"""Equations over tensors read with Python's own `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from sheetgen.proof.reference_calls import number_of, sign_of
from sheetgen.proof.reference_functions import FOLDED
from sheetgen.proof.tensor_calls import Calls
from sheetgen.proof.tensor_names import Names
from sheetgen.proof.tensor_parts import Declared
from sheetgen.proof.tensor_program import Equation
from sheetgen.proof.tensor_words import holds_places, items_of, option_of, sizes_of

_SIZED = frozenset({"reshape", "onehot", "zeros", "ones", "maxpool", "avgpool"})
"""The functions whose last operand is a list of whole numbers, or one."""


def read(given: Iterable[str], equations: Sequence[Equation]) -> tuple[Calls, Names]:
    """Read equations, each after those it uses; return their calls, and where what they name stands.

    Raises NameError for a name or a function that is unknown, ValueError for what is no equation over tensors.
    """
    calls = Calls()
    names = Names(calls, given, Declared((equation.name, equation.place) for equation in equations))
    for equation in equations:
        before = calls.size
        slot = _Reader(calls, names, equation.loop).read(equation.right)
        # What is but another name, or a number, has a slot of its own all the same: others may use either.
        is_own = slot >= before and slot not in calls.constants
        names.add(equation.name, equation.place, slot if is_own else calls.make("identity", slot))
    return calls, names


class _Reader:
    """Reads an equation, in which letters of loops stand for numbers."""

    def __init__(self, calls: Calls, names: Names, loop: Mapping[str, int]) -> None:
        self.calls, self.names, self.loop = calls, names, loop

    def read(self, node: ast.expr) -> int:
        """Return the slot of a part of an equation, when the calls for it are made."""
        make = self.calls.make
        match node:
            case ast.Constant():
                return self.calls.constant(number_of(node))
            case ast.Name(id=name):
                return self.calls.constant(self.loop[name]) if name in self.loop else self.names.slot(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return make("_USub", self.read(operand))
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                return make("matmul", self.read(left), self.read(right))
            case ast.BinOp(left=left, right=right):
                return make(sign_of(node), self.read(left), self.read(right))
            case ast.Attribute(value=value, attr="T"):
                return make("transpose", self.read(value))
            case ast.Subscript(value=rows, slice=places) if holds_places(places, self.loop):
                return make("embedding", self.read(places), self.read(rows))
            case ast.Subscript(value=ast.Name(id=name), slice=items):
                return self.names.part(name, items_of(items, self.loop))
            case ast.Subscript(value=value, slice=items):
                return make("[]", self.read(value), items=items_of(items, self.loop))
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name, node)
        raise ValueError(f"{type(node).__name__} is no part of an equation over tensors: {ast.unparse(node)}")

    def _called(self, name: str, node: ast.Call) -> int:
        options: dict[str, Any] = {str(keyword.arg): option_of(keyword.value) for keyword in node.keywords}
        operands = node.args
        if name in _SIZED:
            *operands, sizes = operands
            options["sizes"] = sizes_of(sizes, self.loop)
        slots = [self._operand(operand) for operand in operands]
        if name in FOLDED and len(slots) > 1:
            return reduce(lambda a, b: self.calls.make(name, a, b), slots)
        return self.calls.make(name, *slots, **options)

    def _operand(self, node: ast.expr) -> int:
        """Return the slot of an operand, which may be a comparison."""
        if not isinstance(node, ast.Compare):
            return self.read(node)
        (sign,), (right,) = node.ops, node.comparators
        return self.calls.make(f"_{type(sign).__name__}", self.read(node.left), self.read(right))
