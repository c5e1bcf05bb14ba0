"""How a student reads an expression in a cell: as a textbook prints it on a line, without a word of the code.

A choice is a case, ``a if x > 0, else b``, or where it is between 1 and 0 an indicator, ``[x > 0]``; a loss stands as
what it is; a derivative in a product stands in parentheses, ``(∂E/∂a)·b``, or b might be read as standing below its
line.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.algebra.evaluate import written_out
from sheetgen.algebra.expr import ONE, ZERO, Apply, Before, Expr, Var
from sheetgen.algebra.notation import Text, written_operands
from sheetgen.algebra.ops import COMPARISON, PRIMITIVES, PRODUCT
from sheetgen.algebra.over_batch import parts

_ENCLOSED = {"abs": "|{}|", "floor": "⌊{}⌋"}


class Textbook(Text):
    """What a student reads in a cell: ``½·(t1 − a_o1)²``."""

    def write(self, expr: Expr) -> str:
        """Return the expression in this notation."""
        return self._write(expr, COMPARISON)

    def _write(self, expr: Expr, binding: int) -> str:
        if isinstance(expr, Apply) and (PRIMITIVES[expr.op].kind in ("loss", "penalty") or expr.op == "identity"):
            return self._write(written_out(expr), binding)
        written = super()._write(expr, binding)
        if isinstance(expr, Var | Before) and binding >= PRODUCT and written == expr.name:
            return self.parentheses(written) if "/" in expr.name and not parts(expr.name) else written
        return written

    def binds(self, expr: Apply) -> int:
        """Return how tightly the spelled operation binds: a case, and what is held, as loosely as can be."""
        return COMPARISON if _is_case(expr) or expr.op == "held" else super().binds(expr)

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation as a textbook prints it on one line."""
        if expr.op == "where":
            return self._choice(expr.args, parts)
        if expr.op == "held":
            return f"{parts[0]}, held constant"
        if expr.op in _ENCLOSED:
            return _ENCLOSED[expr.op].format(parts[0])
        if PRIMITIVES[expr.op].is_function:
            apart = self._cases_apart(written_operands(expr), parts) if len(parts) > 1 else parts
            return super().operation(expr, apart)
        return super().operation(expr, parts)

    def _choice(self, args: Sequence[Expr], parts: list[str]) -> str:
        condition, then, otherwise = parts
        if tuple(args[1:]) == (ONE, ZERO):
            return f"[{condition}]"
        (then,) = self._cases_apart(args[1:2], [then])
        return f"{then} if {condition}, else {otherwise}"

    def _cases_apart(self, args: Sequence[Expr], parts: list[str]) -> list[str]:
        """Return operands of which those that are cases stand in parentheses."""
        return [self.parentheses(part) if _is_case(arg) else part for arg, part in zip(args, parts, strict=True)]


def _is_case(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "where" and expr.args[1:] != (ONE, ZERO)


def in_lines(text: str, width: int) -> str:
    """Return a text that has lines of so many characters so that none of them ends inside a bracket.

    Where it needs more than one line, the spaces inside brackets do not break.
    """
    if len(text) <= width:
        return text
    written, depth = "", 0
    for character in text:
        depth += (character in "([⌊") - (character in ")]⌋")
        written += "\u00a0" if character == " " and depth else character
    return written
