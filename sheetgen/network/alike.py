"""Equations that are alike but for the names in them, as those of the neurons of a layer: computed as one.

Numbers stand in arrays with a row for each quantity, and for each constant; an equation's names are rows there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Apply, Before, Expr, Held, Var, befores
from sheetgen.network.array_bounds import Bounded, Known, Pair, compiled
from sheetgen.network.graph import layer_of

_Rows = slice | NDArray[np.intp]


@dataclass(frozen=True)
class Alike:
    """Some quantities whose equations have one ``shape``, in which each name is a number, counted from 0.

    ``quantities`` are their rows, and ``operands[k][i]`` is the row of name k in the equation of the i-th of them.
    """

    shape: Expr
    quantities: tuple[int, ...]
    operands: tuple[tuple[int, ...], ...]

    @cached_property
    def looks_back(self) -> bool:
        """Whether the equations refer to the row above."""
        return next(befores(self.shape), None) is not None

    @cached_property
    def _bounded(self) -> Bounded:
        return compiled(self.shape)

    @cached_property
    def _rows(self) -> _Rows:
        return _rows(self.quantities)

    @cached_property
    def _operand_rows(self) -> tuple[_Rows, ...]:
        return tuple(map(_rows, self.operands))

    def bound(self, here: Pair, above: Pair | None, unit: float) -> None:
        """Put the error bounds of the quantities among those ``here``, found from these and those ``above``."""

        def numbers(name: Var | Before | Held) -> Pair:
            rows = self._operand_rows[int(name.name)]
            values, errors = here if isinstance(name, Var) else above or here
            return values[rows], errors[rows]

        here[1][self._rows] = self._bounded(Known(numbers, unit))[1]


def alike(equations: Mapping[str, Expr], rows: Mapping[str, int]) -> list[list[Alike]]:
    """Return the equations layer by layer, each layer using only earlier ones; ``rows`` has the row of every name."""
    layer = layer_of(equations)
    layers: list[dict[Expr, list[tuple[int, list[int]]]]] = [{} for _ in range(max(layer.values(), default=0))]
    for name, expr in equations.items():
        used: list[int] = []
        shape = _shape(expanded(expr), rows, used)
        layers[layer[name] - 1].setdefault(shape, []).append((rows[name], used))
    return [[_alike(shape, members) for shape, members in shapes.items()] for shapes in layers]


def _alike(shape: Expr, members: Sequence[tuple[int, list[int]]]) -> Alike:
    quantities, used = zip(*members, strict=True)
    return Alike(shape, quantities, tuple(zip(*used, strict=True)))


def _shape(expr: Expr, rows: Mapping[str, int], used: list[int]) -> Expr:
    """Return an expression with its names numbered from left to right, and note the row of each."""
    if isinstance(expr, Var | Before):
        used.append(rows[expr.name])
        return type(expr)(str(len(used) - 1))
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple([_shape(arg, rows, used) for arg in expr.args]))
    return expr


def _rows(numbers: Sequence[int]) -> _Rows:
    """Return rows for an array to be taken by: a slice, which copies nothing, where they are one or adjacent."""
    first = numbers[0]
    if all(number == first for number in numbers):
        return slice(first, first + 1)
    if all(number == first + index for index, number in enumerate(numbers)):
        return slice(first, first + len(numbers))
    return np.array(numbers)
