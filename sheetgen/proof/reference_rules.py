"""A template's own rules of training, for the second opinion: read with Python's own `ast`, in whole arrays.

It finds the order of the equations itself, and shares no parser with the rules that the formulas come from.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cached_property, reduce
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.proof.reference_calls import number_of, parsed, sign_of
from sheetgen.proof.reference_functions import FOLDED, FUNCTIONS

Array = NDArray[np.float64]
Numbers = Mapping[str, Any]
"""Numbers, or arrays of a number a row, by the names that an equation has for them."""

ALL = "all weights"
"""What a sum over all weights stands under, besides each of them."""

ByWeight = dict[str, dict[str, Array]]
"""A rule's columns: by letter, then by weight."""


class ReferenceRule:
    """An optimiser that a template wrote itself.

    ``equations`` are those of its columns, ``starts`` what each memory begins with, ``step`` the weight after.
    """

    def __init__(self, equations: Mapping[str, str], starts: Mapping[str, str], step: str) -> None:
        self._trees = {letter: parsed(text).body for letter, text in equations.items()}
        self._starts = {letter: parsed(text).body for letter, text in starts.items()}
        self._step = parsed(step).body

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of its columns."""
        return tuple(self._trees)

    def start(self, letter: str, known: Numbers) -> Any:
        """Return what a memory begins with."""
        return _value(self._starts[letter], known, {})

    def columns(
        self,
        known: Mapping[str, Numbers],
        before: Callable[[str, str], Array],
        settled: Callable[[str, str, Array], Array],
    ) -> ByWeight:
        """Return every column, from what is ``known`` of each weight.

        ``before`` gives a memory one row above, by its letter and its weight; ``settled`` what the column is where a
        row's own equation does not say it.
        """
        columns: ByWeight = {}
        for letter in self._order:
            tree, total = self._trees[letter], self.is_total(letter)
            found: dict[str, Array] = {}
            for weight, numbers in known.items():
                here = {**numbers, **{other: of[weight] for other, of in columns.items()}}
                above = {other: before(other, weight) for other in self._starts}
                own = {letter: above[letter]} if letter in above else {}
                inside = tree.args[0] if total and isinstance(tree, ast.Call) else tree
                found[weight] = _value(inside, here | own, above)
            if total:
                found = {weight: reduce(np.add, found.values()) for weight in (*known, ALL)}
            columns[letter] = {weight: settled(letter, weight, column) for weight, column in found.items()}
        return columns

    def step(self, known: Numbers) -> Array:
        """Return a weight after an update."""
        return np.asarray(_value(self._step, known, {}))

    def is_total(self, letter: str) -> bool:
        """Whether a column is a sum over all weights."""
        tree = self._trees[letter]
        return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "total"

    def remembers(self, letter: str) -> bool:
        """Whether a column is a memory."""
        return letter in self._starts

    @cached_property
    def _order(self) -> tuple[str, ...]:
        """The letters, each after those whose value of the same row it uses."""
        uses = {letter: _here(tree) & self._trees.keys() - {letter} for letter, tree in self._trees.items()}
        return tuple(TopologicalSorter(uses).static_order())


def own_rate(equation: str, known: Numbers) -> Array:
    """Return η at each iteration by a schedule that a template wrote itself."""
    return np.asarray(_value(parsed(equation).body, known, {}))


def _here(node: ast.AST) -> set[str]:
    """Return the names of which an equation takes the value of its own row."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "previous":
        return set()
    inner = set().union(*map(_here, ast.iter_child_nodes(node)))
    return inner | ({node.id} if isinstance(node, ast.Name) else set())


def _value(node: ast.expr, here: Numbers, above: Numbers) -> Any:
    """Return what a part of an equation comes to, from the numbers of a row and those one row above."""
    if isinstance(node, ast.Name):
        return here[node.id]
    if isinstance(node, ast.Constant):
        return number_of(node)
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, here, above)
        return operand if isinstance(node.op, ast.UAdd) else np.negative(operand)
    if isinstance(node, ast.BinOp):
        sides = _value(node.left, here, above), _value(node.right, here, above)
        return FUNCTIONS[sign_of(node)](*sides)
    if isinstance(node, ast.Compare):
        sides = _value(node.left, here, above), _value(node.comparators[0], here, above)
        return FUNCTIONS[f"_{type(node.ops[0]).__name__}"](*sides)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    if node.func.id == "previous":
        assert isinstance(node.args[0], ast.Name)
        return above[node.args[0].id]
    operands = [_value(argument, here, above) for argument in node.args]
    function = FUNCTIONS[node.func.id]
    return np.real(reduce(function, operands) if node.func.id in FOLDED else function(*operands))
