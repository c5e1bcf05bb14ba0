"""What the formulas of a spreadsheet compute with besides numbers: texts, true and false, empty cells.

A number is an expression of the algebra. Where a spreadsheet turns one kind into another, so does `number`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr, Var
from sheetgen.audit.syntax import NotUnderstood


@dataclass(frozen=True, slots=True)
class Words:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false: whether the comparison ``test`` holds, or, where ``holds`` is False, whether it does not."""

    test: Expr
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty cell."""

    name: str


Item = Expr | Words | Truth | Empty
"""What one cell can hold."""

TRUE = Truth(Apply("eq", (ZERO, ZERO)))
FALSE = Truth(TRUE.test, holds=False)
_PAIRS = {"=": "eq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}
_HUNDRED = Const(100.0)
_MANY = 24
"""The terms up to which a sum is written from the left, as it is typed; a longer one would lean too deep."""


def number(item: Item) -> Expr:
    """Return what an item is in arithmetic. Raises NotUnderstood for a text."""
    if isinstance(item, Apply | Var | Const):
        return item
    if isinstance(item, Truth):
        return chosen(item, ONE, ZERO)
    if isinstance(item, Empty):
        return Var(item.name)
    if isinstance(item, Words):
        raise NotUnderstood(f"the text {item.value[:30]!r} stands where a number is needed")
    return item


def truth(item: Item) -> Truth:
    """Return what an item is as a condition: a number is true where it is not 0."""
    return item if isinstance(item, Truth) else Truth(Apply("eq", (number(item), ZERO)), holds=False)


def constant(condition: Truth) -> bool | None:
    """Whether a condition is always true or always false; None where it depends on numbers."""
    return condition.holds if condition.test == TRUE.test else None


def chosen(condition: Truth, yes: Expr, no: Expr) -> Expr:
    """Return the number ``yes`` where a condition is true, ``no`` elsewhere."""
    if (always := constant(condition)) is not None:
        return yes if always else no
    return Apply("where", (condition.test, yes, no) if condition.holds else (condition.test, no, yes))


def selected(condition: Item, yes: Item, no: Item) -> Item:
    """Return what IF gives. Raises NotUnderstood where a condition decides between a text and something else."""
    test = truth(condition)
    if (always := constant(test)) is not None:
        return yes if always else no
    if isinstance(yes, Truth) and isinstance(no, Truth):
        return Truth(Apply("eq", (chosen(test, number(yes), number(no)), ONE)))
    return chosen(test, number(yes), number(no))


def both(a: Item, b: Item) -> Truth:
    """Return whether both conditions hold."""
    return _decided(truth(a), truth(b), FALSE, if_first=False)


def either(a: Item, b: Item) -> Truth:
    """Return whether one of two conditions holds."""
    return _decided(truth(a), truth(b), TRUE, if_first=True)


def _decided(a: Truth, b: Truth, result: Truth, *, if_first: bool) -> Truth:
    """Return ``result`` where the first condition is as ``if_first`` says, the second condition elsewhere."""
    for one, other in ((a, b), (b, a)):
        if (always := constant(one)) is not None:
            return result if always == if_first else other
    decided = number(result)
    yes, no = (decided, number(b)) if if_first else (number(b), decided)
    return Truth(Apply("eq", (chosen(a, yes, no), ONE)))


def opposite(item: Item) -> Truth:
    """Return whether a condition does not hold."""
    condition = truth(item)
    return Truth(condition.test, not condition.holds)


def compared(op: str, a: Item, b: Item) -> Truth:
    """Return a comparison; texts compare with texts as letters do, and are larger than every number."""
    if isinstance(a, Words) or isinstance(b, Words):
        return _of_texts(op, a, b)
    if isinstance(a, Truth) != isinstance(b, Truth) and not (isinstance(a, Empty) or isinstance(b, Empty)):
        raise NotUnderstood("it compares a number with TRUE or FALSE")
    if op == "<>":
        return opposite(compared("=", a, b))
    return Truth(Apply(_PAIRS[op], (number(a), number(b))))


def _of_texts(op: str, a: Item, b: Item) -> Truth:
    if isinstance(a, Truth) or isinstance(b, Truth):
        raise NotUnderstood("it compares a text with TRUE or FALSE")
    first, second = _sort_key(a), _sort_key(b)
    results = {"=": first == second, "<>": first != second, "<": first < second, "<=": first <= second}
    results |= {">": first > second, ">=": first >= second}
    return TRUE if results[op] else FALSE


def _sort_key(item: Item) -> tuple[bool, str]:
    """Return where an item stands among texts: numbers come before all of them, an empty cell is the text ""."""
    text = item.value.casefold() if isinstance(item, Words) else ""
    return isinstance(item, Words | Empty), text


def computed(op: str, a: Item, b: Item) -> Item:
    """Return an operation with two operands."""
    if op in _SIGNS:
        return Apply(_SIGNS[op], (number(a), number(b)))
    if op == "&":
        return _joined(a, b)
    return compared(op, a, b)


def operation(op: str) -> Callable[[Item, Item], Item]:
    """Return an operation with two operands, to be done many times."""
    sign = _SIGNS.get(op)
    if sign is None:
        return lambda a, b: computed(op, a, b)
    return lambda a, b: Apply(sign, (number(a), number(b)))


def _joined(a: Item, b: Item) -> Words:
    if all(isinstance(item, Words | Empty) for item in (a, b)):
        return Words("".join(item.value for item in (a, b) if isinstance(item, Words)))
    raise NotUnderstood("it gives a text")


def negated(item: Item) -> Expr:
    """Return −item."""
    inner = number(item)
    return Const(-inner.value) if isinstance(inner, Const) else Apply("neg", (inner,))


def percent(item: Item) -> Expr:
    """Return item/100."""
    return Apply("div", (number(item), _HUNDRED))


def folded(op: str, operands: Sequence[Expr]) -> Expr:
    """Return add, mul, max or min of one operand or more, many of them as a balanced tree."""
    if len(operands) <= _MANY:
        result = operands[0]
        for operand in operands[1:]:
            result = Apply(op, (result, operand))
        return result
    half = len(operands) // 2
    return Apply(op, (folded(op, operands[:half]), folded(op, operands[half:])))


def total(terms: Sequence[Expr]) -> Expr:
    """Return a sum, 0 of nothing."""
    return folded("add", terms) if terms else ZERO
