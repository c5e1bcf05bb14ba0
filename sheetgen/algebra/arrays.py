"""An expression over whole columns at once, in a formula entered as an array.

Not every spreadsheet engine spreads EXP, LN, SQRT, TANH, ABS, INT, MOD, SIGN, MAX or MIN over a range, but all spread
+ − · / ^, comparisons, IF, IFERROR, SIN, COS and ATAN2. So the former are written out in the latter, which is
right up to rounding. An error in a branch that IF does not take goes no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetgen.algebra.expr import ONE, Apply, Expr
from sheetgen.algebra.notation import Excel, Spelling
from sheetgen.algebra.ops import ATOM, PRIMITIVES, SUM

_INEXACT = frozenset({"exp", "ln", "sqrt", "tanh", "floor"})
"""The functions that are written out, and so differ by rounding from what a spreadsheet has for them."""

_ABSOLUTE = frozenset({"ln", "tanh", "floor"})
"""Those of them whose rounding is on the scale of 1, however small they are."""

_SPREAD = frozenset({"where", "max", "min", "floor", "sin", "cos", "pi"})
"""The functions that spread as they are, and those that `Arrays` writes out by itself."""

_ROOT = 8192
"""ln a = 8192·ln(a^(1/8192)); the root lies so near 1 that five terms of the series are exact to rounding."""


@dataclass(frozen=True)
class ArrayCells:
    """The cells that hold the constants of array formulas.

    ``e`` is Euler's number; ``nudge`` a factor a little below 1, further from it than any rounding; ``edge`` a distance
    within which a comparison of rounded numbers may fall either way.
    """

    e: str
    nudge: str
    edge: str


def is_inexact(expr: Expr) -> bool:
    """Whether an expression that is written out holds a function that differs by rounding."""
    return any(node.op in _INEXACT for node in applied(expr))


def is_fragile(expr: Expr) -> bool:
    """Whether what is made of an inexact function may magnify its rounding: in 1 − a it may be all that is left."""
    if not isinstance(expr, Apply) or not is_inexact(expr):
        return False
    if expr.op in ("exp", "sqrt", "tanh") and not is_inexact(expr.args[0]):
        return False
    if expr.op == "div" and expr.args[0] == ONE and isinstance(expr.args[1], Apply):
        ones = expr.args[1]  # 1/(1 + exp(a)), a sigmoid
        return ones.op != "add" or ones.args[0] != ONE or not _is_exponential(ones.args[1])
    return True


def _is_exponential(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "exp" and not is_inexact(expr.args[0])


def has_edges(expr: Expr) -> bool:
    """Whether rounding may decide between values far apart: a floor, or a comparison of inexact numbers."""
    return any(
        node.op == "floor" or ((node.op == "sign" or _compares(node)) and any(map(is_inexact, node.args)))
        for node in applied(expr)
    )


def spreads(expr: Expr) -> bool:
    """Whether an expression that is written out holds nothing but what every engine spreads over a range.

    A function that is neither written out here nor known to spread, such as one that takes the largest of all its
    operands' cells, does not.
    """
    return all(
        node.op in _SPELLINGS or node.op in _SPREAD or PRIMITIVES[node.op].kind in ("operator", "comparison")
        for node in applied(expr)
    )


def applied(expr: Expr) -> Iterator[Apply]:
    """Yield every operation in an expression, an operation before its operands."""
    left = [expr]
    while left:
        node = left.pop()
        if isinstance(node, Apply):
            yield node
            left += reversed(node.args)


def _compares(expr: Apply) -> bool:
    return PRIMITIVES[expr.op].kind == "comparison"


class Arrays(Excel):
    """A part of an array formula; ``name`` turns a quantity into a range, ``above`` into that of the rows above.

    With ``nudged`` every inexact result is moved by more than its rounding, one up and the next down. ``side`` is
    ``+`` or ``-``: how the numbers fall whose comparison rounding decides.
    """

    def __init__(self, name: Spelling, above: Spelling, cells: ArrayCells, nudged: bool = False, side: str = "+"):
        super().__init__(name, above)
        self._cells, self._nudged, self._side, self._nudges = cells, nudged, side, 0

    def write(self, expr: Expr) -> str:
        """Return an expression that is written out already."""
        return self.part(expr, SUM)

    def part(self, expr: Expr, binding: int) -> str:
        """Return such an expression, in parentheses where it binds less tightly than it must."""
        return self._write(expr, binding)

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation."""
        spell = _SPELLINGS.get(expr.op)
        text = spell(self._cells, *parts) if spell else super().operation(expr, parts)
        if expr.op in ("max", "min"):
            text = _largest(parts, ">=" if expr.op == "max" else "<=")
        elif expr.op == "floor":
            text = _floor(parts[0], f"{self._side}{self._cells.edge}")
        elif _compares(expr) and any(map(is_inexact, expr.args)):
            text += f"{self._side}{self._cells.edge}"
        return self._nudge(expr, text) if self._nudged else text

    def binds(self, expr: Apply) -> int:
        """Return how tightly the spelled operation binds; one that is nudged stands in parentheses."""
        return ATOM if self._nudged and self._moves(expr) else super().binds(expr)

    def _moves(self, expr: Apply) -> bool:
        """Whether an operation's result is moved."""
        return expr.op not in ("where", "max", "min", "neg") and not _compares(expr) and is_inexact(expr)

    def _nudge(self, expr: Apply, text: str) -> str:
        if not self._moves(expr):
            return text
        self._nudges += 1
        factor = self._cells.nudge if self._nudges % 2 else f"(2-{self._cells.nudge})"
        absolute = f"+({factor}-1)" if expr.op in _ABSOLUTE else ""
        return f"(({text})*{factor}{absolute})"


def size(text: str) -> str:
    """Return the absolute value of what is written."""
    return f"({text})*(2*(({text})>0)-1)"


def _exp(cells: ArrayCells, a: str) -> str:
    # An exponential of a right sheet never overflows; where it is too small for a power it is 0.
    return f"IFERROR({cells.e}^({a}),0)"


def _ln(cells: ArrayCells, a: str) -> str:
    z = f"(1-2/(({a})^(1/{_ROOT})+1))"
    return f"({2 * _ROOT}*{z}*(1+{z}^2/3+{z}^4/5+{z}^6/7+{z}^8/9))"


def _tanh(cells: ArrayCells, a: str) -> str:
    return f"(IF({a}<0,-1,1)*(2/(1+{_exp(cells, f'IF({a}<0,2,-2)*({a})')})-1))"


def _floor(a: str, edge: str) -> str:
    turn = f"2*PI()*({a})"
    nearest = f"({a}-ATAN2(COS({turn}),SIN({turn}))/(2*PI()))"
    return f"({nearest}-({nearest}>{a}{edge}))"


def _largest(parts: list[str], comparison: str) -> str:
    """Return the largest (or smallest) of several, by a tournament: each stands in it as often as there are others."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    left, right = _largest(parts[:half], comparison), _largest(parts[half:], comparison)
    return f"IF({left}{comparison}{right},{left},{right})"


_SPELLINGS: dict[str, Callable[..., str]] = {
    "exp": _exp,
    "ln": _ln,
    "tanh": _tanh,
    "sqrt": lambda cells, a: f"(({a})^0.5)",
    "abs": lambda cells, a: f"IF({a}<0,-({a}),{a})",
    "sign": lambda cells, a: f"(({a}>0)-({a}<0))",
}
