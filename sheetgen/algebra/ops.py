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
from typing import Literal, TypeVar

from sheetgen.algebra.arithmetic import excel_power, of_angle, sign

COMPARISON, SUM, NEGATION, PRODUCT, POWER, ATOM = 0, 1, 2, 3, 4, 5
"""How tightly an operation binds, from loosest to tightest."""

PrimitiveKind = Literal["operator", "comparison", "function", "activation", "loss", "penalty"]
"""What an operation is for. All but operators and comparisons are written as ``name(…)``."""

_Operand = TypeVar("_Operand")


@dataclass(frozen=True)
class LossInLayers:
    """How a template's ``[layers]`` offers a loss, for each output a and its target b.

    ``name`` is what it is called there, "" where it is not offered. Over the outputs it is a sum, or a mean.
    ``probabilities`` are the activations of the last layer that it reads as probabilities, its default first; empty
    where it takes any output. A loss that is ``written_out`` stands as its expansion in the equations, not as a call.
    """

    name: str = ""
    mean: bool = False
    probabilities: tuple[str, ...] = ()
    written_out: bool = False


@dataclass(frozen=True)
class PenaltyInLayers:
    """How a template's ``[layers]`` offers a penalty on each weight a.

    ``key`` is its key there, "" where it is not offered; ``coefficient`` names the quantity that the key's number is
    the value of.
    """

    key: str = ""
    coefficient: str = ""


@dataclass(frozen=True)
class Primitive:
    """One operation.

    ``derivatives`` holds ∂y/∂operand for each operand. ``operands``, given for what is written with an
    operator, says how tightly each operand must bind to stand there without parentheses. ``expansion``,
    where given, is the operation in simpler primitives: the spreadsheet formula *and* the value follow it,
    so their order of operations is one and the same. In ``latex`` an … stands for the operands, where
    parentheses do not enclose them. ``python`` is the sign of an operator whose ``excel`` Python does not read.
    An operation that ``folds`` takes two operands or more, from the left: max(a, b, c) is max(max(a, b), c).
    Where one ``cancels``, nearly equal operands leave a small result, so its rounding is on the scale of the operands.
    Where one has ``kinks``, its slope on one side tells nothing of the other: an error bound follows its values, with
    every operand moved up and every operand moved down. Neither is asked of a row that has an expansion.
    ``in_layers`` is given for a loss that ``[layers]`` offers, ``penalty_in_layers`` for such a penalty; every
    activation is offered there.
    """

    name: str
    derivatives: tuple[str, ...]
    text: str
    latex: str
    excel: str = ""
    evaluate: Callable[..., float] | None = None
    kind: PrimitiveKind = "function"
    binds: int = ATOM
    operands: tuple[int, ...] = ()
    python: str = ""
    expansion: str = ""
    folds: bool = False
    cancels: bool = False
    kinks: bool = False
    in_layers: LossInLayers = LossInLayers()
    penalty_in_layers: PenaltyInLayers = PenaltyInLayers()

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.derivatives)

    @property
    def is_function(self) -> bool:
        """Whether a template writes it as ``name(...)`` rather than with a sign between its operands."""
        return self.kind not in ("operator", "comparison")


def operands_by_letter(operands: Sequence[_Operand]) -> dict[str, _Operand]:
    """Return operands by the letters that rules and expansions call them."""
    return dict(zip("abc"[: len(operands)], operands, strict=True))


_GELU = "tanh(sqrt(2/pi())*(a + 0.044715*a^3))"
_SUMS, _PRODUCTS, _COMPARED = (SUM, NEGATION + 1), (PRODUCT, POWER), (SUM, SUM)
_NOTHING = ("0", "0")
"""The derivatives of a comparison: it is true or false, never a number, so nothing is learned through it."""

_ROWS = (
    Primitive("add", ("1", "1"), " + ", " + ", "+", lambda a, b: a + b, "operator", SUM, _SUMS, cancels=True),
    Primitive("sub", ("1", "-1"), " − ", " - ", "-", lambda a, b: a - b, "operator", SUM, _SUMS, cancels=True),
    Primitive("mul", ("b", "a"), "·", r" \cdot ", "*", lambda a, b: a * b, "operator", PRODUCT, _PRODUCTS),
    Primitive("div", ("1/b", "-y/b"), "/", "/", "/", lambda a, b: a / b, "operator", PRODUCT, _PRODUCTS),
    Primitive("neg", ("-1",), "−", "-", "-", lambda a: -a, "operator", NEGATION, (PRODUCT,)),
    Primitive("pow", ("b*a^(b - 1)", "y*ln(a)"), "^", "^", "^", excel_power, "operator", POWER, (ATOM, ATOM)),
    Primitive("gt", _NOTHING, " > ", " > ", ">", lambda a, b: a > b, "comparison", COMPARISON, _COMPARED),
    Primitive("ge", _NOTHING, " ≥ ", r" \ge ", ">=", lambda a, b: a >= b, "comparison", COMPARISON, _COMPARED),
    Primitive("lt", _NOTHING, " < ", " < ", "<", lambda a, b: a < b, "comparison", COMPARISON, _COMPARED),
    Primitive("le", _NOTHING, " ≤ ", r" \le ", "<=", lambda a, b: a <= b, "comparison", COMPARISON, _COMPARED),
    Primitive("eq", _NOTHING, " = ", " = ", "=", lambda a, b: a == b, "comparison", COMPARISON, _COMPARED, "=="),
    # Only the branch that is taken is evaluated; the derivatives are those on the branch taken.
    Primitive("where", ("0", "1", "1"), "where", r"\mathrm{where}", "IF"),
    Primitive("exp", ("y",), "exp", r"\exp", "EXP", math.exp),
    Primitive("ln", ("1/a",), "ln", r"\ln", "LN", math.log),
    Primitive("sqrt", ("1/(2*y)",), "√", r"\sqrt{…}", "SQRT", math.sqrt),
    Primitive("sin", ("cos(a)",), "sin", r"\sin", "SIN", of_angle(math.sin)),
    Primitive("cos", ("-sin(a)",), "cos", r"\cos", "COS", of_angle(math.cos)),
    Primitive("pi", (), "π", r"\pi", "PI", lambda: math.pi),
    Primitive("abs", ("sign(a)",), "abs", r"\left|…\right|", "ABS", abs, kinks=True),
    Primitive("sign", ("0",), "sign", r"\mathrm{sign}", "SIGN", sign),
    Primitive(
        "max", ("where(a >= b, 1, 0)", "where(a >= b, 0, 1)"),
        "max", r"\max", "MAX", max, folds=True, kinks=True,
    ),
    Primitive(
        "min", ("where(a <= b, 1, 0)", "where(a <= b, 0, 1)"),
        "min", r"\min", "MIN", min, folds=True, kinks=True,
    ),
    # The next whole number below.
    Primitive("floor", ("0",), "floor", r"\left\lfloor …\right\rfloor", evaluate=lambda a: float(math.floor(a))),
    Primitive("mod", ("1", "-floor(a/b)"), "mod", r"\mathrm{mod}", expansion="a - b*floor(a/b)"),
    # What differentiation takes for a constant (stop-gradient).
    Primitive("held", ("0",), "held", r"\mathrm{held}", expansion="a"),
    Primitive("identity", ("1",), "identity", r"\mathrm{identity}", kind="activation", expansion="a"),
    Primitive("sigmoid", ("y*(1 - y)",), "σ", r"\sigma", kind="activation", expansion="1/(1 + exp(-a))"),
    Primitive(  # Neither power of e can be too large for a number.
        "stable_sigmoid", ("y*(1 - y)",), "σ", r"\sigma",
        kind="activation", expansion="exp(min(a, 0))/(1 + exp(-abs(a)))",
    ),
    Primitive("tanh", ("1 - y^2",), "tanh", r"\tanh", "TANH", math.tanh, "activation"),
    Primitive(
        "relu", ("where(y > 0, 1, 0)",), "relu", r"\mathrm{relu}", kind="activation", expansion="max(0, a)",
    ),
    Primitive(
        "leaky_relu", ("where(y > 0, 1, 0.01)",), "leaky_relu", r"\mathrm{leaky\_relu}",
        kind="activation", expansion="max(0.01*a, a)",
    ),
    Primitive(  # Clevert, Unterthiner and Hochreiter, 2015, with α = 1.
        "elu", ("where(y > 0, 1, y + 1)",), "elu", r"\mathrm{elu}",
        kind="activation", expansion="where(a > 0, a, exp(a) - 1)",
    ),
    Primitive(  # The exponent is never positive, so nothing overflows; y = ln(1 + e^a), so 1 − e^−y is σ(a).
        "softplus", ("1 - exp(-y)",), "softplus", r"\mathrm{softplus}",
        kind="activation", expansion="max(a, 0) + ln(1 + exp(-abs(a)))",
    ),
    Primitive(  # In its tanh form: Hendrycks and Gimpel, 2016.
        "gelu", (f"0.5*(1 + {_GELU}) + 0.5*a*(1 - {_GELU}^2)*sqrt(2/pi())*(1 + 0.134145*a^2)",),
        "gelu", r"\mathrm{gelu}", kind="activation", expansion=f"0.5*a*(1 + {_GELU})",
    ),
    Primitive(  # a·σ(a), also called swish.
        "silu", ("y + sigmoid(a)*(1 - y)",), "silu", r"\mathrm{silu}",
        kind="activation", expansion="a/(1 + exp(-a))",
    ),
    # Losses of a prediction a and its target b.
    Primitive(
        "squared_error", ("2*(a - b)", "2*(b - a)"), "squared_error", r"\mathrm{squared\_error}",
        kind="loss", expansion="(b - a)^2",
        in_layers=LossInLayers("mean_squared_error", mean=True, written_out=True),
    ),
    Primitive(
        "half_squared_error", ("a - b", "b - a"), "half_squared_error", r"\mathrm{half\_squared\_error}",
        kind="loss", expansion="0.5*(b - a)^2", in_layers=LossInLayers("half_squared_error", written_out=True),
    ),
    Primitive(  # Squared near the target, linear beyond 1: Huber, 1964.
        "huber", ("max(-1, min(1, a - b))", "max(-1, min(1, b - a))"), "huber", r"\mathrm{huber}",
        kind="loss", expansion="where(abs(a - b) <= 1, 0.5*(a - b)^2, abs(a - b) - 0.5)",
        in_layers=LossInLayers("huber", mean=True),
    ),
    Primitive(  # Binary cross-entropy of a probability a.
        "bce", ("(a - b)/(a*(1 - a))", "ln(1 - a) - ln(a)"), "bce", r"\mathrm{bce}",
        kind="loss", expansion="-(b*ln(a) + (1 - b)*ln(1 - a))",
        in_layers=LossInLayers("binary_cross_entropy", mean=True, probabilities=("sigmoid", "softmax")),
    ),
    Primitive(  # Of a logit a: that of the probability σ(a), which may round to 0 or 1.
        "bce_with_logits", ("stable_sigmoid(a) - b", "-a"), "bce_with_logits", r"\mathrm{bce\_with\_logits}",
        kind="loss", expansion="max(a, 0) - a*b + ln(1 + exp(-abs(a)))",
    ),
    # One class's part of a cross-entropy. A class that is not the right one may have the probability 0, which has no
    # logarithm.
    Primitive(
        "cce", ("where(b == 0, 0, -b/a)", "-ln(a)"), "cce", r"\mathrm{cce}",
        kind="loss", expansion="where(b == 0, 0, -(b*ln(a)))",
        in_layers=LossInLayers("categorical_cross_entropy", probabilities=("softmax",)),
    ),
    # Penalties on a weight.
    Primitive(
        "l1_penalty", ("sign(a)",), "l1_penalty", r"\mathrm{l1\_penalty}",
        kind="penalty", expansion="abs(a)", penalty_in_layers=PenaltyInLayers("l1", "lambda_1"),
    ),
    Primitive(
        "l2_penalty", ("2*a",), "l2_penalty", r"\mathrm{l2\_penalty}",
        kind="penalty", expansion="a^2", penalty_in_layers=PenaltyInLayers("l2", "lambda_2"),
    ),
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {row.name: row for row in _ROWS}
"""The rows by name. What follows from them is asked of this table each time, so a row that is added counts at once."""


def functions() -> tuple[str, ...]:
    """Return the names that a template writes as ``name(...)``."""
    return tuple(row.name for row in PRIMITIVES.values() if row.is_function)


def comparisons() -> dict[str, str]:
    """Return the names of the comparisons by the signs that a template uses."""
    return {row.python or row.excel: row.name for row in PRIMITIVES.values() if row.kind == "comparison"}


def activations() -> tuple[str, ...]:
    """Return the names of the activations of one unit; a softmax is of a whole layer, and no primitive."""
    return tuple(row.name for row in PRIMITIVES.values() if row.kind == "activation")


def losses_in_layers() -> dict[str, Primitive]:
    """Return the losses that ``[layers]`` offers, by their names there."""
    return {row.in_layers.name: row for row in PRIMITIVES.values() if row.in_layers.name}


def penalties_in_layers() -> dict[str, Primitive]:
    """Return the penalties that ``[layers]`` offers, by their keys there."""
    return {row.penalty_in_layers.key: row for row in PRIMITIVES.values() if row.penalty_in_layers.key}
