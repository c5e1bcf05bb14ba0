"""The expressions of a workbook computed: formulas that were filled down have one form, which is compiled once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, expanded, expanded_size
from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.audit.program_source import Computing, Sloping, Source, Undecided
from sheetgen.audit.tape import UNIT, Known, Number, Slope, applied_alone, computed, names_in, tape_of

_OFTEN = 12
"""How often a form is computed before it is worth compiling."""
_DEEPEST, _LARGEST = 40, 400
"""How deep and how large an expression may be to be compiled."""

Shape: TypeAlias = "str | float | tuple[Shape, ...]"
"""An expression with numbers for its names: the slots, as texts."""


Computed: TypeAlias = tuple[float, float, tuple[int, ...]]
"""A number, the bound of its rounding, and which way its branches go."""

_OF_TWO = frozenset({"add", "sub", "mul", "div", "max", "min"})


class _TooLarge(Exception):
    """An expression is not to be compiled."""


@dataclass
class _Form:
    """What expressions with the same shape have in common."""

    shape: Shape
    slots: int
    used: int = 0

    @property
    def is_worth_it(self) -> bool:
        """Count a use, and say whether it is to be computed by the compiled functions."""
        self.used += 1
        return self.used > _OFTEN and self._source is not None

    @cached_property
    def _source(self) -> Source | None:
        tree = _tree(self.shape)
        return Source(expanded(tree), self.slots) if expanded_size(tree) <= _LARGEST else None

    @cached_property
    def computing(self) -> Computing:
        """The function of value, bound and choices."""
        assert self._source is not None
        return self._source.computing()

    @cached_property
    def sloping(self) -> Sloping:
        """The function of the slopes."""
        assert self._source is not None
        return self._source.sloping()


@dataclass(slots=True)
class _Cell:
    """A cell's expression, or a part of it, with its form, None for what is too large, and its names, each once.

    ``terms`` are the parts of what is too large, once they were asked for.
    """

    expr: Expr
    form: _Form | None
    names: tuple[str, ...]
    terms: list[tuple[str, _Cell | str]] | None = None


class Programs:
    """The expressions of cells, by name, with what computes them."""

    def __init__(self, exprs: Mapping[str, Expr]) -> None:
        self._exprs = exprs
        self._forms: dict[Shape, _Form] = {}
        self._cells: dict[str, _Cell] = {}

    @property
    def forms(self) -> int:
        """How many forms the expressions that were asked for have."""
        return len(self._forms)

    def names(self, cell: str) -> tuple[str, ...]:
        """Return the names in a cell's expression, each once."""
        return self._cell(cell).names

    def number(self, cell: str, known: Known) -> Computed:
        """Return value, bound and choices of a cell's expression; raises as `tape_of` does."""
        try:
            return self._computed(self._cell(cell), known)
        except (RecursionError, *ARITHMETIC_ERRORS):
            return _by_tape(self._exprs[cell], known)

    def _computed(self, cell: _Cell, known: Known) -> Computed:
        if cell.form is None:
            return self._of_terms(cell, known)
        if not cell.form.is_worth_it:
            return _by_tape(cell.expr, known)
        try:
            return cell.form.computing(known, cell.names)
        except (Undecided, *ARITHMETIC_ERRORS):
            return _by_tape(cell.expr, known)

    def _of_terms(self, cell: _Cell, known: Known) -> Computed:
        """Compute what is too large to be compiled, such as a sum of many terms: these have few forms."""
        if cell.terms is None:
            cell.terms = self._in_terms(cell.expr)
        (_, start), *terms = cell.terms
        if not terms:
            return _by_tape(cell.expr, known)
        assert isinstance(start, _Cell)
        value, error, taken = self._computed(start, known)
        choices = list(taken)
        for op, term in terms:
            if op == "neg":
                value = -value
                continue
            if isinstance(term, str):  # most terms of most long sums
                other, its = known(term)
            else:
                other, its, more = self._computed(term, known)
                choices += more
            if op in ("max", "min"):
                way = (value > other) - (value < other)
                choices.append(way)
                value, error = _extreme((value, error), (other, its), way if op == "max" else -way)
            elif op == "add" and math.isfinite(value + other):
                value, error = value + other, error + its + UNIT * abs(value + other)
            else:
                value, error = applied_alone(op, (Number(value, error), Number(other, its)))
        return value, error, tuple(choices)

    def _in_terms(self, expr: Expr) -> list[tuple[str, _Cell | str]]:
        """Return what a long chain of operations starts from, and each operation with its second operand."""
        terms: list[tuple[str, _Cell | str]] = []
        while isinstance(expr, Apply) and (expr.op == "neg" or expr.op in _OF_TWO):
            term = expr.args[-1]
            if expr.op == "neg":
                terms.append(("neg", ""))
            else:
                terms.append((expr.op, term.name if isinstance(term, Var) else self._read(term)))
            expr = expr.args[0]
        return [("", self._read(expr)), *reversed(terms)]

    def slopes(self, cell: str, known: Known) -> dict[str, Slope]:
        """Return the slope of a cell's expression along each of its names; raises as `tape_of` does."""
        read = self._cell(cell)
        if read.form is not None and read.form.is_worth_it:
            try:
                found = read.form.sloping(known, read.names)
            except (Undecided, *ARITHMETIC_ERRORS):
                pass
            else:
                if all(math.isfinite(slope + error) for slope, error in found):
                    return {
                        name: Slope(slope, slope, error)
                        for name, (slope, error) in zip(read.names, found, strict=True)
                        if slope or error
                    }
        return tape_of(read.expr, known).slopes()

    def _cell(self, cell: str) -> _Cell:
        found = self._cells.get(cell)
        if found is None:
            found = self._read(self._exprs[cell])
            if found.form is None:
                found.names = tuple(dict.fromkeys(names_in(found.expr)))
            self._cells[cell] = found
        return found

    def _read(self, expr: Expr) -> _Cell:
        slots: dict[str, str] = {}
        try:
            shape, _ = _shape(expr, slots, _DEEPEST, _LARGEST)
        except _TooLarge:
            return _Cell(expr, None, ())
        form = self._forms.get(shape)
        if form is None:
            form = self._forms[shape] = _Form(shape, len(slots))
        return _Cell(expr, form, tuple(slots))


def _shape(expr: Expr, slots: dict[str, str], deeper: int, more: int) -> tuple[Shape, int]:
    """Return the shape of an expression, and how many parts more it may have. The last operands come first."""
    if isinstance(expr, Var):
        slot = slots.get(expr.name)
        if slot is None:
            slot = slots[expr.name] = str(len(slots))
        return slot, more - 1
    if isinstance(expr, Const) and math.isfinite(expr.value):
        return expr.value, more - 1
    if not isinstance(expr, Apply) or not deeper or more <= 0:
        raise _TooLarge
    args: list[Shape] = []
    for arg in reversed(expr.args):
        shape, more = _shape(arg, slots, deeper - 1, more)
        args.append(shape)
    return (expr.op, *args), more - 1


def _tree(shape: Shape) -> Expr:
    """Return a shape as an expression, its names the slots."""
    if isinstance(shape, tuple):
        op, *args = shape
        assert isinstance(op, str)
        return Apply(op, tuple(_tree(arg) for arg in reversed(args)))
    return Var(shape) if isinstance(shape, str) else Const(shape)


def _by_tape(expr: Expr, known: Known) -> Computed:
    number, choices = computed(expr, known)
    return *number, choices


def _extreme(one: tuple[float, float], other: tuple[float, float], way: int) -> tuple[float, float]:
    """Return the first number where ``way`` is positive, else the other; where rounding decides, with both bounds."""
    value, error = one if way >= 0 else other
    both = one[1] + other[1]
    return (value, both) if abs(one[0] - other[0]) <= both else (value, error)
