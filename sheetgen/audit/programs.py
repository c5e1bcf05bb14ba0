"""The expressions of a workbook computed: formulas that were filled down have one form, which is compiled once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, expanded, expanded_size
from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.audit.program_source import Computing, Known, Sloping, Source, Undecided
from sheetgen.audit.tape import Number, Slope, applied, names_in, tape_of

_OFTEN = 12
"""How often a form is computed before it is worth compiling."""
_DEEPEST, _LARGEST = 40, 400
"""How deep and how large an expression may be to be compiled."""

Shape: TypeAlias = "str | float | tuple[Shape, ...]"
"""An expression with numbers for its names: the slots, as texts."""


Computed: TypeAlias = tuple[Number, tuple[int, ...]]
"""A number with the bound of its rounding, and which way its branches go."""

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


class Programs:
    """The expressions of cells, by name, with what computes them."""

    def __init__(self, exprs: Mapping[str, Expr]) -> None:
        self._exprs = exprs
        self._forms: dict[Shape, _Form] = {}
        self._cells: dict[str, tuple[_Form | None, tuple[str, ...]]] = {}

    @property
    def forms(self) -> int:
        """How many forms the expressions that were asked for have."""
        return len(self._forms)

    def names(self, cell: str) -> tuple[str, ...]:
        """Return the names in a cell's expression, each once."""
        return self._cell(cell)[1]

    def number(self, cell: str, known: Known) -> Computed:
        """Return value, bound and choices of a cell's expression; raises as `tape_of` does."""
        with suppress(RecursionError, *ARITHMETIC_ERRORS):
            return self._computed(self._exprs[cell], *self._cell(cell), known)
        return _by_tape(self._exprs[cell], known)

    def _computed(self, expr: Expr, form: _Form | None, names: tuple[str, ...], known: Known) -> Computed:
        if form is None:
            return self._of_terms(expr, known)
        if not form.is_worth_it:
            return _by_tape(expr, known)
        try:
            value, error, choices = form.computing(known, names)
        except (Undecided, *ARITHMETIC_ERRORS):
            return _by_tape(expr, known)
        return Number(value, error), choices

    def _of_terms(self, expr: Expr, known: Known) -> Computed:
        """Compute what is too large to be compiled, such as a sum of many terms: these have few forms."""
        terms: list[tuple[str, Expr]] = []
        while isinstance(expr, Apply) and expr.op in _OF_TWO:
            terms.append((expr.op, expr.args[1]))
            expr = expr.args[0]
        if not terms:
            return _by_tape(expr, known)
        number, taken = self._computed(expr, *self._read(expr), known)
        choices = list(taken)
        for op, term in reversed(terms):
            if isinstance(term, Var):  # most terms of most long sums
                other = known(term.name)
            else:
                other, more = self._computed(term, *self._read(term), known)
                choices += more
            if op in ("max", "min"):
                way = (number.value > other.value) - (number.value < other.value)
                choices.append(way)
                number = _extreme(number, other, way if op == "max" else -way)
            else:
                number, _ = applied(op, [number, other])
        return number, tuple(choices)

    def slopes(self, cell: str, known: Known) -> dict[str, Slope]:
        """Return the slope of a cell's expression along each of its names; raises as `tape_of` does."""
        form, names = self._cell(cell)
        if form is not None and form.is_worth_it:
            try:
                found = form.sloping(known, names)
            except (Undecided, *ARITHMETIC_ERRORS):
                pass
            else:
                if all(math.isfinite(slope + error) for slope, error in found):
                    return {
                        name: Slope(slope, slope, error)
                        for name, (slope, error) in zip(names, found, strict=True)
                        if slope or error
                    }
        return tape_of(self._exprs[cell], known).slopes()

    def _cell(self, cell: str) -> tuple[_Form | None, tuple[str, ...]]:
        found = self._cells.get(cell)
        if found is None:
            form, names = self._read(self._exprs[cell])
            found = form, names if form else tuple(dict.fromkeys(names_in(self._exprs[cell])))
            self._cells[cell] = found
        return found

    def _read(self, expr: Expr) -> tuple[_Form | None, tuple[str, ...]]:
        slots: dict[str, str] = {}
        try:
            shape, _ = _shape(expr, slots, _DEEPEST, _LARGEST)
        except _TooLarge:
            return None, ()
        form = self._forms.get(shape)
        if form is None:
            form = self._forms[shape] = _Form(shape, len(slots))
        return form, tuple(slots)


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
    tape = tape_of(expr, known)
    return tape.number, tape.choices


def _extreme(one: Number, other: Number, way: int) -> Number:
    """Return the first number where ``way`` is positive, else the other; where rounding decides, with both bounds."""
    number = one if way >= 0 else other
    if abs(one.value - other.value) <= one.error + other.error:
        return Number(number.value, one.error + other.error)
    return number
