"""The table of primitives: everything the project knows about an operation stands in its row.

A row says how Python evaluates the operation, how a spreadsheet, a text and LaTeX spell it, how
tightly it binds, and its local derivatives. Derivatives and expansions are written in the template
language itself, with ``a``, ``b`` and ``c`` for the operands and ``y`` for the operation's own output (that
is what makes the derivative of a sigmoid read ``y*(1 - y)``). One new activation, loss or penalty is one
new row.

Where a function has a kink, its rule picks one slope, as torch does: 0 for ``abs`` and ``relu`` at 0, that
of the left side for ``leaky_relu``. Where the operands of ``max`` or ``min`` are equal the first of them gets
the whole derivative (torch splits it in halves). ``floor`` has the slope 0 everywhere, jumps included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

COMPARISON, SUM, NEGATION, PRODUCT, POWER, ATOM = 0, 1, 2, 3, 4, 5
"""How tightly an operation binds, from loosest to tightest."""

_Operand = TypeVar("_Operand")


@dataclass(frozen=True)
class Primitive:
    """One operation.

    ``derivatives`` holds ∂y/∂operand for each operand. ``operands``, given for what is written with an
    operator, says how tightly each operand must bind to stand there without parentheses. ``expansion``,
    where given, is the operation in simpler primitives: the spreadsheet formula *and* the value follow it,
    so their order of operations is one and the same. In ``latex`` an … stands for the operands, where
    parentheses do not enclose them. ``python`` is the sign of an operator whose ``excel`` Python does not read.
    An operation that ``folds`` takes two operands or more, from the left: max(a, b, c) is max(max(a, b), c).
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
    operands: tuple[int, ...] = ()
    python: str = ""
    folds: bool = False

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.derivatives)

    @property
    def is_function(self) -> bool:
        """Whether a template writes it as ``name(...)`` rather than with an operator."""
        return not self.operands


def operands_by_letter(operands: Sequence[_Operand]) -> dict[str, _Operand]:
    """Return operands by the letters that rules and expansions call them."""
    return dict(zip("abc"[: len(operands)], operands, strict=True))


def power(base: float, exponent: float) -> float:
    """Raise as Excel does, where 0^0 is an error.

    Raises ValueError or OverflowError where a spreadsheet shows #NUM! or #DIV/0!.
    """
    if base == 0 and exponent == 0:
        raise ValueError("0^0 is undefined")
    return math.pow(base, exponent)


_EXCEL_LIMIT = 2.0**27
"""Excel gives #NUM! for the sine and cosine of larger numbers, and for MOD of larger quotients."""


def _angle(function: Callable[[float], float]) -> Callable[[float], float]:
    """Return a trigonometric function that refuses what Excel refuses."""

    def limited(a: float) -> float:
        if abs(a) >= _EXCEL_LIMIT:
            raise OverflowError("the angle is too large")
        return function(a)

    return limited


def _mod(a: float, b: float) -> float:
    """Return the remainder, with the sign of b."""
    if abs(a / b) >= _EXCEL_LIMIT:
        raise OverflowError("the quotient is too large")
    return a % b


def _sign(a: float) -> float:
    return float((a > 0) - (a < 0))


_GELU = "tanh(sqrt(2/pi())*(a + 0.044715*a^3))"
_SUMS = (SUM, NEGATION + 1)
_PRODUCTS = (PRODUCT, POWER)
_COMPARED = (SUM, SUM)

_ROWS = (
    Primitive("add", ("1", "1"), SUM, " + ", " + ", "+", lambda a, b: a + b, operands=_SUMS),
    Primitive("sub", ("1", "-1"), SUM, " − ", " - ", "-", lambda a, b: a - b, operands=_SUMS),
    Primitive("mul", ("b", "a"), PRODUCT, "·", r" \cdot ", "*", lambda a, b: a * b, operands=_PRODUCTS),
    Primitive("div", ("1/b", "-y/b"), PRODUCT, "/", "/", "/", lambda a, b: a / b, operands=_PRODUCTS),
    Primitive("neg", ("-1",), NEGATION, "−", "-", "-", lambda a: -a, operands=(PRODUCT,)),
    Primitive("pow", ("b*a^(b - 1)", "y*ln(a)"), POWER, "^", "^", "^", power, operands=(ATOM, ATOM)),
    # Comparisons: true or false, never a number, so nothing is learned through them.
    Primitive("gt", ("0", "0"), COMPARISON, " > ", " > ", ">", lambda a, b: a > b, operands=_COMPARED),
    Primitive("ge", ("0", "0"), COMPARISON, " ≥ ", r" \ge ", ">=", lambda a, b: a >= b, operands=_COMPARED),
    Primitive("lt", ("0", "0"), COMPARISON, " < ", " < ", "<", lambda a, b: a < b, operands=_COMPARED),
    Primitive("le", ("0", "0"), COMPARISON, " ≤ ", r" \le ", "<=", lambda a, b: a <= b, operands=_COMPARED),
    Primitive("eq", ("0", "0"), COMPARISON, " = ", " = ", "=", lambda a, b: a == b, operands=_COMPARED, python="=="),
    # Only the branch that is taken is evaluated; the derivatives are those on the branch taken.
    Primitive("where", ("0", "1", "1"), ATOM, "where", r"\mathrm{where}", "IF", meaning="b if a holds, else c"),
    Primitive("exp", ("y",), ATOM, "exp", r"\exp", "EXP", math.exp, meaning="e to the power a"),
    Primitive("ln", ("1/a",), ATOM, "ln", r"\ln", "LN", math.log, meaning="natural logarithm"),
    Primitive("sqrt", ("1/(2*y)",), ATOM, "√", r"\sqrt{…}", "SQRT", math.sqrt, meaning="square root"),
    Primitive("sin", ("cos(a)",), ATOM, "sin", r"\sin", "SIN", _angle(math.sin), meaning="sine"),
    Primitive("cos", ("-sin(a)",), ATOM, "cos", r"\cos", "COS", _angle(math.cos), meaning="cosine"),
    Primitive("pi", (), ATOM, "π", r"\pi", "PI", lambda: math.pi, meaning="3.14159…"),
    Primitive("abs", ("sign(a)",), ATOM, "abs", r"\left|…\right|", "ABS", abs, meaning="absolute value"),
    Primitive("sign", ("0",), ATOM, "sign", r"\mathrm{sign}", "SIGN", _sign, meaning="−1, 0 or 1"),
    Primitive(
        "max", ("where(a >= b, 1, 0)", "where(a >= b, 0, 1)"), ATOM, "max", r"\max", "MAX", max,
        meaning="the largest of two operands or more", folds=True,
    ),
    Primitive(
        "min", ("where(a <= b, 1, 0)", "where(a <= b, 0, 1)"), ATOM, "min", r"\min", "MIN", min,
        meaning="the smallest of two operands or more", folds=True,
    ),
    Primitive(
        "floor", ("0",), ATOM, "floor", r"\left\lfloor …\right\rfloor", "INT", lambda a: float(math.floor(a)),
        meaning="the next whole number below",
    ),
    Primitive(
        "mod", ("1", "-floor(a/b)"), ATOM, "mod", r"\mathrm{mod}", "MOD", _mod,
        meaning="remainder of a/b, with the sign of b",
    ),
    Primitive(
        "held", ("0",), ATOM, "held", r"\mathrm{held}", expansion="a",
        meaning="a, which differentiation takes for a constant (stop-gradient)",
    ),
    # Activations.
    Primitive("identity", ("1",), ATOM, "identity", r"\mathrm{identity}", expansion="a", meaning="a as it is"),
    Primitive(
        "sigmoid", ("y*(1 - y)",), ATOM, "σ", r"\sigma",
        expansion="1/(1 + exp(-a))", meaning="logistic function",
    ),
    Primitive("tanh", ("1 - y^2",), ATOM, "tanh", r"\tanh", "TANH", math.tanh, meaning="hyperbolic tangent"),
    Primitive(
        "relu", ("where(y > 0, 1, 0)",), ATOM, "relu", r"\mathrm{relu}",
        expansion="max(0, a)", meaning="rectified linear unit",
    ),
    Primitive(
        "leaky_relu", ("where(y > 0, 1, 0.01)",), ATOM, "leaky_relu", r"\mathrm{leaky\_relu}",
        expansion="max(0.01*a, a)", meaning="relu with the slope 0.01 below 0",
    ),
    Primitive(
        "elu", ("where(y > 0, 1, y + 1)",), ATOM, "elu", r"\mathrm{elu}",
        expansion="where(a > 0, a, exp(a) - 1)", meaning="exponential linear unit (Clevert et al., 2015), α = 1",
    ),
    Primitive(  # The exponent is never positive, so nothing overflows; y = ln(1 + e^a), so 1 − e^−y is σ(a).
        "softplus", ("1 - exp(-y)",), ATOM, "softplus", r"\mathrm{softplus}",
        expansion="max(a, 0) + ln(1 + exp(-abs(a)))", meaning="ln(1 + e^a)",
    ),
    Primitive(
        "gelu", (f"0.5*(1 + {_GELU}) + 0.5*a*(1 - {_GELU}^2)*sqrt(2/pi())*(1 + 0.134145*a^2)",), ATOM,
        "gelu", r"\mathrm{gelu}", expansion=f"0.5*a*(1 + {_GELU})",
        meaning="Gaussian error linear unit, in its tanh form (Hendrycks and Gimpel, 2016)",
    ),
    Primitive(
        "silu", ("y + sigmoid(a)*(1 - y)",), ATOM, "silu", r"\mathrm{silu}",
        expansion="a/(1 + exp(-a))", meaning="a·σ(a), also called swish",
    ),
    # Losses of a prediction a and its target b.
    Primitive(
        "squared_error", ("2*(a - b)", "2*(b - a)"), ATOM, "squared_error", r"\mathrm{squared\_error}",
        expansion="(b - a)^2", meaning="(b − a)²",
    ),
    Primitive(
        "half_squared_error", ("a - b", "b - a"), ATOM, "half_squared_error", r"\mathrm{half\_squared\_error}",
        expansion="0.5*(b - a)^2", meaning="½·(b − a)²",
    ),
    Primitive(
        "huber", ("max(-1, min(1, a - b))", "max(-1, min(1, b - a))"), ATOM, "huber", r"\mathrm{huber}",
        expansion="where(abs(a - b) <= 1, 0.5*(a - b)^2, abs(a - b) - 0.5)",
        meaning="squared near the target, linear beyond 1 (Huber, 1964)",
    ),
    Primitive(
        "bce", ("(a - b)/(a*(1 - a))", "ln(1 - a) - ln(a)"), ATOM, "bce", r"\mathrm{bce}",
        expansion="-(b*ln(a) + (1 - b)*ln(1 - a))", meaning="binary cross-entropy of a probability a",
    ),
    Primitive(  # A class that is not the right one may have the probability 0, which has no logarithm.
        "cce", ("where(b == 0, 0, -b/a)", "-ln(a)"), ATOM, "cce", r"\mathrm{cce}",
        expansion="where(b == 0, 0, -(b*ln(a)))", meaning="one class's part of the cross-entropy of probabilities",
    ),
    # Penalties on a weight.
    Primitive(
        "l1_penalty", ("sign(a)",), ATOM, "l1_penalty", r"\mathrm{l1\_penalty}",
        expansion="abs(a)", meaning="absolute value of a weight",
    ),
    Primitive(
        "l2_penalty", ("2*a",), ATOM, "l2_penalty", r"\mathrm{l2\_penalty}",
        expansion="a^2", meaning="square of a weight",
    ),
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {row.name: row for row in _ROWS}
FUNCTIONS: tuple[str, ...] = tuple(row.name for row in _ROWS if row.is_function)
COMPARISONS: dict[str, str] = {row.python or row.excel: row.name for row in _ROWS if row.binds == COMPARISON}
"""The names of the comparisons by the signs that a template uses."""
