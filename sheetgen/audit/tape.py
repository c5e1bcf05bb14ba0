"""One expression at given numbers: its value, the bound of its rounding, and its slope along every name in it.

The expression is computed operation by operation onto a tape, which is then run backwards once: reverse accumulation,
as in Griewank and Walther, Evaluating Derivatives, 2008, section 3.2. The local derivatives are the rules of
`sheetgen.algebra.ops`. Nothing recurses: a sum of ten thousand cells leans ten thousand operations to the left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from sheetgen.algebra.calculus import local_derivative
from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, expanded
from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.ops import PRIMITIVES, comparisons, operands_by_letter
from sheetgen.network.error_bounds import Bounded, BoundedNumbers, compiled
from sheetgen.network.error_bounds import Known as BoundedKnown

UNIT = 2.0**-53
"""The largest relative error of one rounding."""

_EXACTLY_ROUNDED = frozenset({"add", "sub", "mul", "div", "sqrt", "neg"})
FUNCTIONS = 4.0  # units in the last place by which two programs may differ in EXP, LN, TANH, POWER
_NO_ERROR = frozenset({"neg", "abs", "max", "min", "sign", "floor", "pi"})
_COMPARISONS = frozenset(comparisons().values())
_TIES = frozenset({"max", "min"})


class Slope(NamedTuple):
    """A derivative: between ``low`` and ``high``, which differ at a kink only, and a bound of its own rounding."""

    low: float
    high: float
    error: float

    @property
    def middle(self) -> float:
        """The derivative, or the middle of what it may be at a kink."""
        return self.low if self.low == self.high else (self.low + self.high) / 2

    def allows(self, value: float, error: float = 0.0) -> bool:
        """Whether a number, known to an error, is this derivative as far as rounding lets one say."""
        slack = self.error + error
        return self.low - slack <= value <= self.high + slack

    def __add__(self, other: object) -> Slope:
        assert isinstance(other, Slope)
        low, high = self.low + other.low, self.high + other.high
        return Slope(low, high, self.error + other.error + UNIT * max(abs(low), abs(high)))

    def times(self, inner: Slope) -> Slope:
        """Return the product of two slopes along a path."""
        if self.low == self.high and inner.low == inner.high:
            (slope, _, error), (local, _, rounded) = self, inner
            along = slope * local
            error = abs(slope) * rounded + abs(local) * error + error * rounded
            return Slope(along, along, error + UNIT * abs(along))
        ends = [a * b for a in (self.low, self.high) for b in (inner.low, inner.high)]
        low, high = min(ends), max(ends)
        here, there = max(abs(self.low), abs(self.high)), max(abs(inner.low), abs(inner.high))
        error = here * inner.error + there * self.error + self.error * inner.error
        return Slope(low, high, error + UNIT * max(abs(low), abs(high)))


NOWHERE = Slope(0.0, 0.0, 0.0)
WHOLLY = Slope(1.0, 1.0, 0.0)


class Number(NamedTuple):
    """A value, and a bound of the rounding in it."""

    value: float
    error: float


Known: TypeAlias = Callable[[str], tuple[float, float]]
"""Gives the value of a name and the bound of its rounding. Raises KeyError where it has none."""


class _Step(NamedTuple):
    """What the tape holds of an operation: its operands on the tape, and the slope along each."""

    operands: tuple[int, ...]
    slopes: tuple[Slope, ...]


@dataclass(frozen=True)
class Tape:
    """A computed expression. ``choices`` say which way each branch, ``max``, ``min`` and ``abs`` went."""

    number: Number
    choices: tuple[int, ...]
    _steps: list[_Step | str | None]

    def slopes(self) -> dict[str, Slope]:
        """Return the slope along every name of the expression."""
        pending: list[Slope | None] = [None] * len(self._steps)
        pending[-1] = WHOLLY
        found: dict[str, Slope] = {}
        for place in range(len(self._steps) - 1, -1, -1):
            step, slope = self._steps[place], pending[place]
            if step is None or slope is None:
                continue
            if isinstance(step, str):
                found[step] = found[step] + slope if step in found else slope
                continue
            for operand, local in zip(step.operands, step.slopes, strict=True):
                if local != NOWHERE:
                    along, before = slope.times(local), pending[operand]
                    pending[operand] = along if before is None else before + along
        return found


def number_of(expr: Expr, known: Known) -> Number:
    """Return the value of an expression and the bound of its rounding; raises as `tape_of` does."""
    return computed(expr, known)[0]


def computed(expr: Expr, known: Known) -> tuple[Number, tuple[int, ...]]:
    """Return the number and the choices of the tape of an expression without its slopes; raises as `tape_of` does."""
    if isinstance(expr, Var):
        return Number(*known(expr.name)), ()
    tape = _Computation(known, sloping=False).of(expr)
    return tape.number, tape.choices


def tape_of(expr: Expr, known: Known) -> Tape:
    """Compute an expression from the numbers of its names.

    Raises one of `sheetgen.algebra.evaluate.ARITHMETIC_ERRORS` where a spreadsheet shows an error value, and what
    ``known`` raises.
    """
    if isinstance(expr, Var):  # most cells of a workbook of matrices
        return Tape(Number(*known(expr.name)), (), [expr.name])
    return _Computation(known).of(expr)


def names_in(expr: Expr) -> Iterator[str]:
    """Yield the names in an expression, however deep it is."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Var):
            yield node.name
        elif isinstance(node, Apply):
            stack += node.args


class _Computation:
    """The tape as it grows."""

    def __init__(self, known: Known, *, sloping: bool = True) -> None:
        self._known, self._sloping = known, sloping
        self._steps: list[_Step | str | None] = []
        self._numbers: list[Number] = []
        self._choices: list[int] = []

    def of(self, expr: Expr) -> Tape:
        """Compute an expression; its last step is its own."""
        ahead: list[tuple[str, Expr]] = [("visit", expr)]
        done: list[int] = []  # places on the tape of operands that wait for their operation
        while ahead:
            what, node = ahead.pop()
            if what == "choose":
                assert isinstance(node, Apply)
                self._choose(node, done, ahead)
            elif what in ("yes", "no"):
                no, yes = done.pop(), done.pop()
                done.append(self._either(yes, no, what == "yes"))
            elif what == "apply":
                assert isinstance(node, Apply)
                count = len(node.args)
                operands = tuple(done[len(done) - count :])
                del done[len(done) - count :]
                done.append(self._operation(node.op, operands))
            elif isinstance(node, Const):
                done.append(self._put(None, Number(node.value, 0.0)))
            elif isinstance(node, Var):
                done.append(self._put(node.name, Number(*self._known(node.name))))
            elif isinstance(node, Apply):
                self._visit(node, ahead)
            else:
                raise KeyError(node.name)
        return Tape(self._numbers[done[-1]], tuple(self._choices), self._steps[: done[-1] + 1])

    def _visit(self, node: Apply, ahead: list[tuple[str, Expr]]) -> None:
        if PRIMITIVES[node.op].expansion:
            ahead.append(("visit", expanded(node)))
        elif node.op == "where":
            ahead += [("choose", node), ("visit", node.args[0])]
        else:
            ahead.append(("apply", node))
            ahead += [("visit", arg) for arg in reversed(node.args)]

    def _choose(self, node: Apply, done: list[int], ahead: list[tuple[str, Expr]]) -> None:
        """Go on with the branch that is taken, or at a kink with both."""
        condition = done.pop()
        taken = bool(self._numbers[condition].value)
        if self._near(condition):
            ahead += [("yes" if taken else "no", node), ("visit", node.args[2]), ("visit", node.args[1])]
            self._choices.append(2 + taken)
        else:
            ahead.append(("visit", node.args[1] if taken else node.args[2]))
            self._choices.append(taken)

    def _near(self, condition: int) -> bool:
        """Whether rounding decides a condition, which compares two numbers."""
        step = self._steps[condition]
        if not isinstance(step, _Step) or len(step.operands) != 2:
            return False
        a, b = (self._numbers[operand] for operand in step.operands)
        return abs(a.value - b.value) <= a.error + b.error and bool(a.error + b.error or self._varies(step))

    def _varies(self, step: _Step) -> bool:
        """Whether a comparison has a name or an operation on one side: 1 = 1 is no kink."""
        return any(self._steps[operand] is not None for operand in step.operands)

    def _operation(self, op: str, operands: tuple[int, ...]) -> int:
        numbers = [self._numbers[operand] for operand in operands]
        kinked = self._kinked(op, numbers)
        if self._sloping or kinked:
            number, slopes = applied(op, numbers, kinked)
        else:
            number, slopes = applied_alone(op, numbers), ()
        return self._put(_Step(operands, slopes), number)

    def _either(self, yes: int, no: int, taken: bool) -> int:
        """Return the value of the branch that is taken where rounding decides, with the slopes of both branches.

        At a jump only what is taken counts: a step has no slope there that one could mean.
        """
        here, other = (self._numbers[yes], self._numbers[no]) if taken else (self._numbers[no], self._numbers[yes])
        gap = abs(here.value - other.value)
        if gap > here.error + other.error + 4 * UNIT * (abs(here.value) + abs(other.value)):
            return self._put(_Step((yes if taken else no,), (WHOLLY,)), here)
        part = Slope(0.0, 1.0, 0.0)
        return self._put(_Step((yes, no), (part, part)), Number(here.value, max(here.error, other.error) + gap))

    def _kinked(self, op: str, numbers: list[Number]) -> tuple[Slope, ...] | None:
        """Return the slopes of an operation that has a kink, and note on which side it is."""
        if op == "abs":
            (a,) = numbers
            self._choices.append((a.value > 0) - (a.value < 0))
            return (Slope(-1.0, 1.0, 0.0),) if abs(a.value) <= a.error else None
        if op in _TIES:
            a, b = numbers
            self._choices.append((a.value > b.value) - (a.value < b.value))
            if abs(a.value - b.value) <= a.error + b.error:
                return Slope(0.0, 1.0, 0.0), Slope(0.0, 1.0, 0.0)
        return None

    def _put(self, step: _Step | str | None, number: Number) -> int:
        self._steps.append(step)
        self._numbers.append(number)
        return len(self._steps) - 1


def applied(
    op: str, numbers: Sequence[Number], slopes: tuple[Slope, ...] | None = None, still: Collection[int] = ()
) -> tuple[Number, tuple[Slope, ...]]:
    """Return an operation's result and the slope along each operand, which may be known. Raises as `tape_of` does.

    The slopes along the operands that stand ``still``, constants, are not worked out.
    """
    value = _result(op, numbers)
    if op in _COMPARISONS:
        return Number(value, 0.0), (NOWHERE,) * len(numbers)
    slopes = slopes or _slopes(op, numbers, value, still)
    error = sum(
        max(abs(slope.low), abs(slope.high)) * number.error
        for slope, number in zip(slopes, numbers, strict=True)
        if number.error
    )
    return Number(value, error + rounding(op) * UNIT * abs(value)), slopes


def applied_alone(op: str, numbers: Sequence[Number], still: Collection[int] = ()) -> Number:
    """Return an operation's result; the slopes are worked out only where an operand is not exact."""
    if any(number.error for number in numbers):
        return applied(op, numbers, still=still)[0]
    value = _result(op, numbers)
    return Number(value, 0.0 if op in _COMPARISONS else rounding(op) * UNIT * abs(value))


def _result(op: str, numbers: Sequence[Number]) -> float:
    function = PRIMITIVES[op].evaluate
    assert function is not None
    value = float(function(*[number.value for number in numbers]))
    if not math.isfinite(value):
        raise OverflowError(f"{op} overflows")
    return value


def rounding(op: str) -> float:
    """Return by how many units in the last place a result may be off."""
    if op in _NO_ERROR:
        return 0.0
    return 1.0 if op in _EXACTLY_ROUNDED else FUNCTIONS


def _slopes(op: str, numbers: Sequence[Number], value: float, still: Collection[int]) -> tuple[Slope, ...]:
    """Return the local derivatives of an operation, by its rules, each with the bound of its own rounding."""
    if op == "add":
        return WHOLLY, WHOLLY
    if op == "sub":
        return WHOLLY, Slope(-1.0, -1.0, 0.0)
    if op == "mul":
        a, b = numbers
        return Slope(b.value, b.value, b.error), Slope(a.value, a.value, a.error)
    known: Mapping[str, Number] = {
        **operands_by_letter(numbers),
        "y": Number(value, sum(number.error for number in numbers) and _value_error(op, numbers, value)),
    }
    found = []
    for operand in range(len(numbers)):
        if operand in still:
            found.append(NOWHERE)
            continue
        rule = _rule(op, operand)
        if isinstance(rule, float):
            found.append(Slope(rule, rule, 0.0))
        elif op == "pow" and operand == 1 and numbers[0].value <= 0:
            found.append(NOWHERE)  # the exponent of a number that is not positive is a constant
        else:
            number = _by_rule(rule, known)
            found.append(Slope(number.value, number.value, number.error))
    return tuple(found)


def _value_error(op: str, numbers: Sequence[Number], value: float) -> float:
    """Return a bound of the rounding in the result of a function, for rules that are written in it."""
    if op == "exp":
        return abs(value) * (math.expm1(min(numbers[0].error, 1.0)) + FUNCTIONS * UNIT)
    if op == "tanh":
        return numbers[0].error * (1 - value * value) + FUNCTIONS * UNIT
    return sum(number.error for number in numbers) * FUNCTIONS + FUNCTIONS * UNIT * abs(value)


def _by_rule(rule: Bounded, known: Mapping[str, Number]) -> Number:
    numbers = BoundedNumbers(lambda name: known[name].value, lambda name: known[name].error)
    try:
        return Number(*rule(BoundedKnown(numbers, FUNCTIONS * UNIT)))
    except ARITHMETIC_ERRORS:  # the slope of √ at 0, say
        return Number(math.inf, math.inf)


@cache
def _rule(op: str, operand: int) -> float | Bounded:
    """Return a local derivative: a number, or what computes it from the operands and the result."""
    rule = local_derivative(op, operand)
    return rule.value if isinstance(rule, Const) else compiled(expanded(rule))
