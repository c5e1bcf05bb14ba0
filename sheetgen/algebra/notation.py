"""How an expression is written: as text, as a spreadsheet formula and as Python; LaTeX is in `latex`.

One recursive printer; a notation says how names, numbers and operations are spelled. Parentheses follow
the tree, so that the order of operations is never left to the reader's precedence rules.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, OverBatch, Var
from sheetgen.algebra.ops import ATOM, COMPARISON, NEGATION, POWER, PRIMITIVES, PRODUCT, SUM
from sheetgen.algebra.over_batch import BATCH_FUNCTIONS, parts

Spelling = Callable[[str], str]
"""Turns the name of a quantity into what is written for it."""


def written_operands(expr: Apply) -> tuple[Expr, ...]:
    """Return the operands as they are written: those of max(max(a, b), c) are a, b and c."""
    first = expr.args[0] if PRIMITIVES[expr.op].folds else None
    if isinstance(first, Apply) and first.op == expr.op:
        return (*written_operands(first), *expr.args[1:])
    return expr.args


class Notation:
    """The spelling of names, numbers and operations; the base of all others."""

    name: Spelling

    def before(self, name: str) -> str:
        """Return a quantity of the row above: in an update, := tells it from the new value."""
        return self.name(name)

    def held(self, name: str) -> str:
        """Return a quantity of the network as it is; to a reader that is the function ``held``."""
        return self._write(Apply("held", (Var(name),)), SUM)

    def over_batch(self, expr: OverBatch) -> str:
        """Return what is made of a quantity over the batch, in words."""
        return BATCH_FUNCTIONS[expr.function].text.replace("#", self.name(expr.name))

    def write(self, expr: Expr) -> str:
        """Return the expression in this notation."""
        return self._write(expr, SUM)

    def _write(self, expr: Expr, binding: int) -> str:
        if isinstance(expr, Var):
            return self.name(expr.name)
        if isinstance(expr, Before):
            return self.before(expr.name)
        if isinstance(expr, Held):
            return self.held(expr.name)
        if isinstance(expr, OverBatch):
            return self.over_batch(expr)
        if isinstance(expr, Const):
            return self._group(self.number(expr.value), self.binds_number(expr.value), binding)
        args = written_operands(expr)
        needs = PRIMITIVES[expr.op].operands or (COMPARISON,) * len(args)
        parts = [self._write(arg, need) for arg, need in zip(args, needs, strict=True)]
        return self._group(self.operation(expr, parts), self.binds(expr), binding)

    def binds(self, expr: Apply) -> int:
        """Return how tightly the spelled operation binds."""
        return PRIMITIVES[expr.op].binds

    def binds_number(self, value: float) -> int:
        """Return how tightly a written number binds: a minus sign loosens it."""
        return NEGATION if value < 0 else ATOM

    def _group(self, text: str, binds: int, needed: int) -> str:
        return self.parentheses(text) if binds < needed else text

    def parentheses(self, text: str) -> str:
        """Return the text in parentheses."""
        return f"({text})"

    def number(self, value: float) -> str:
        """Return a number as it is written here."""
        return plain_number(value)

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation with its operands already written."""
        raise NotImplementedError


def plain_number(value: float) -> str:
    """Return the shortest text that reads back as the number, integers without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


class Text(Notation):
    """What a person reads in a cell: ``½·(t1 − a_o1)²``."""

    def __init__(self) -> None:
        self.name = lambda name: name

    def _write(self, expr: Expr, binding: int) -> str:
        written = super()._write(expr, binding)
        # ∂E/∂w² would be read as ∂E/∂(w²).
        compound = isinstance(expr, Var | Before) and "/" in expr.name and not parts(expr.name)
        return self.parentheses(written) if compound and binding > POWER else written

    def number(self, value: float) -> str:
        """Return a number; one half is ½."""
        return "½" if value == 0.5 else plain_number(value).replace("-", "−")

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation as a textbook prints it on one line."""
        row = PRIMITIVES[expr.op]
        if row.is_function:
            return f"{row.text}({', '.join(parts)})" if parts else row.text
        if expr.op == "neg":
            return row.text + parts[0]
        if expr.op == "pow" and parts[1] in ("2", "3"):
            return parts[0] + "²³"["23".index(parts[1])]
        return row.text.join(parts)


class Excel(Notation):
    """A spreadsheet formula, without its leading ``=``; ``name`` turns a quantity into a reference.

    ``above`` does so for a quantity of the row above, ``held`` for one of the network as it is; ``batch`` gives the
    range of a quantity in the rows of its batch.
    In a spreadsheet −a^2 is (−a)² and a^b^c is (a^b)^c: both are written with parentheses.
    """

    def __init__(
        self,
        name: Spelling,
        above: Spelling | None = None,
        held: Spelling | None = None,
        batch: Spelling | None = None,
    ) -> None:
        self.name, self._above, self._held, self._batch = name, above or name, held or name, batch or name

    def over_batch(self, expr: OverBatch) -> str:
        """Return the function of a range that a spreadsheet has."""
        return BATCH_FUNCTIONS[expr.function].excel.format(self._batch(expr.name))

    def before(self, name: str) -> str:
        """Return a reference to a quantity of the row above."""
        return self._above(name)

    def held(self, name: str) -> str:
        """Return a reference to a quantity of the network as it is."""
        return self._held(name)

    def write(self, expr: Expr) -> str:
        """Return the formula, with primitives that a spreadsheet lacks written out."""
        return super().write(expanded(expr))

    def number(self, value: float) -> str:
        """Return a literal as Excel writes it."""
        return plain_number(value).replace("e", "E")

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation."""
        row = PRIMITIVES[expr.op]
        if expr.op == "floor":
            return _floor(parts[0])
        if row.is_function:
            return f"{row.excel}({','.join(parts)})"
        if expr.op == "neg":
            operand = expr.args[0]
            starts_with_power = POWER in _leading_bindings(operand, PRODUCT)
            return f"-({parts[0]})" if starts_with_power else f"-{parts[0]}"
        return row.excel.join(parts)


def _floor(a: str) -> str:
    """Return the next whole number below; INT of some spreadsheets rounds 2.9999999999999996 to 3 first.

    Where it did, the quotient is above 1 by a digit that no comparison of the two numbers would show.
    """
    whole = f"INT({a})"
    return f"IF({whole}=0,0,{whole}-IF(SIGN({a})*LN({whole}/({a}))>0,1,0))"


def _leading_bindings(expr: Expr, needed: int) -> set[int]:
    """Return the bindings of the operations that begin with the first symbol, parentheses aside."""
    bindings = set()
    while isinstance(expr, Apply) and PRIMITIVES[expr.op].operands and PRIMITIVES[expr.op].binds >= needed:
        bindings.add(PRIMITIVES[expr.op].binds)
        needed = PRIMITIVES[expr.op].operands[0]
        expr = expr.args[0]
    return bindings


class Python(Notation):
    """A Python expression, for the compiled trace; ``name`` turns a quantity into a variable.

    ``above`` does so for a quantity of the row above.
    """

    def __init__(self, name: Spelling, above: Spelling) -> None:
        self.name, self._above = name, above

    def before(self, name: str) -> str:
        """Return the variable that holds a quantity of the row above."""
        return self._above(name)

    def write(self, expr: Expr) -> str:
        """Return the expression, expanded exactly as the spreadsheet formula is."""
        return super().write(expanded(expr))

    def number(self, value: float) -> str:
        """Return a float literal."""
        return repr(value)

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation; everything but plain arithmetic is a call."""
        row = PRIMITIVES[expr.op]
        if expr.op == "pow" and is_small_power(expr.args[1]):
            return f"{parts[0]}**{parts[1]}"
        if expr.op == "where":
            return f"({parts[1]} if {parts[0]} else {parts[2]})"
        if row.is_function or expr.op == "pow":
            return f"{row.name}({', '.join(parts)})"
        sign = row.python or row.excel
        return sign + parts[0] if expr.op == "neg" else sign.join(parts)


def is_small_power(exponent: Expr) -> bool:
    """Whether Python's own operator raises as a spreadsheet does, errors included: to 1, 2, 3, …"""
    return isinstance(exponent, Const) and exponent.value > 0 and exponent.value.is_integer()


def general(value: float) -> str:
    """Return what ``""&value`` shows: at most 15 significant digits, no trailing zeros; a spreadsheet has no −0."""
    text = f"{value + 0.0:.15g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}E{exponent}" if e else text
