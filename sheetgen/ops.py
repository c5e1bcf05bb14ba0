"""The table of primitives: everything the project knows about an operation stands in its row.

A row says how Python evaluates the operation, how a spreadsheet, a text and LaTeX spell it, how
tightly it binds, and its local derivatives. Derivatives and expansions are written in the template
language itself, with ``a`` and ``b`` for the operands and ``y`` for the operation's own output (that is
what makes the derivative of a sigmoid read ``y*(1 - y)``). One new activation is one new row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

SUM, NEGATION, PRODUCT, POWER, ATOM = 1, 2, 3, 4, 5
"""How tightly an operation binds, from loosest to tightest."""


@dataclass(frozen=True)
class Primitive:
    """One operation.

    ``derivatives`` holds ∂y/∂operand for each operand. ``expansion``, where given, is the operation in
    simpler primitives: the spreadsheet formula *and* the value follow it, so their order of operations
    is one and the same.
    """

    name: str
    derivatives: tuple[str, ...]
    binds: int = ATOM
    text: str = ""
    latex: str = ""
    excel: str = ""
    evaluate: Callable[..., float] | None = None
    expansion: str = ""
    meaning: str = ""

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.derivatives)

    @property
    def is_function(self) -> bool:
        """Whether a template writes it as ``name(...)`` rather than with an operator."""
        return self.binds == ATOM


def power(base: float, exponent: float) -> float:
    """Raise as Excel does, where 0^0 is an error.

    Raises ValueError or OverflowError where a spreadsheet shows #NUM! or #DIV/0!.
    """
    if base == 0 and exponent == 0:
        raise ValueError("0^0 is undefined")
    return math.pow(base, exponent)


_ROWS = (
    Primitive("add", ("1", "1"), SUM, " + ", " + ", "+", lambda a, b: a + b),
    Primitive("sub", ("1", "-1"), SUM, " − ", " - ", "-", lambda a, b: a - b),
    Primitive("mul", ("b", "a"), PRODUCT, "·", r" \cdot ", "*", lambda a, b: a * b),
    Primitive("div", ("1/b", "-y/b"), PRODUCT, "/", "/", "/", lambda a, b: a / b),
    Primitive("neg", ("-1",), NEGATION, "−", "-", "-", lambda a: -a),
    Primitive("pow", ("b*a^(b - 1)", "y*ln(a)"), POWER, "^", "^", "^", power),
    Primitive("exp", ("y",), ATOM, "exp", r"\exp", "EXP", math.exp, meaning="e to the power a"),
    Primitive("ln", ("1/a",), ATOM, "ln", r"\ln", "LN", math.log, meaning="natural logarithm"),
    Primitive("sqrt", ("1/(2*y)",), ATOM, "√", r"\sqrt", "SQRT", math.sqrt, meaning="square root"),
    Primitive(
        "sigmoid", ("y*(1 - y)",), ATOM, "σ", r"\sigma",
        expansion="1/(1 + exp(-a))", meaning="logistic function",
    ),
    Primitive("tanh", ("1 - y^2",), ATOM, "tanh", r"\tanh", "TANH", math.tanh, meaning="hyperbolic tangent"),
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {row.name: row for row in _ROWS}
FUNCTIONS: tuple[str, ...] = tuple(row.name for row in _ROWS if row.is_function)
