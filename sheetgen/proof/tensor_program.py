"""The equations over tensors of a template, one by one: a loop is run through, and each comes after those it uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import product

from sheetgen.proof.reference_calls import parsed
from sheetgen.proof.tensor_parts import Declared
from sheetgen.proof.tensor_words import Items, holds_places, items_of
from sheetgen.tensors.labels import Place
from sheetgen.tensors.program import Step, Typed

_LOOP = re.compile(r"\s*(\w+)\s+in\s+(\d+)\s*\.\.\s*(\d+)\s*")


@dataclass(frozen=True)
class Equation:
    """What gives a tensor, or the part of one at a place; ``loop`` says what letters on the right stand for."""

    name: str
    place: Place
    right: ast.expr
    loop: Mapping[str, int]

    def asks(self) -> Iterator[tuple[str, Items]]:
        """Yield the names of tensors in it, each with the items that stand behind it."""
        nodes = list(ast.walk(self.right))
        parts = [node for node in nodes if isinstance(node, ast.Subscript) and not holds_places(node.slice, self.loop)]
        behind = {id(node.value): node.slice for node in parts}
        functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id not in self.loop and id(node) not in functions:
                yield node.id, items_of(behind[id(node)], self.loop) if id(node) in behind else ()


def of_author(typed: Iterable[Typed]) -> list[Equation]:
    """Return the equations that an author typed, in any order, each once for every turn of its loops."""
    return [equation for one in typed for equation in _turns(one)]


def of_steps(steps: Iterable[Step]) -> list[Equation]:
    """Return the equations of steps without loops."""
    return [Equation(step.name, step.place, parsed(step.text).body, {}) for step in steps]


def _turns(typed: Typed) -> Iterator[Equation]:
    head, *loops = re.split(r"\bfor\b", typed.key)
    left, right = parsed(head).body, parsed(typed.text).body
    ranges = [match.groups() for loop in loops if (match := _LOOP.fullmatch(loop))]
    for turn in product(*(range(int(first), int(last) + 1) for _, first, last in ranges)):
        loop = {letter: number for (letter, _, _), number in zip(ranges, turn, strict=True)}
        items = items_of(left.slice, loop) if isinstance(left, ast.Subscript) else ()
        name = left.value if isinstance(left, ast.Subscript) else left
        assert isinstance(name, ast.Name)
        yield Equation(name.id, tuple(item for item in items if isinstance(item, int)), right, loop)


def in_order(equations: Iterable[Equation]) -> list[Equation]:
    """Return equations, each after those it uses. Raises ValueError where they go round in a circle."""
    known = {(equation.name, equation.place): equation for equation in equations}
    declared = Declared(known)
    uses = {
        key: [(name, place) for name, items in equation.asks() for place in declared.needed(name, items)]
        for key, equation in known.items()
    }
    try:
        return [known[key] for key in TopologicalSorter(uses).static_order()]
    except CycleError:
        raise ValueError("the equations go round in a circle") from None
