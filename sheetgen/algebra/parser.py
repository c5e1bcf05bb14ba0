"""The parser of the template language: ``w1*i1 + w2*i2``, ``sigmoid(h1)``, ``0.5*(t1 - a_o1)^2``.

Signs bind as `sheetgen.algebra.grammar` says, so ``-a^2`` is −(a²) and ``2^3^2`` is 2^(3²). Comparisons, looser still,
are only the first operand of ``where(a > 0, a, 0)``.
"""

from __future__ import annotations

from functools import cache, reduce

from sheetgen.algebra.expr import Apply, Before, Const, Expr, Var, depth
from sheetgen.algebra.grammar import Grammar
from sheetgen.algebra.ops import PRIMITIVES, functions
from sheetgen.algebra.over_batch import WRITTEN, over_batch
from sheetgen.algebra.rows import PREVIOUS, previous
from sheetgen.algebra.spellings import spelled_here
from sheetgen.algebra.tokens import Token, tokens, unreadable

TOTAL = "total"
"""The operation that sums up over all weights, in the equations of a rule of training alone."""

_MAX_DEPTH = 200
_TOO_DEEP = f"it is more than {_MAX_DEPTH} operations deep: name its parts as quantities of their own"
_OF_A_NETWORK = "is for the equations of a network; in those of a rule g is the mean over the batch already"
_OVER_BATCH = f"over a batch there are {', '.join(WRITTEN)}, and in tensors batchnorm"
_SOFTMAX = (
    "softmax is several quantities: name them, m = held(max(z1, z2)), e1 = exp(z1 - m), e2 = exp(z2 - m),"
    " s = e1 + e2, p1 = e1/s, p2 = e2/s"
)


def parse(text: str) -> Expr:
    """Read one equation's right-hand side, exactly as typed.

    Raises SyntaxError, which says what could not be read; its ``offset`` is the column, from 1.
    """
    return _read(_Parser(tokens(text)))


@cache
def parse_row(text: str) -> Expr:
    """Read an equation of one of the tables: they are few, and are asked for again and again.

    One of a rule of training may also have ``previous(v)``, what ``v`` was one update before, and ``total(…)``, an
    operation of that name: a sum over all weights. Raises SyntaxError as `parse` does.
    """
    return _read(_RuleParser(tokens(text)))


def _read(parser: _Parser) -> Expr:
    expr = parser.everything()
    if depth(expr) > _MAX_DEPTH:
        raise unreadable(_TOO_DEEP, 1)
    return expr


class _Parser(Grammar[Expr]):
    """The equations of scalars."""

    def apply(self, operation: str, *operands: Expr) -> Expr:
        return Apply(operation, operands)

    def two(self) -> Expr:
        return Const(2.0)

    def number(self, value: float) -> Expr:
        return Const(value)

    def name(self, name: str) -> Expr:
        return Var(name)

    def call(self, token: Token) -> Expr:
        if token.text == PREVIOUS:
            return self.of_before(self.of_other_rows(token, "what it is to remember"))
        if token.text in WRITTEN:
            return Var(over_batch(token.text, self.of_other_rows(token, "what it is to take")))
        if token.text not in functions():
            known = spelled_here(token.text, functions()) or f"the functions are {', '.join(functions())}"
            known = _OVER_BATCH if token.text.startswith("batch") else known
            known = _SOFTMAX if token.text == "softmax" else known
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

    def of_before(self, name: str) -> Expr:
        """Return what a quantity was in the row above."""
        return Var(previous(name))

    def of_other_rows(self, token: Token, what: str) -> str:
        """Read the one name of a quantity that a function of other rows takes."""
        name = self.token
        self.position += name.kind == "name"
        if name.kind != "name" or not self.accept(")"):
            message = (
                f"{token.text} at column {token.column} takes the name of one quantity, as in {token.text}(h);"
                f" give {what} an equation of its own"
            )
            raise unreadable(message, token.column)
        return name.text

    def operands(self, function: str) -> list[Expr]:
        args = [self.comparison() if function == "where" else self.sum()]
        while self.accept(","):
            args.append(self.sum())
        return args


class _RuleParser(_Parser):
    """The equations of a rule of training."""

    def call(self, token: Token) -> Expr:
        if token.text in WRITTEN:
            raise unreadable(f"{token.text} at column {token.column} {_OF_A_NETWORK}", token.column)
        if token.text == TOTAL:
            expr = self.sum()
            self.expect(")")
            return Apply(TOTAL, (expr,))
        return super().call(token)

    def of_before(self, name: str) -> Expr:
        """Return what a memory was one update before."""
        return Before(name)
