"""Equations over tensors read with Python's own `ast`, as calls in the order in which they can be made."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from sheetgen.proof.reference_calls import number_of, parsed, sign_of
from sheetgen.proof.reference_functions import FOLDED, FUNCTIONS
from sheetgen.proof.tensor_axes import AXES
from sheetgen.proof.tensor_composites import COMPOSITES
from sheetgen.proof.tensor_function import TensorFunction, elementwise
from sheetgen.proof.tensor_products import PRODUCTS
from sheetgen.proof.tensor_rearranged import PICKED, REARRANGED
from sheetgen.proof.tensor_windows import WINDOWS
from sheetgen.proof.tensor_words import items_of, option_of, sizes_of
from sheetgen.tensors.labels import Place
from sheetgen.tensors.program import Step

_OF_TENSORS: Mapping[str, TensorFunction] = {**PRODUCTS, **AXES, **REARRANGED, **WINDOWS}
_OF_NUMBERS: Mapping[str, TensorFunction] = {name: elementwise(name) for name in FUNCTIONS}
_SIZED = frozenset({"reshape", "onehot", "zeros", "ones", "maxpool", "avgpool"})
"""The functions whose last operand is a list of whole numbers, or one."""


@dataclass(frozen=True)
class Call:
    """A call of a function: the slots in which its operands stand, its options, and the slot of its result."""

    function: TensorFunction
    operands: tuple[int, ...]
    options: Mapping[str, Any]
    result: int


@dataclass
class Calls:
    """The calls that some equations come to.

    Every tensor has a slot: ``given`` are those of tensors of numbers, ``constants`` the numbers in the equations,
    ``parts`` those of what is computed, by name and by the place of the part, () for a whole.
    """

    given: dict[str, int] = field(default_factory=dict)
    constants: dict[int, float] = field(default_factory=dict)
    parts: dict[str, dict[Place, int]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    size: int = 0

    def new(self) -> int:
        """Return a slot of its own."""
        self.size += 1
        return self.size - 1

    def constant(self, value: float) -> int:
        """Return the slot of a number."""
        slot = self.new()
        self.constants[slot] = value
        return slot

    def make(self, function: str, *operands: int, **options: Any) -> int:
        """Add a call of a function by its name; return the slot of its result. Raises NameError for an unknown one."""
        if function in COMPOSITES:
            return COMPOSITES[function](self.make, self.constant, *operands, **options)
        known = _OF_NUMBERS if function in FOLDED and len(operands) > 1 else {**_OF_NUMBERS, **_OF_TENSORS}
        if function not in known:
            raise NameError(f"the reference knows no function {function!r}")
        return self.call(known[function], *operands, **options)

    def call(self, function: TensorFunction, *operands: int, **options: Any) -> int:
        """Add a call; return the slot of its result."""
        self.calls.append(Call(function, operands, options, self.new()))
        return self.calls[-1].result

    def named(self, name: str) -> int:
        """Return the slot of a whole tensor, put together from its parts where it was made part by part.

        Raises NameError where there is none, or a part is missing.
        """
        if name in self.given:
            return self.given[name]
        parts = self.parts.get(name, {})
        if () in parts:
            return parts[()]
        if not parts:
            raise NameError(f"the reference knows no quantity {name!r}")
        return self._put_together(name, parts, ())

    def _put_together(self, name: str, parts: Mapping[Place, int], before: Place) -> int:
        """Return the slot of a part of a tensor that was made of parts itself."""
        if before in parts:
            return parts[before]
        size = 1 + max((place[len(before)] for place in parts if place[: len(before)] == before), default=-1)
        if not size:
            raise NameError(f"the reference knows no {name!r} at {before}")
        return self.make("stack", *(self._put_together(name, parts, (*before, place)) for place in range(size)))


def calls_of(given: Iterable[str], steps: Iterable[Step]) -> Calls:
    """Read equations, each after those it uses. Raises NameError for an unknown name, ValueError for other words."""
    calls = Calls()
    for name in given:
        calls.given[name] = calls.new()
    for step in steps:
        tree = parsed(step.text).body
        slot = _Equation(calls, step.loop).read(tree)
        # What is but another name, or a number, has a slot of its own all the same: others may use either.
        is_own = not isinstance(tree, ast.Name | ast.Subscript | ast.Constant)
        calls.parts.setdefault(step.name, {})[step.place] = slot if is_own else calls.make("identity", slot)
    return calls


class _Equation:
    """Reads an equation, in which letters of loops stand for numbers."""

    def __init__(self, calls: Calls, loop: Mapping[str, int]) -> None:
        self.calls, self.loop = calls, loop

    def read(self, node: ast.expr) -> int:
        """Return the slot of a part of an equation, when the calls for it are made."""
        make = self.calls.make
        match node:
            case ast.Constant():
                return self.calls.constant(number_of(node))
            case ast.Name(id=name):
                return self.calls.constant(self.loop[name]) if name in self.loop else self.calls.named(name)
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
            case ast.Subscript():
                return self._part(node)
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name, node)
        raise ValueError(f"{type(node).__name__} is no part of an equation over tensors: {ast.unparse(node)}")

    def _part(self, node: ast.Subscript) -> int:
        items = items_of(node.slice, self.loop)
        if isinstance(node.value, ast.Name):
            parts = self.calls.parts.get(node.value.id, {})
            for place, slot in parts.items():
                if place and items[: len(place)] == place:
                    rest = items[len(place) :]
                    return self.calls.call(PICKED, slot, items=rest) if rest else slot
        return self.calls.call(PICKED, self.read(node.value), items=items)

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
