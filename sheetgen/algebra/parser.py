"""The parser of the template language: ``w1*i1 + w2*i2``, ``sigmoid(h1)``, ``0.5*(t1 - a_o1)^2``.

Grammar, loosest first, as in Python: sums, products, unary minus, powers (right-associative, ``^`` or
``**``), then numbers, names, calls and parentheses. So ``-a^2`` is −(a²) and ``2^3^2`` is 2^(3²).
Comparisons, looser still, are only the first operand of ``where(a > 0, a, 0)``.
"""

from __future__ import annotations

import math
import re
from functools import reduce
from typing import NamedTuple

from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.ops import COMPARISONS, FUNCTIONS, PRIMITIVES

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?)"
    r"|(?P<sign>\*\*|[<>=]=|[-+*/^(),·×−²<>≤≥])|(?P<name>[^\W\d]\w*))"
)
_ALIASES = {"**": "^", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">="}
_MAX_DEPTH = 200
_MAX_NESTING = 60


_TOO_DEEP = f"it is more than {_MAX_DEPTH} operations deep: name its parts as quantities of their own"

_TOO_NESTED = f"it nests more than {_MAX_NESTING} parentheses: name its parts as quantities of their own"


_SOFTMAX = (
    "softmax is several quantities: name them, m = held(max(z1, z2)), e1 = exp(z1 - m), e2 = exp(z2 - m),"
    " s = e1 + e2, p1 = e1/s, p2 = e2/s"
)


class EquationError(ValueError):
    """An equation that cannot be read; ``str()`` says what is wrong and where in the equation."""


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def parse(text: str) -> Expr:
    """Read one equation's right-hand side, exactly as typed.

    Raises EquationError with the column of what could not be read.
    """
    return _Parser(text).whole()


def is_name(text: str) -> bool:
    """Whether a text can name a quantity: a letter or underscore, then letters, digits, underscores."""
    return re.fullmatch(r"[^\W\d]\w*", text) is not None and _leading_name(text) == text


def _leading_name(text: str) -> str:
    """Return the name that a text of letters and digits begins with: ``\\w`` counts ² and ½ among them."""
    return next((text[:end] for end in range(len(text), 0, -1) if text[:end].isidentifier()), "")


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        found = match.group(str(match.lastgroup)) if match else ""
        if match and match.lastgroup == "name":
            found = _leading_name(found)
        if match is None or not found:
            column = position + len(text[position:]) - len(text[position:].lstrip())
            raise EquationError(f"{text[column]!r} at column {column + 1} is not part of an equation")
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, _ALIASES.get(found, found), match.start(kind) + 1))
        position = match.start(kind) + len(found)
    tokens.append(_Token("end", "the end", len(text) + 1))
    return tokens


def _depth(expr: Expr) -> int:
    """Return the height of a tree, without recursion: a long sum leans far to the left."""
    deepest, stack = 0, [(expr, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        if isinstance(node, Apply):
            stack += [(arg, level + 1) for arg in node.args]
    return deepest


class _Parser:
    """Recursive descent over the tokens of one equation."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.position = 0
        self.depth = 0

    def whole(self) -> Expr:
        if self.token.kind == "end":
            raise EquationError("the equation is empty")
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator")
        if _depth(expr) > _MAX_DEPTH:
            raise EquationError(_TOO_DEEP)
        return expr

    @property
    def token(self) -> _Token:
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

    def unexpected(self, wanted: str) -> EquationError:
        token = self.token
        if token.text in COMPARISONS:
            only = "a comparison can only be the first operand of where, as in where(a > 0, a, 0)"
            return EquationError(f"{token.text!r} stands at column {token.column}; {only}")
        found = "the equation ends" if token.kind == "end" else f"{token.text!r} stands"
        return EquationError(f"{found} at column {token.column} where {wanted} was expected")

    def comparison(self) -> Expr:
        left = self.sum()
        sign = self.accept(*COMPARISONS)
        if not sign:
            raise self.unexpected(f"a comparison ({' '.join(COMPARISONS)})")
        return Apply(COMPARISONS[sign], (left, self.sum()))

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
            raise EquationError(_TOO_NESTED)
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
    def number(token: _Token) -> Expr:
        if re.match(r"0[0-9]", token.text):
            raise EquationError(f"the number {token.text} at column {token.column} begins with a needless 0")
        value = float(token.text.replace("−", "-"))
        if not math.isfinite(value):
            raise EquationError(f"the number {token.text} at column {token.column} is too large")
        return Const(value)

    def call(self, token: _Token) -> Expr:
        if token.text not in FUNCTIONS:
            known = _SOFTMAX if token.text == "softmax" else f"the functions are {', '.join(FUNCTIONS)}"
            raise EquationError(f"there is no function {token.text!r} (column {token.column}); {known}")
        row = PRIMITIVES[token.text]
        args = self.operands(token.text) if row.arity else []
        self.expect(")")
        if row.folds and len(args) >= row.arity:
            return reduce(lambda left, right: Apply(row.name, (left, right)), args)
        if len(args) != row.arity:
            wanted = f"{row.arity}{' or more' * row.folds} operand{'s' * (row.arity > 1)}"
            raise EquationError(f"{row.name} at column {token.column} takes {wanted}, not {len(args)}")
        return Apply(row.name, tuple(args))

    def operands(self, function: str) -> list[Expr]:
        args = [self.comparison() if function == "where" else self.sum()]
        while self.accept(","):
            args.append(self.sum())
        return args
