"""The grammar that equations of scalars and of tensors share: how tightly signs bind, and what may stand where.

Loosest first, as in Python: sums, products, unary minus, powers (right-associative, ``^`` or ``**``), then what an
equation is made of, which each language says itself.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from sheetgen.algebra.ops import comparisons
from sheetgen.algebra.tokens import Token, unreadable

_MAX_NESTING = 60
_TOO_NESTED = f"it nests more than {_MAX_NESTING} parentheses: name its parts as quantities of their own"

Node = TypeVar("Node")


class Grammar(ABC, Generic[Node]):
    """Recursive descent over the words of one equation.

    ``products`` are the signs that bind as a product does, with the operations they stand for.
    """

    products: ClassVar[Mapping[str, str]] = {"*": "mul", "/": "div"}

    def __init__(self, words: Sequence[Token]) -> None:
        self.tokens = words
        self.position = 0
        self.depth = 0

    @abstractmethod
    def apply(self, operation: str, *operands: Node) -> Node:
        """Return an operation of its operands."""

    @abstractmethod
    def two(self) -> Node:
        """Return the exponent of a ²."""

    @abstractmethod
    def number(self, value: float) -> Node:
        """Return a number."""

    @abstractmethod
    def name(self, name: str) -> Node:
        """Return what a name stands for."""

    @abstractmethod
    def call(self, token: Token) -> Node:
        """Read the operands of a function, whose opening parenthesis is behind us."""

    def atom(self) -> Node:
        """Read what is no operation of signs: a number, a name, a call, something in parentheses."""
        token = self.token
        if self.accept("("):
            inside = self.sum()
            self.close(")", token)
            return inside
        if token.kind not in ("number", "name"):
            raise self.unexpected("a number, a name or '('")
        self.position += 1
        if token.kind == "number":
            return self.number(number_of(token))
        return self.call(token) if self.accept("(") else self.name(token.text)

    def everything(self) -> Node:
        """Read the whole equation. Raises SyntaxError where it is none."""
        if self.token.kind == "end":
            raise unreadable("the equation is empty", 1)
        node = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator")
        return node

    @property
    def token(self) -> Token:
        """The next word."""
        return self.tokens[self.position]

    def accept(self, *signs: str) -> str:
        """Step over one of the signs, if it is next; return it, or an empty text."""
        if self.token.kind == "sign" and self.token.text in signs:
            self.position += 1
            return self.tokens[self.position - 1].text
        return ""

    def expect(self, sign: str) -> None:
        """Step over a sign. Raises SyntaxError where another word is next."""
        if not self.accept(sign):
            raise self.unexpected(f"{sign!r}")

    def close(self, sign: str, opened: Token) -> None:
        """Step over a closing bracket. Raises SyntaxError, which names the one that was opened, where it is missing."""
        if not self.accept(sign):
            raise self.unexpected(f"an operator or the {sign!r} of the {opened.text!r} at column {opened.column}")

    def unexpected(self, wanted: str) -> SyntaxError:
        """Return the error of a word that is next where another was expected."""
        token = self.token
        if token.text in comparisons():
            only = "a comparison can only be the first operand of where, as in where(a > 0, a, 0)"
            return unreadable(f"{token.text!r} stands at column {token.column}; {only}", token.column)
        if token.text == "=":
            only = 'the name of a quantity stands before the quotes, as in y = "2*x"'
            return unreadable(f"'=' stands at column {token.column}; {only}", token.column)
        what = "the equation ends" if token.kind == "end" else f"{token.text!r} stands"
        return unreadable(f"{what} at column {token.column} where {wanted} was expected", token.column)

    def comparison(self) -> Node:
        """Read a comparison, the first operand of ``where``."""
        left = self.sum()
        known = comparisons()
        sign = self.accept(*known)
        if not sign:
            raise self.unexpected(f"a comparison ({' '.join(known)})")
        return self.apply(known[sign], left, self.sum())

    def sum(self) -> Node:
        """Read a sum."""
        left = self.product()
        while sign := self.accept("+", "-"):
            left = self.apply("add" if sign == "+" else "sub", left, self.product())
        return left

    def product(self) -> Node:
        """Read a product."""
        left = self.unary()
        while sign := self.accept(*self.products):
            left = self.apply(self.products[sign], left, self.unary())
        return left

    def unary(self) -> Node:
        """Read a power with the signs before it."""
        self.depth += 1
        if self.depth > _MAX_NESTING:
            raise unreadable(_TOO_NESTED, self.token.column)
        try:
            if self.accept("+"):
                return self.unary()
            if self.accept("-"):
                return self.apply("neg", self.unary())
            return self.power()
        finally:
            self.depth -= 1

    def power(self) -> Node:
        """Read a power."""
        base = self.atom()
        if self.accept("²"):
            return self.apply("pow", base, self.two())
        if self.accept("^"):
            return self.apply("pow", base, self.unary())
        return base


def number_of(token: Token) -> float:
    """Return the number that a word is. Raises SyntaxError where none can be that large, or it begins with a 0."""
    if re.match(r"0[0-9]", token.text):
        message = f"the number {token.text} at column {token.column} begins with a needless 0"
        raise unreadable(message, token.column)
    value = float(token.text.replace("−", "-"))
    if not math.isfinite(value):
        raise unreadable(f"the number {token.text} at column {token.column} is too large", token.column)
    return value
