"""The parser of the template language: ``w1*i1 + w2*i2``, ``sigmoid(h1)``, ``0.5*(t1 - a_o1)^2``.

Grammar, loosest first, as in Python: sums, products, unary minus, powers (right-associative, ``^`` or
``**``), then numbers, names, calls and parentheses. So ``-a^2`` is −(a²) and ``2^3^2`` is 2^(3²).
Comparisons, looser still, are only the first operand of ``where(a > 0, a, 0)``.
"""

from __future__ import annotations

import math
import re
from functools import cache, reduce

from sheetgen.algebra.expr import Apply, Const, Expr, Var, depth
from sheetgen.algebra.ops import PRIMITIVES, comparisons, functions
from sheetgen.algebra.tokens import Token, tokens, unreadable

_MAX_DEPTH = 200
_MAX_NESTING = 60
_TOO_DEEP = f"it is more than {_MAX_DEPTH} operations deep: name its parts as quantities of their own"
_TOO_NESTED = f"it nests more than {_MAX_NESTING} parentheses: name its parts as quantities of their own"
_SOFTMAX = (
    "softmax is several quantities: name them, m = held(max(z1, z2)), e1 = exp(z1 - m), e2 = exp(z2 - m),"
    " s = e1 + e2, p1 = e1/s, p2 = e2/s"
)


def parse(text: str) -> Expr:
    """Read one equation's right-hand side, exactly as typed.

    Raises SyntaxError, which says what could not be read; its ``offset`` is the column, from 1.
    """
    return _Parser(text).whole()


@cache
def parse_row(text: str) -> Expr:
    """Read an equation of one of the tables: they are few, and are asked for again and again."""
    return parse(text)


class _Parser:
    """Recursive descent over the tokens of one equation."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0

    def whole(self) -> Expr:
        if self.token.kind == "end":
            raise unreadable("the equation is empty", 1)
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator")
        if depth(expr) > _MAX_DEPTH:
            raise unreadable(_TOO_DEEP, 1)
        return expr

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def accept(self, *signs: str) -> str:
        """Step over one of the signs, if it is next; return it, or an empty text."""
        if self.token.kind == "sign" and self.token.text in signs:
            self.position += 1
            return self.tokens[self.position - 1].text
        return ""

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise self.unexpected(f"{sign!r}")

    def unexpected(self, wanted: str) -> SyntaxError:
        token = self.token
        if token.text in comparisons():
            only = "a comparison can only be the first operand of where, as in where(a > 0, a, 0)"
            return unreadable(f"{token.text!r} stands at column {token.column}; {only}", token.column)
        what = "the equation ends" if token.kind == "end" else f"{token.text!r} stands"
        return unreadable(f"{what} at column {token.column} where {wanted} was expected", token.column)

    def comparison(self) -> Expr:
        left = self.sum()
        known = comparisons()
        sign = self.accept(*known)
        if not sign:
            raise self.unexpected(f"a comparison ({' '.join(known)})")
        return Apply(known[sign], (left, self.sum()))

    def sum(self) -> Expr:
        left = self.product()
        while sign := self.accept("+", "-"):
            left = Apply("add" if sign == "+" else "sub", (left, self.product()))
        return left

    def product(self) -> Expr:
        left = self.unary()
        while sign := self.accept("*", "/"):
            left = Apply("mul" if sign == "*" else "div", (left, self.unary()))
        return left

    def unary(self) -> Expr:
        self.depth += 1
        if self.depth > _MAX_NESTING:
            raise unreadable(_TOO_NESTED, self.token.column)
        try:
            if self.accept("+"):
                return self.unary()
            if self.accept("-"):
                return Apply("neg", (self.unary(),))
            return self.power()
        finally:
            self.depth -= 1

    def power(self) -> Expr:
        base = self.atom()
        if self.accept("²"):
            return Apply("pow", (base, Const(2.0)))
        if self.accept("^"):
            return Apply("pow", (base, self.unary()))
        return base

    def atom(self) -> Expr:
        token = self.token
        if self.accept("("):
            inside = self.sum()
            self.expect(")")
            return inside
        if token.kind not in ("number", "name"):
            raise self.unexpected("a number, a name or '('")
        self.position += 1
        if token.kind == "number":
            return self.number(token)
        return self.call(token) if self.accept("(") else Var(token.text)

    @staticmethod
    def number(token: Token) -> Expr:
        if re.match(r"0[0-9]", token.text):
            message = f"the number {token.text} at column {token.column} begins with a needless 0"
            raise unreadable(message, token.column)
        value = float(token.text.replace("−", "-"))
        if not math.isfinite(value):
            raise unreadable(f"the number {token.text} at column {token.column} is too large", token.column)
        return Const(value)

    def call(self, token: Token) -> Expr:
        if token.text not in functions():
            known = _SOFTMAX if token.text == "softmax" else f"the functions are {', '.join(functions())}"
            message = f"there is no function {token.text!r} (column {token.column}); {known}"
            raise unreadable(message, token.column)
        row = PRIMITIVES[token.text]
        args = self.operands(token.text) if row.arity else []
        self.expect(")")
        if row.folds and len(args) >= row.arity:
            return reduce(lambda left, right: Apply(row.name, (left, right)), args)
        if len(args) != row.arity:
            wanted = f"{row.arity}{' or more' * row.folds} operand{'s' * (row.arity > 1)}"
            message = f"{row.name} at column {token.column} takes {wanted}, not {len(args)}"
            raise unreadable(message, token.column)
        return Apply(row.name, tuple(args))

    def operands(self, function: str) -> list[Expr]:
        args = [self.comparison() if function == "where" else self.sum()]
        while self.accept(","):
            args.append(self.sum())
        return args
