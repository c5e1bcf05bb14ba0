"""Values of a formula's parts at all samples at once: each place where the formula stands, at each point.

They serve the search among thousands of formulas. What it finds is computed once more by `sheetgen.audit.graph`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sheetgen.audit.book import Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.trees import NEW
from sheetgen.audit.syntax import (
    Binary,
    Call,
    Corner,
    Group,
    Logical,
    Missing,
    Node,
    Number,
    Postfix,
    Prefix,
    Reference,
)  # fmt: skip

Numbers = NDArray[np.float64]
"""The values of a part: by sample, row and column; of a single cell there is one row and one column."""
Vector = NDArray[np.float64]
"""The values of what one cell shows, by sample."""

LARGEST = 4096
"""The cells up to which a range is looked at."""


class NoValue(ValueError):
    """A part that has no numbers."""


@dataclass(frozen=True)
class Sample:
    """One place at one point: where the formula stands, which element of it is meant, and what it should be.

    ``array`` has the rows and columns that an array formula fills, None for an ordinary formula.
    """

    anchor: Place
    row: int
    column: int
    graph: Graph
    right: float
    slack: float
    array: tuple[int, int] | None = None


class Values:
    """The values of parts of a formula, written as they read at the first sample's anchor."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples
        self.home = samples[0].anchor
        self.right: Vector = np.array([sample.right for sample in samples])
        self.slack: Vector = np.array([sample.slack for sample in samples]) + 2e-9 * np.abs(self.right)
        self._rows = np.array([sample.row for sample in samples])
        self._columns = np.array([sample.column for sample in samples])
        self._each = np.arange(len(samples))
        self._ranges: dict[tuple[str | None, Corner, Corner], Numbers] = {}
        self._kept: dict[int, tuple[Node, Numbers | None]] = {}

    def right_at(self, vector: Vector) -> bool:
        """Whether values are the right ones."""
        return bool(np.all(np.abs(vector - self.right) <= self.slack))

    def vector(self, node: Node) -> Vector:
        """Return what the samples' cells would show. Raises NoValue."""
        return self.shown(self.of(node))

    def shown(self, numbers: Numbers) -> Vector:
        """Return the samples' elements of an array."""
        count, rows, columns = numbers.shape
        if (rows > 1 and self._rows.max() >= rows) or (columns > 1 and self._columns.max() >= columns):
            raise NoValue("the array is too small")
        row = self._rows if rows > 1 else 0
        column = self._columns if columns > 1 else 0
        shown: Vector = numbers[self._each if count > 1 else 0, row, column] + np.zeros(len(self.samples))
        return shown

    def of(self, node: Node) -> Numbers:
        """Return the values of a part. Raises NoValue."""
        if node.start == NEW and not isinstance(node, Reference):
            return self._computed(node)
        kept = self._kept.get(id(node))
        if kept is None:
            try:
                numbers: Numbers | None = self._computed(node)
            except NoValue:
                numbers = None
            kept = self._kept[id(node)] = node, numbers
        if kept[1] is None:
            raise NoValue
        return kept[1]

    def _computed(self, node: Node) -> Numbers:
        with np.errstate(all="ignore"):
            match node:
                case Number():
                    return np.full((1, 1, 1), node.value)
                case Logical():
                    return np.full((1, 1, 1), float(node.value))
                case Reference():
                    return self._range(node)
                case Group() if len(node.parts) == 1:
                    return self.of(node.parts[0])
                case Prefix():
                    inner = self.of(node.operand)
                    return -inner if node.op == "-" else inner
                case Postfix() if node.op == "%":
                    return self.of(node.operand) / 100
                case Binary() if node.op in _OPERATORS:
                    return _fitting(_OPERATORS[node.op], self.of(node.left), self.of(node.right))
                case Call() if node.name in _CALLS:
                    return self._called(node)
        raise NoValue

    def _called(self, node: Call) -> Numbers:
        args = [self.of(arg) for arg in node.args if not isinstance(arg, Missing)]
        try:
            return np.asarray(_CALLS[node.name](*args), dtype=float)
        except (TypeError, ValueError, IndexError) as error:
            raise NoValue from error

    def _range(self, node: Reference) -> Numbers:
        key = (node.sheet, node.first, node.last)
        if key not in self._ranges:
            self._ranges[key] = np.array([self._at(node, sample) for sample in self.samples])
        numbers = self._ranges[key]
        if not np.isfinite(numbers).all():
            raise NoValue
        return numbers

    def _at(self, node: Reference, sample: Sample) -> list[list[float]]:
        first, last = self._corner(node.first, sample), self._corner(node.last, sample)
        if (last[0] - first[0] + 1) * (last[1] - first[1] + 1) > LARGEST:
            raise NoValue("the range is too large")
        sheet = node.sheet or sample.anchor.sheet
        return [
            [value_of(sample.graph, Place(sheet, row, column)) for column in range(first[1], last[1] + 1)]
            for row in range(first[0], last[0] + 1)
        ]

    def _corner(self, corner: Corner, sample: Sample) -> tuple[int, int]:
        if corner.row is None or corner.column is None:
            raise NoValue("a whole row or column")
        row = corner.row if corner.row_fixed else corner.row + sample.anchor.row - self.home.row
        column = corner.column if corner.column_fixed else corner.column + sample.anchor.column - self.home.column
        if row < 1 or column < 1:
            raise NoValue("off the sheet")
        return row, column


def value_of(graph: Graph, place: Place) -> float:
    """Return the number in a cell: 0 for an empty one, nan for a text and an error."""
    found = graph.values.get(cell_name(place))
    if found is not None:
        return found
    value = graph.equations.book.value(place)
    if value is None:
        return 0.0
    calculated = graph.equations.book.formula_cell(place) is not None
    return float(value) if isinstance(value, int | float) and not calculated else math.nan


def _fitting(function: Callable[[Numbers, Numbers], Numbers], a: Numbers, b: Numbers) -> Numbers:
    try:
        return np.asarray(function(a, b), dtype=float)
    except ValueError as error:
        raise NoValue from error


_OPERATORS: dict[str, Callable[[Numbers, Numbers], Numbers]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "=": np.equal, "<>": np.not_equal,
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
}  # fmt: skip


def _total(*args: Numbers) -> Numbers:
    return sum((arg.sum(axis=(1, 2), keepdims=True) for arg in args), np.zeros((1, 1, 1)))


def _mean(*args: Numbers) -> Numbers:
    return np.asarray(_total(*args) / sum(arg.shape[1] * arg.shape[2] for arg in args))


def _products(*args: Numbers) -> Numbers:
    if len({arg.shape[1:] for arg in args}) > 1:
        raise NoValue("ranges of different shapes")
    product = args[0]
    for arg in args[1:]:
        product = product * arg
    return _total(product)


def _matrix_product(a: Numbers, b: Numbers) -> Numbers:
    if a.shape[2] != b.shape[1]:
        raise NoValue("matrices that do not fit")
    return np.asarray(np.matmul(a, b))


def _most(choose: Callable[..., Numbers]) -> Callable[..., Numbers]:
    """Return MAX or MIN, each of everything in its arguments."""

    def result(*args: Numbers) -> Numbers:
        count = max(len(arg) for arg in args)
        flat = [np.broadcast_to(arg, (count, *arg.shape[1:])).reshape(count, -1) for arg in args]
        return choose(np.concatenate(flat, axis=1), axis=1)[:, None, None]

    return result


def _logarithm(a: Numbers, base: Numbers | None = None) -> Numbers:
    return np.asarray(np.log10(a) if base is None else np.log(a) / np.log(base))


def _chosen(condition: Numbers, yes: Numbers, no: Numbers) -> Numbers:
    return np.where(condition != 0, yes, no)


_CALLS: dict[str, Callable[..., Numbers]] = {
    "EXP": np.exp, "LN": np.log, "LOG10": np.log10, "LOG": _logarithm, "SQRT": np.sqrt, "ABS": np.abs, "SIGN": np.sign,
    "TANH": np.tanh, "SINH": np.sinh, "COSH": np.cosh, "SIN": np.sin, "COS": np.cos, "POWER": np.power,
    "N": lambda a: a, "PI": lambda: np.full((1, 1, 1), math.pi), "IF": _chosen, "IFERROR": lambda a, _: a,
    "SUM": _total, "AVERAGE": _mean, "SUMPRODUCT": _products,
    "SUMSQ": lambda *args: _total(*[arg * arg for arg in args]), "SUMXMY2": lambda a, b: _total((a - b) ** 2),
    "PRODUCT": lambda *args: np.prod([arg.prod(axis=(1, 2), keepdims=True) for arg in args], axis=0),
    "MMULT": _matrix_product, "TRANSPOSE": lambda a: np.swapaxes(a, 1, 2), "MAX": _most(np.max), "MIN": _most(np.min),
    "ROWS": lambda a: np.full((1, 1, 1), float(a.shape[1])), "COLUMNS": lambda a: np.full((1, 1, 1), float(a.shape[2])),
    "COUNT": lambda *args: np.full((1, 1, 1), float(sum(arg.shape[1] * arg.shape[2] for arg in args))),
}  # fmt: skip
